import type { OperationCall } from '../../api/operation.js';
import {
  accepted,
  email,
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
  webAddress,
} from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { PaymentIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { paymentMethodOf } from '../payment-method/attach.js';
import type { Attempt } from './attempt-options.js';
import { createMethod, paymentMethodData } from '../payment-method/operations.js';
import { mergeOptions, methodOptions } from '../payment-method/options.js';
import { checkTypes, takes } from '../payment-method/types.js';
import { transferDataParam } from '../charge/share-out.js';
import { CARD_OPTIONS } from './create.js';
import { addressParam, currencyParam, fullAddress } from '../shared/params.js';

export const shippingParam = () =>
  hash({
    address: needed(addressParam()),
    carrier: text(),
    name: needed(text()),
    phone: text(),
    tracking_number: text(),
  });
export const usage = () => oneOf('off_session', 'on_session');

export const confirmFields = {
  payment_method: text(),
  payment_method_data: paymentMethodData(),
  off_session: accepted(),
  return_url: webAddress(5000, 'app'),
  use_stripe_sdk: flag(),
  error_on_requires_action: flag(),
  mandate_data: accepted(),
  payment_method_options: methodOptions(),
  radar_options: accepted(),
  confirmation_token: text(),
  ...unbuiltAll('mandate', 'hooks', 'payment_details', 'amount_details'),
};
export const commonFields = {
  description: emptyable(text(1000)),
  metadata: metadata(),
  receipt_email: emptyable(email()),
  setup_future_usage: emptyable(usage()),
  shipping: emptyable(shippingParam()),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_group: text(),
  payment_method_types: listOf(text()),
  allowed_payment_method_types: listOf(text()),
  excluded_payment_method_types: emptyable(listOf(text())),
  application_fee_amount: emptyable(integer(0)),
  transfer_data: transferDataParam(),
  ...unbuiltAll('customer_account'),
};
export const createFields = {
  ...confirmFields,
  ...commonFields,
  amount: needed(integer(1, 99_999_999)),
  currency: needed(currencyParam()),
  automatic_payment_methods: hash({ enabled: needed(flag()), allow_redirects: oneOf('always', 'never') }),
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  confirm: flag(),
  confirmation_method: oneOf('automatic', 'manual'),
  customer: text(),
  on_behalf_of: text(),
  payment_method_configuration: text(),
};

/** What a request sends together with what its confirmation token knows; the request's own values go first. */
export function withToken<S extends Sendable>(unit: Unit, sent: S): S {
  const token = sent.confirmation_token;
  if (token === undefined) return sent;
  if (sent.payment_method || sent.payment_method_data !== undefined) {
    throw invalid(
      'You may only specify one of these parameters: confirmation_token, payment_method, payment_method_data.',
      'confirmation_token',
    );
  }
  const row = unit.find('confirmation_token', token);
  if (row === undefined) throw missing('confirmationtoken', token, 'confirmation_token', 400);
  const known = given({
    payment_method: row.hidden.method,
    return_url: row.return_url ?? undefined,
    setup_future_usage: row.setup_future_usage ?? undefined,
    shipping: row.shipping === null ? undefined : { ...row.shipping, phone: row.shipping.phone ?? undefined },
  });
  return { ...known, ...sent };
}

interface Sendable {
  confirmation_token?: string;
  payment_method?: string | null;
  payment_method_data?: unknown;
}

/** The payment method a request brings, by id, by magic id or as card data. */
export function methodSent(
  unit: Unit,
  sent: { payment_method?: string | null; payment_method_data?: Parameters<typeof createMethod>[1] },
): string | null {
  if (sent.payment_method) return paymentMethodOf(unit, sent.payment_method, 'payment_method').id;
  if (sent.payment_method_data !== undefined)
    return createMethod(unit, sent.payment_method_data, 'payment_method_data[card]').id;
  return null;
}

export function attemptOf(sent: {
  off_session?: unknown;
  return_url?: string;
  use_stripe_sdk?: boolean;
  error_on_requires_action?: boolean;
}): Attempt {
  return {
    // Anything but an explicit no means that the customer is away, as at Stripe (`one_off`, `recurring`, `true`).
    offSession: sent.off_session !== undefined && sent.off_session !== 'false',
    returnUrl: sent.return_url,
    useStripeSdk: sent.use_stripe_sdk,
    errorOnAction: sent.error_on_requires_action,
  };
}

export function shippingOf(
  sent: {
    address: Parameters<typeof fullAddress>[0];
    carrier?: string;
    name: string;
    phone?: string;
    tracking_number?: string;
  } | null,
): PaymentIntentRow['shipping'] {
  if (sent === null) return null;
  return {
    address: fullAddress(sent.address) ?? undefined,
    carrier: sent.carrier ?? null,
    name: sent.name,
    phone: sent.phone ?? null,
    tracking_number: sent.tracking_number ?? null,
  } as PaymentIntentRow['shipping'];
}

type Common = Partial<
  OperationCall<typeof commonFields>['params'] &
    Pick<
      OperationCall<typeof createFields>['params'],
      | 'automatic_payment_methods'
      | 'capture_method'
      | 'confirmation_method'
      | 'currency'
      | 'on_behalf_of'
      | 'payment_method_options'
    >
>;

/**
 * With what a payment can be made. Of what is allowed, what cannot pay in the currency is left out. The two lists exclude each
 * other (https://docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter).
 */
function typesOf(row: PaymentIntentRow | undefined, sent: Common): Partial<PaymentIntentRow> {
  const currency = sent.currency ?? row?.currency;
  const { payment_method_types: types, allowed_payment_method_types: allowed } = sent;
  if (types !== undefined && allowed !== undefined) {
    throw invalid(
      'You may only specify one of these parameters: allowed_payment_method_types, payment_method_types.',
      'allowed_payment_method_types',
    );
  }
  checkTypes(types ?? row?.payment_method_types ?? [], currency);
  checkTypes(allowed ?? [], undefined, 'allowed_payment_method_types');
  const excluded = sent.excluded_payment_method_types ?? [];
  checkTypes(excluded, undefined, 'excluded_payment_method_types');
  const left = ['card'].filter((type) => !excluded.includes(type));
  return given({
    allowed_payment_method_types: allowed,
    excluded_payment_method_types: sent.excluded_payment_method_types,
    payment_method_types:
      types ?? allowed?.filter((type) => takes(type, currency ?? '')) ?? (excluded.length === 0 ? undefined : left),
  });
}

export function patchOf(row: PaymentIntentRow | undefined, sent: Common): Partial<PaymentIntentRow> {
  return given({
    application_fee_amount: sent.application_fee_amount,
    on_behalf_of: sent.on_behalf_of,
    transfer_data: sent.transfer_data as PaymentIntentRow['transfer_data'] | undefined,
    automatic_payment_methods:
      sent.automatic_payment_methods === undefined
        ? undefined
        : {
            enabled: sent.automatic_payment_methods.enabled,
            allow_redirects: sent.automatic_payment_methods.allow_redirects ?? ('always' as const),
          },
    capture_method: sent.capture_method,
    confirmation_method: sent.confirmation_method,
    description: sent.description,
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row?.metadata ?? null, sent.metadata),
    ...typesOf(row, sent),
    payment_method_options:
      sent.payment_method_options === undefined
        ? undefined
        : (mergeOptions(
            row?.payment_method_options ?? CARD_OPTIONS,
            sent.payment_method_options,
          ) as unknown as PaymentIntentRow['payment_method_options']),
    receipt_email: sent.receipt_email,
    setup_future_usage: sent.setup_future_usage,
    shipping: sent.shipping === undefined ? undefined : shippingOf(sent.shipping),
    statement_descriptor: sent.statement_descriptor,
    statement_descriptor_suffix: sent.statement_descriptor_suffix,
    transfer_group: sent.transfer_group,
  });
}

import { listOperation, range } from '../api/list.js';
import type { Call, Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import {
  accepted,
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
} from '../api/params.js';
import { Problem, invalid, missing } from '../api/problem.js';
import { given } from '../api/standard.js';
import type { Resource } from '../state/resource.js';
import type { Json, PaymentIntentRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { declineProblem, paymentMethodOf } from './attach.js';
import type { Attempt, Outcome } from './payment.js';
import { attemptPayment, checkOwner, newPayment, unexpectedState } from './payment.js';
import { createMethod, paymentMethodData } from './payment-method.js';
import { addressParam, currencyParam, fullAddress } from './shared.js';

export const paymentIntent: Resource<'payment_intent'> = {
  title: 'payment_intent',
  prefix: 'pi',
  created: [{ name: 'payment_intent.created' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
};

const shippingParam = () =>
  hash({
    address: needed(addressParam()),
    carrier: text(),
    name: needed(text()),
    phone: text(),
    tracking_number: text(),
  });
const usage = () => oneOf('off_session', 'on_session');

const confirmFields = {
  payment_method: text(),
  payment_method_data: paymentMethodData(),
  off_session: accepted(),
  return_url: text(),
  use_stripe_sdk: flag(),
  error_on_requires_action: flag(),
  mandate_data: accepted(),
  payment_method_options: accepted(),
  radar_options: accepted(),
  ...unbuiltAll('confirmation_token', 'mandate', 'hooks', 'payment_details', 'amount_details'),
};
const commonFields = {
  description: emptyable(text(1000)),
  metadata: metadata(),
  receipt_email: emptyable(text()),
  setup_future_usage: emptyable(usage()),
  shipping: emptyable(shippingParam()),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  transfer_group: text(),
  payment_method_types: listOf(text()),
  ...unbuiltAll('application_fee_amount', 'transfer_data', 'on_behalf_of', 'customer_account'),
};
const createFields = {
  ...confirmFields,
  ...commonFields,
  amount: needed(integer(1, 99_999_999)),
  currency: needed(currencyParam()),
  automatic_payment_methods: hash({ enabled: needed(flag()), allow_redirects: oneOf('always', 'never') }),
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  confirm: flag(),
  confirmation_method: oneOf('automatic', 'manual'),
  customer: text(),
  ...unbuiltAll('payment_method_configuration', 'excluded_payment_method_types', 'allowed_payment_method_types'),
};

export const paymentIntentOperations: readonly Operation[] = [
  operation('POST /v1/payment_intents', createFields, ({ unit, params }) => {
    if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
    const method = methodSent(unit, params);
    const row = newPayment(unit, {
      amount: params.amount,
      currency: params.currency,
      customer: params.customer ?? null,
      paymentMethod: method,
      patch: patchOf(undefined, params),
    });
    if (method !== null) checkOwner(unit.need('payment_method', method), params.customer ?? null);
    if (params.confirm === true) return confirm(unit, row.id, attemptOf(params));
    return unit.view('payment_intent', row);
  }),
  operation('GET /v1/payment_intents/:id', { client_secret: text() }, (call) => seen(call, unitIntent(call)), {
    publishable: true,
  }),
  operation(
    'POST /v1/payment_intents/:id',
    {
      ...commonFields,
      amount: integer(1, 99_999_999),
      currency: currencyParam(),
      customer: text(),
      payment_method: emptyable(text()),
      payment_method_data: paymentMethodData(),
      payment_method_options: accepted(),
    },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status === 'succeeded' || row.status === 'canceled') {
        const only = Object.keys(params).every((name) =>
          ['description', 'metadata', 'receipt_email', 'shipping', 'transfer_group'].includes(name),
        );
        if (!only) throw unexpectedState(row);
      }
      if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
      const method = params.payment_method === null ? null : methodSent(unit, params);
      const patch: Partial<PaymentIntentRow> = {
        ...patchOf(row, params),
        ...given({ amount: params.amount, currency: params.currency, customer: params.customer }),
        ...(method === null && params.payment_method === undefined
          ? {}
          : { payment_method: method, status: method === null ? 'requires_payment_method' : 'requires_confirmation' }),
      };
      return unit.view('payment_intent', unit.update('payment_intent', row.id, patch));
    },
  ),
  operation(
    'POST /v1/payment_intents/:id/confirm',
    {
      ...confirmFields,
      client_secret: text(),
      receipt_email: emptyable(text()),
      setup_future_usage: emptyable(usage()),
      shipping: emptyable(shippingParam()),
      capture_method: oneOf('automatic', 'automatic_async', 'manual'),
      expected_payment_method_type: text(),
    },
    (call) => {
      const { unit, params } = call;
      const row = unitIntent(call);
      const method = methodSent(unit, params);
      const patch = given({
        receipt_email: params.receipt_email,
        setup_future_usage: params.setup_future_usage,
        shipping: params.shipping === undefined ? undefined : shippingOf(params.shipping),
        capture_method: params.capture_method,
      });
      unit.update('payment_intent', row.id, patch, []);
      const attempt = { ...attemptOf(params), paymentMethod: method ?? undefined };
      confirm(
        unit,
        row.id,
        call.key === 'publishable'
          ? { ...attempt, useStripeSdk: params.use_stripe_sdk ?? true, offSession: false }
          : attempt,
      );
      return seen(call, unit.need('payment_intent', row.id));
    },
    { publishable: true },
  ),
  operation(
    'POST /v1/payment_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status === 'succeeded' || row.status === 'canceled') {
        throw invalid(
          `You cannot cancel this PaymentIntent because it has a status of ${row.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
          undefined,
          'payment_intent_unexpected_state',
        );
      }
      return unit.view('payment_intent', cancelPayment(unit, row.id, params.cancellation_reason ?? null));
    },
  ),
  operation(
    'POST /v1/payment_intents/:id/capture',
    {
      amount_to_capture: integer(1),
      metadata: metadata(),
      ...unbuiltAll('final_capture', 'application_fee_amount', 'transfer_data'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('payment_intent', at.id ?? '');
      if (row.status !== 'requires_capture') throw unexpectedState(row);
      const amount = params.amount_to_capture ?? row.amount;
      if (amount > row.amount)
        throw invalid(
          'The amount to capture is greater than the amount authorized.',
          'amount_to_capture',
          'amount_too_large',
        );
      const charge = idOf(row.latest_charge) ?? '';
      unit.update('charge', charge, { captured: true, amount_captured: amount }, [{ name: 'charge.captured' }]);
      unit.update('payment_intent', row.id, { status: 'succeeded', amount_received: amount, amount_capturable: 0 }, []);
      unit.emit('payment_intent.succeeded', 'payment_intent', row.id);
      return unit.show('payment_intent', row.id);
    },
  ),
  listOperation('/v1/payment_intents', {
    type: 'payment_intent',
    filters: { created: range('created'), customer: { param: text(), field: 'customer' } },
  }),
];

/** `payment_intent.canceled`. */
export function cancelPayment(
  unit: Unit,
  id: string,
  reason: PaymentIntentRow['cancellation_reason'],
): PaymentIntentRow {
  unit.update(
    'payment_intent',
    id,
    { status: 'canceled', canceled_at: unit.now, cancellation_reason: reason, next_action: null, amount_capturable: 0 },
    [],
  );
  unit.emit('payment_intent.canceled', 'payment_intent', id);
  return unit.need('payment_intent', id);
}

/** Confirms, and answers a refusal of the bank as Stripe does: 402, with the failed intent inside. */
export function confirm(unit: Unit, id: string, attempt: Attempt): Json {
  refuse(unit, id, attemptPayment(unit, id, attempt));
  return unit.show('payment_intent', id);
}

function refuse(unit: Unit, id: string, outcome: Outcome): void {
  if (outcome.is !== 'declined') return;
  const intent = unit.show('payment_intent', id);
  throw declineProblem(
    outcome.decline,
    {
      ...(outcome.charge === null ? {} : { charge: outcome.charge }),
      payment_intent: intent,
      payment_method: (intent.last_payment_error as { payment_method?: unknown } | null)?.payment_method,
    },
    true,
  );
}

type SomeCall = Call<typeof confirmFields & { client_secret: ReturnType<typeof text> }>;

/** The intent of the call; a page with a publishable key must know its secret. */
function unitIntent({
  unit,
  at,
  params,
  key,
}: Pick<SomeCall, 'unit' | 'at' | 'key'> & { params: { client_secret?: string } }): PaymentIntentRow {
  const id = at.id ?? '';
  const row = unit.find('payment_intent', id);
  if (row === undefined) throw missing('payment_intent', id, 'intent', 404);
  checkSecret(row.client_secret, params.client_secret, key, 'PaymentIntent');
  return row;
}

export function checkSecret(
  secret: string | null,
  sent: string | undefined,
  key: 'secret' | 'publishable',
  title: string,
): void {
  if (sent === undefined && key === 'secret') return;
  if (sent === undefined) throw invalid('Missing required param: client_secret.', 'client_secret', 'parameter_missing');
  if (sent !== secret) {
    throw new Problem(
      400,
      `The client_secret provided does not match the client_secret associated with this ${title}.`,
      {
        type: 'invalid_request_error',
        code: `${title === 'PaymentIntent' ? 'payment' : 'setup'}_intent_invalid_parameter`,
        param: 'client_secret',
      },
    );
  }
}

const PUBLIC = [
  'id',
  'object',
  'amount',
  'amount_details',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_configuration_details',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
  'usage',
  'last_setup_error',
];

/** A publishable key sees only what a payment page needs: no customer, no metadata. */
export function publicView(intent: Json): Json {
  return Object.fromEntries(PUBLIC.filter((name) => name in intent).map((name) => [name, intent[name]]));
}

function seen({ unit, key }: { unit: Unit; key: 'secret' | 'publishable' }, row: PaymentIntentRow): Json {
  const shown = unit.view('payment_intent', row);
  return key === 'secret' ? shown : publicView(shown);
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

function shippingOf(
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
  Call<typeof commonFields>['params'] &
    Pick<Call<typeof createFields>['params'], 'automatic_payment_methods' | 'capture_method' | 'confirmation_method'>
>;

function patchOf(row: PaymentIntentRow | undefined, sent: Common): Partial<PaymentIntentRow> {
  return given({
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
    payment_method_types: sent.payment_method_types,
    receipt_email: sent.receipt_email,
    setup_future_usage: sent.setup_future_usage,
    shipping: sent.shipping === undefined ? undefined : shippingOf(sent.shipping),
    statement_descriptor: sent.statement_descriptor,
    statement_descriptor_suffix: sent.statement_descriptor_suffix,
    transfer_group: sent.transfer_group,
  });
}

import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  accepted,
  email,
  emptyable,
  hash,
  integer,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuilt,
  unbuiltAll,
} from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { PaymentMethodRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import type { BillingSent } from './insert.js';
import { attach, newCard } from './attach.js';
import { cardEntered } from './entered.js';
import { useToken } from '../token/use.js';
import { localMethod } from './local.js';
import type { LocalSent } from './local-create.js';
import { localParams, newLocal } from './local-create.js';
import { newDebit } from './sepa.js';
import { checkBuilt, unbuiltMethods } from './types.js';
import { addressParam, fullAddress } from '../shared/params.js';

export const billingDetails = () =>
  hash({
    address: emptyable(addressParam()),
    email: emptyable(email()),
    name: emptyable(text()),
    phone: emptyable(text()),
    tax_id: emptyable(text()),
  });

const cardParam = () =>
  hash({
    number: text(),
    exp_month: integer(1, 12),
    exp_year: integer(0, 2100),
    cvc: text(4),
    token: text(),
    ...unbuiltAll('networks'),
  });

const sepaParam = () => hash({ iban: needed(text()) });

/** `payment_method_data` of the intents, the way a card form pays. */
export const paymentMethodData = () =>
  hash({
    type: needed(text()),
    card: cardParam(),
    sepa_debit: sepaParam(),
    billing_details: billingDetails(),
    allow_redisplay: oneOf('always', 'limited', 'unspecified'),
    metadata: metadata(),
    radar_options: accepted(),
    ...localParams,
    ...unbuiltMethods(),
  });

interface MethodSent extends LocalSent {
  type?: string;
  card?: { number?: string; exp_month?: number; exp_year?: number; cvc?: string; token?: string };
  billing_details?: BillingSent;
  sepa_debit?: { iban: string };
  allow_redisplay?: 'always' | 'limited' | 'unspecified';
  metadata?: Record<string, string> | null;
}

/** A payment method from what a card form sends. @param at where the card's parameters stand, for errors. */
export function createMethod(unit: Unit, sent: MethodSent, at = 'card'): PaymentMethodRow {
  checkBuilt(sent.type);
  const row = methodOf(unit, sent, at);
  const more = given({
    allow_redisplay: sent.allow_redisplay,
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(null, sent.metadata),
  });
  return unit.update('payment_method', row.id, more, []);
}

function methodOf(unit: Unit, sent: MethodSent, at: string): PaymentMethodRow {
  const { type = '' } = sent;
  if (type === 'card') return cardOf(unit, sent, at);
  return localMethod(type) === undefined
    ? newDebit(unit, sent.sepa_debit?.iban, sent.billing_details)
    : newLocal(unit, type, sent);
}

/** The card that was entered, or the one behind a token with what the token knows of its owner. */
function cardOf(unit: Unit, { card = {}, billing_details: billing }: MethodSent, at: string): PaymentMethodRow {
  if (card.token === undefined) return newCard(unit, cardEntered(unit, card, at), billing);
  const used = useToken(unit, card.token, `${at}[token]`);
  return newCard(unit, used.card, { ...used.billing, ...billing });
}

const filters = {
  customer: { param: text(), field: 'customer' },
  type: { param: text(), field: 'type' },
  allow_redisplay: { param: oneOf('always', 'limited', 'unspecified'), field: 'allow_redisplay' },
} as const;

export const paymentMethodOperations: readonly Operation[] = [
  operation(
    'POST /v1/payment_methods',
    {
      type: text(),
      card: cardParam(),
      sepa_debit: sepaParam(),
      billing_details: billingDetails(),
      allow_redisplay: oneOf('always', 'limited', 'unspecified'),
      metadata: metadata(),
      ...localParams,
      ...unbuiltMethods(),
      ...unbuiltAll('customer', 'payment_method', 'radar_options'),
    },
    ({ unit, params }) => unit.view('payment_method', createMethod(unit, params)),
    { publishable: true },
  ),
  retrieveOperation('/v1/payment_methods', 'payment_method'),
  operation(
    'POST /v1/payment_methods/:id',
    {
      allow_redisplay: oneOf('always', 'limited', 'unspecified'),
      billing_details: billingDetails(),
      card: hash({ exp_month: integer(1, 12), exp_year: integer(2000, 2100), ...unbuiltAll('networks') }),
      metadata: metadata(),
      ...unbuiltAll('us_bank_account'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('payment_method', at.id ?? '');
      if (row.customer === null) {
        throw invalid(
          'You must save this PaymentMethod to a customer before you can update it.',
          undefined,
          'resource_missing',
        );
      }
      const { address, ...billing } = params.billing_details ?? {};
      const patch = given({
        allow_redisplay: params.allow_redisplay,
        billing_details:
          params.billing_details === undefined
            ? undefined
            : {
                ...row.billing_details,
                ...billing,
                ...(address === undefined ? {} : { address: fullAddress(address ?? {}) }),
              },
        card: row.card === undefined || params.card === undefined ? undefined : { ...row.card, ...params.card },
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('payment_method', unit.update('payment_method', row.id, patch));
    },
  ),
  listOperation('/v1/payment_methods', {
    type: 'payment_method',
    filters: {
      ...filters,
      customer: { ...filters.customer, param: text() },
      customer_account: { param: unbuilt() },
    },
  }),
  listOperation('/v1/customers/:id/payment_methods', {
    type: 'payment_method',
    parent: { type: 'customer', field: 'customer' },
    filters: { type: filters.type, allow_redisplay: filters.allow_redisplay },
  }),
  operation('GET /v1/customers/:customer/payment_methods/:id', {}, ({ unit, at }) => {
    const customer = unit.need('customer', at.customer ?? '');
    const row = unit.need('payment_method', at.id ?? '');
    if (row.customer !== customer.id) throw missing('PaymentMethod', row.id, 'id', 404);
    return unit.view('payment_method', row);
  }),
  operation(
    'POST /v1/payment_methods/:id/attach',
    { customer: needed(text()), ...unbuiltAll('customer_account') },
    ({ unit, at, params }) => {
      const customer = unit.need('customer', params.customer, 'customer');
      return unit.view('payment_method', attach(unit, at.id ?? '', customer.id, 'id'));
    },
  ),
  operation('POST /v1/payment_methods/:id/detach', {}, ({ unit, at }) => {
    const row = unit.need('payment_method', at.id ?? '');
    if (row.customer === null) {
      throw invalid(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
        undefined,
        'payment_method_unexpected_state',
      );
    }
    forgetDefault(unit, row);
    const events = [{ name: 'payment_method.detached' }];
    return unit.view(
      'payment_method',
      unit.update('payment_method', row.id, { customer: null, hidden: { ...row.hidden, spent: true } }, events),
    );
  }),
];

function forgetDefault(unit: Unit, method: PaymentMethodRow): void {
  const customer = unit.find('customer', typeof method.customer === 'string' ? method.customer : null);
  if (customer === undefined || customer.invoice_settings.default_payment_method !== method.id) return;
  unit.update('customer', customer.id, {
    invoice_settings: { ...customer.invoice_settings, default_payment_method: null },
  });
}

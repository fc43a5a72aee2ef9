import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { flag, hash, integer, listOf, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Answers } from './questions.js';
import { answer, askParams, toAsk } from './questions.js';
import { automaticTaxParam, taxOfCheckout } from '../shared/automatic-tax.js';
import { fullAddress } from '../shared/params.js';
import { createShippingRate, shippingRateFields } from '../shipping-rate/operations.js';

type Field = Stripe.Checkout.Session.CustomField;

const bounds = () =>
  hash({ default_value: text(255), maximum_length: integer(1, 255), minimum_length: integer(1, 255) });

/** What a session asks of its customer besides the payment, and what it charges besides its lines. */
export const collectParams = {
  ...askParams,
  automatic_tax: automaticTaxParam(),
  custom_fields: listOf(
    hash({
      key: needed(text(200)),
      label: needed(hash({ custom: needed(text(50)), type: needed(oneOf('custom')) })),
      type: needed(oneOf('dropdown', 'numeric', 'text')),
      optional: flag(),
      dropdown: hash({
        options: needed(listOf(hash({ label: needed(text(100)), value: needed(text(100)) }), 200)),
        default_value: text(),
      }),
      numeric: bounds(),
      text: bounds(),
    }),
    3,
  ),
  phone_number_collection: hash({ enabled: needed(flag()) }),
  shipping_address_collection: hash({ allowed_countries: needed(listOf(text(2), 300)) }),
  shipping_options: listOf(hash({ shipping_rate: text(), shipping_rate_data: hash(shippingRateFields) }), 5),
};
type Sent = Values<typeof collectParams>;

/** What the customer entered. */
export interface Collected extends Answers {
  /** By the fields' keys. */
  custom_fields?: Record<string, string> | undefined;
  phone?: string | null | undefined;
  shipping?: { name: string; address: Parameters<typeof fullAddress>[0] } | undefined;
  shipping_rate?: string | undefined;
}

/** The session's part of it; the first shipping option is chosen until the customer chooses another. */
export function toCollect(unit: Unit, mode: string, sent: Sent): Partial<CheckoutSessionRow> {
  if (sent.shipping_options !== undefined && mode !== 'payment') {
    throw invalid('`shipping_options` is only available in `payment` mode.', 'shipping_options');
  }
  const options = (sent.shipping_options ?? []).map((option, index) => optionOf(unit, option, index));
  return {
    ...toAsk(sent),
    automatic_tax: taxOfCheckout(sent.automatic_tax, 'requires_location_inputs'),
    custom_fields: (sent.custom_fields ?? []).map(fieldOf),
    phone_number_collection: { enabled: sent.phone_number_collection?.enabled ?? false },
    shipping_address_collection: sent.shipping_address_collection ?? null,
    shipping_options: options,
    shipping_cost: options[0] === undefined ? null : costOf(options[0]),
  };
}

function optionOf(
  unit: Unit,
  sent: NonNullable<Sent['shipping_options']>[number],
  index: number,
): Stripe.Checkout.Session.ShippingOption {
  const at = `shipping_options[${index}]`;
  const rate =
    sent.shipping_rate_data === undefined
      ? unit.need('shipping_rate', sent.shipping_rate ?? '', `${at}[shipping_rate]`)
      : createShippingRate(unit, sent.shipping_rate_data);
  if (!rate.active) throw invalid('The shipping rate is not active.', `${at}[shipping_rate]`);
  return { shipping_amount: rate.fixed_amount?.amount ?? 0, shipping_rate: rate.id };
}

const costOf = (option: Stripe.Checkout.Session.ShippingOption): Stripe.Checkout.Session.ShippingCost => ({
  amount_subtotal: option.shipping_amount,
  amount_tax: 0,
  amount_total: option.shipping_amount,
  shipping_rate: option.shipping_rate,
});

function fieldOf({ key, label, type, optional, ...kinds }: NonNullable<Sent['custom_fields']>[number]): Field {
  const { default_value = null } = kinds[type] ?? {};
  const bound = type === 'dropdown' ? undefined : kinds[type];
  const lengths = { maximum_length: bound?.maximum_length ?? null, minimum_length: bound?.minimum_length ?? null };
  return {
    key,
    label: { custom: label.custom, type: 'custom' },
    optional: optional ?? false,
    type,
    ...(type === 'dropdown'
      ? { dropdown: { default_value, options: kinds.dropdown?.options ?? [], value: null } }
      : { [type]: { default_value, ...lengths, value: null } }),
  };
}

/** What was collected, put into the session. @throws Problem for what is missing or does not fit */
export function collect(unit: Unit, row: CheckoutSessionRow, sent: Collected): CheckoutSessionRow {
  const chosen = row.shipping_options.find(
    ({ shipping_rate: rate }) => idOf(rate) === (sent.shipping_rate ?? idOf(row.shipping_cost?.shipping_rate)),
  );
  if (sent.shipping_rate !== undefined && chosen === undefined) {
    throw invalid('The shipping rate is none of this session.', 'shipping_rate');
  }
  if (row.phone_number_collection?.enabled === true && !sent.phone) throw missing('phone');
  const shipping = row.shipping_address_collection === null ? null : addressOf(row, sent.shipping);
  const paidBefore = row.total_details?.amount_shipping ?? 0;
  const cost = chosen === undefined ? null : costOf(chosen);
  const more = (cost?.amount_total ?? 0) - paidBefore;
  const collected = unit.update('checkout.session', row.id, {
    automatic_tax: taxOfCheckout(row.automatic_tax, 'complete'),
    amount_total: row.amount_total === null ? null : row.amount_total + more,
    collected_information: { business_name: null, individual_name: null, shipping_details: shipping },
    custom_fields: row.custom_fields.map((field) => filled(field, sent.custom_fields?.[field.key])),
    shipping_cost: cost,
    ...(row.total_details === null
      ? {}
      : { total_details: { ...row.total_details, amount_shipping: cost?.amount_total ?? 0 } }),
  });
  return answer(unit, collected, sent);
}

function addressOf(row: CheckoutSessionRow, sent: Collected['shipping']): { address: Stripe.Address; name: string } {
  const address = fullAddress(sent?.address);
  if (!sent?.name || address?.country == null) throw missing('shipping');
  const allowed: readonly string[] = row.shipping_address_collection?.allowed_countries ?? [];
  if (!allowed.includes(address.country)) {
    throw invalid(`Nothing is shipped to ${address.country}.`, 'shipping[address][country]');
  }
  return { address, name: sent.name };
}

function filled(field: Field, sent: string | undefined): Field {
  const kind = field[field.type as 'dropdown' | 'numeric' | 'text'];
  const value = sent === undefined || sent === '' ? (kind?.default_value ?? null) : sent;
  if (value === null && !field.optional) throw missing(`custom_fields[${field.key}]`);
  if (value !== null && !fits(field, value)) {
    throw invalid(`${field.label.custom ?? field.key} is not filled in as it must be.`, `custom_fields[${field.key}]`);
  }
  return { ...field, [field.type]: { ...kind, value } };
}

function fits({ type, dropdown, numeric, text: plain }: Field, value: string): boolean {
  if (type === 'dropdown') return dropdown?.options.some((option) => option.value === value) === true;
  const { minimum_length: least = null, maximum_length: most = null } = numeric ?? plain ?? {};
  return value.length >= (least ?? 0) && value.length <= (most ?? 255) && (type !== 'numeric' || /^\d+$/.test(value));
}

const missing = (param: string): Error => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

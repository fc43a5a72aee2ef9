import type Stripe from 'stripe';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { addressParam, currencyParam, fullAddress } from '../shared/params.js';
import { taxIdFields } from '../tax-id/operations.js';
import { taxSettingsOf } from '../tax-settings/noun.js';
import type { TaxCalculationRow } from './row.js';

const NINETY_DAYS = 90 * 86_400;
/** What Stripe takes a product for if nothing is said of it. */
const USUAL_CODE = 'txcd_10000000';
const SHIPPING_CODE = 'txcd_92010001';

const behavior = () => oneOf('exclusive', 'inclusive');
export const linePage = { ending_before: text(), limit: integer(1, 100), starting_after: text() };

const createParams = {
  currency: needed(currencyParam()),
  customer: text(),
  customer_details: hash({
    address: addressParam(),
    address_source: oneOf('billing', 'shipping'),
    ip_address: text(),
    tax_ids: listOf(hash(taxIdFields)),
    taxability_override: oneOf('customer_exempt', 'none', 'reverse_charge'),
  }),
  line_items: needed(
    listOf(
      hash({
        amount: needed(integer()),
        metadata: metadata(),
        product: text(),
        quantity: integer(1),
        reference: text(500),
        tax_behavior: behavior(),
        tax_code: text(),
        ...unbuiltAll('performance_location'),
      }),
    ),
  ),
  ship_from_details: hash({ address: needed(addressParam()) }),
  shipping_cost: hash({ amount: integer(0), shipping_rate: text(), tax_behavior: behavior(), tax_code: text() }),
  tax_date: timestamp(),
};
type Sent = Values<typeof createParams>;

/**
 * What Stripe Tax calculates for an account without registrations: no tax, because none is collected
 * (https://docs.stripe.com/tax/zero-tax). Registrations are not built, so every account here is one.
 */
export const calculationOperations: readonly Operation[] = [
  operation('POST /v1/tax/calculations', createParams, ({ unit, params }) =>
    unit.view('tax.calculation', calculate(unit, params)),
  ),
  retrieveOperation('/v1/tax/calculations', 'tax.calculation'),
  operation('GET /v1/tax/calculations/:id/line_items', linePage, ({ unit, at: { id = '' }, params }) =>
    pageOf(unit.need('tax.calculation', id).hidden.lines, params, `/v1/tax/calculations/${id}/line_items`),
  ),
];

/** A page of lines that are kept with their owner. */
export function pageOf(
  lines: readonly { id: string }[],
  { limit = 10, starting_after: after, ending_before: before }: Values<typeof linePage>,
  url: string,
): Json {
  const from = after === undefined ? 0 : lines.findIndex(({ id }) => id === after) + 1;
  const end = before === undefined ? lines.length : lines.findIndex(({ id }) => id === before);
  const first = before === undefined ? from : Math.max(0, end - limit);
  const data = lines.slice(first, Math.min(end, first + limit));
  return { object: 'list', data, has_more: before === undefined ? first + limit < end : first > 0, url };
}

function calculate(unit: Unit, sent: Sent): TaxCalculationRow {
  const customer = sent.customer === undefined ? undefined : unit.need('customer', sent.customer, 'customer');
  const address = fullAddress(sent.customer_details?.address) ?? customer?.address ?? null;
  if (address?.country == null) {
    const at = 'customer_details[address]';
    throw invalid(
      "We could not determine the customer's tax location. Provide a `customer` with an address, or `customer_details[address]` with a country.",
      at,
      'customer_tax_location_invalid',
    );
  }
  const usual = usualBehavior(unit);
  const lines = linesOf(unit, sent.line_items);
  const shipping = shippingOf(unit, sent.shipping_cost, usual);
  const total = lines.reduce((sum, { amount }) => sum + amount, 0) + (shipping?.amount ?? 0);
  const { customer_details: details } = sent;
  return unit.insert('tax.calculation', {
    id: newId('taxcalc'),
    object: 'tax.calculation',
    amount_total: total,
    currency: sent.currency,
    customer: customer?.id ?? null,
    customer_details: {
      address,
      address_source: details?.address_source ?? (details?.address === undefined ? null : 'billing'),
      ip_address: details?.ip_address ?? null,
      tax_ids: details?.tax_ids ?? [],
      taxability_override: details?.taxability_override ?? 'none',
    },
    expires_at: unit.now + NINETY_DAYS,
    livemode: false,
    ship_from_details:
      sent.ship_from_details === undefined
        ? null
        : { address: fullAddress(sent.ship_from_details.address) as Stripe.Address },
    shipping_cost: shipping,
    tax_amount_exclusive: 0,
    tax_amount_inclusive: 0,
    tax_breakdown: [
      {
        amount: 0,
        inclusive: usual === 'inclusive',
        tax_rate_details: {
          country: address.country,
          flat_amount: null,
          percentage_decimal: '0.0',
          rate_type: null,
          state: address.state,
          tax_type: null,
        },
        taxability_reason: 'not_collecting',
        taxable_amount: 0,
      },
    ],
    tax_date: sent.tax_date ?? unit.now,
    hidden: { lines },
  });
}

const usualBehavior = (unit: Unit): 'exclusive' | 'inclusive' =>
  taxSettingsOf(unit).defaults.tax_behavior === 'inclusive' ? 'inclusive' : 'exclusive';

function linesOf(unit: Unit, sent: Sent['line_items']): Stripe.Tax.CalculationLineItem[] {
  const settings = taxSettingsOf(unit).defaults;
  const usual = usualBehavior(unit);
  return sent.map((line, index): Stripe.Tax.CalculationLineItem => {
    const product =
      line.product === undefined ? undefined : unit.need('product', line.product, `line_items[${index}][product]`);
    const code = typeof product?.tax_code === 'string' ? product.tax_code : undefined;
    return {
      id: newId('tax_li'),
      object: 'tax.calculation_line_item',
      amount: line.amount,
      amount_tax: 0,
      livemode: false,
      metadata: mergeMetadata(null, line.metadata),
      performance_location: null,
      product: line.product ?? null,
      quantity: line.quantity ?? 1,
      reference: line.reference ?? `L${index + 1}`,
      tax_behavior: line.tax_behavior ?? usual,
      tax_code: line.tax_code ?? code ?? settings.tax_code ?? USUAL_CODE,
    };
  });
}

function shippingOf(
  unit: Unit,
  sent: Sent['shipping_cost'],
  usual: 'exclusive' | 'inclusive',
): Stripe.Tax.Calculation.ShippingCost | null {
  if (sent === undefined) return null;
  const rate =
    sent.shipping_rate === undefined
      ? undefined
      : unit.need('shipping_rate', sent.shipping_rate, 'shipping_cost[shipping_rate]');
  return {
    amount: sent.amount ?? rate?.fixed_amount?.amount ?? 0,
    amount_tax: 0,
    ...(rate === undefined ? {} : { shipping_rate: rate.id }),
    tax_behavior: sent.tax_behavior ?? usual,
    tax_code: sent.tax_code ?? SHIPPING_CODE,
  };
}

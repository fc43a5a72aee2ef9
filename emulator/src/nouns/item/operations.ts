import type Stripe from 'stripe';
import {
  accepted,
  decimal,
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
  webAddress,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { CouponRow } from '../coupon/row.js';
import type { ItemRow } from './row.js';
import type { PriceRow } from '../price/row.js';
import type { Unit } from '../../state/unit.js';
import { reductionOf } from '../coupon/reduction.js';
import { amountOf, spread, taxOf } from '../price/amount.js';
import { createPrice, priceOf } from '../price/create.js';
import { priceIn } from '../price/currency-options.js';
import { isMetered } from '../price/metered.js';
import { createProduct } from '../product/operations.js';
import { currencyParam } from '../shared/params.js';
import { ratesOf } from '../tax-rate/operations.js';

/** @param unbuilt what else Stripe knows at this place */
export const lineItemsParam = (...unbuilt: string[]) =>
  listOf(
    hash({
      ...unbuiltAll(...unbuilt),
      adjustable_quantity: hash({ enabled: needed(flag()), maximum: integer(0), minimum: integer(0) }),
      metadata: metadata(),
      price: text(),
      price_data: hash({
        currency: needed(currencyParam()),
        product: text(),
        product_data: hash({
          description: text(40_000),
          images: listOf(webAddress(), 8),
          metadata: metadata(),
          name: needed(text()),
          tax_code: text(),
          tax_details: accepted(),
          unit_label: text(12),
        }),
        recurring: hash({ interval: needed(oneOf('day', 'week', 'month', 'year')), interval_count: integer(1, 1095) }),
        tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
        unit_amount: integer(0, 99_999_999),
        unit_amount_decimal: decimal(),
      }),
      quantity: integer(0, 999_999_999),
      tax_rates: emptyable(listOf(text())),
      ...unbuiltAll('dynamic_tax_rates'),
    }),
  );

export type LineItemSent = NonNullable<ReturnType<ReturnType<typeof lineItemsParam>['read']>>[number];

export interface Sums {
  subtotal: number;
  discount: number;
  tax: number;
  total: number;
}

export interface Priced {
  price: PriceRow;
  /** null: it is billed by usage. */
  quantity: number | null;
  sent: LineItemSent;
  /** The customer added it. */
  optional?: boolean;
  /** What the customer chose to pay, of a price that lets them. */
  chosen?: number;
}

/**
 * The prices that lines name or create. @throws Problem for mixed currencies, or a line without a price.
 * @param currency that of the prices to take; default: that of the first price
 */
export function pricedLines(unit: Unit, sent: readonly LineItemSent[], currency?: string): Priced[] {
  const priced = sent.map((line, index) => ({
    price: inCurrency(linePrice(unit, line, `line_items[${index}]`), currency, `line_items[${index}]`),
    sent: line,
  }));
  const lines = priced.map((line, index) => ({ ...line, quantity: quantityOf(line, `line_items[${index}]`) }));
  const [first] = lines;
  lines.forEach(({ price }, index) => {
    if (price.currency === first?.price.currency) return;
    throw invalid('All prices must have the same currency.', `line_items[${index}][price]`);
  });
  return lines.map((line) => withChosen(line, lines.length));
}

function inCurrency(price: PriceRow, currency: string | undefined, at: string): PriceRow {
  const found = currency === undefined ? price : priceIn(price, currency);
  if (found !== undefined) return found;
  throw invalid(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
    `${at}[price]`,
  );
}

/** An amount that the customer chooses is alone, and one (https://docs.stripe.com/payments/checkout/pay-what-you-want). */
function withChosen(line: Priced, lines: number): Priced {
  const { custom_unit_amount: custom } = line.price;
  if (custom === null) return line;
  if (lines > 1 || line.quantity !== 1) {
    throw invalid('A price with `custom_unit_amount` must be the only line item, with a quantity of 1.', 'line_items');
  }
  return { ...line, chosen: custom.preset ?? 0 };
}

/** What is billed by usage has none (better-auth/better-auth#8920 quotes the message). */
function quantityOf({ price, sent }: { price: PriceRow; sent: LineItemSent }, at: string): number | null {
  if (!isMetered(price)) return sent.quantity ?? 1;
  if (sent.quantity === undefined) return null;
  throw invalid(
    `Quantity should not be specified where usage_type is \`metered\`. Remove quantity from \`${at}\``,
    `${at}[quantity]`,
  );
}

function linePrice(unit: Unit, sent: LineItemSent, at: string): PriceRow {
  if (sent.price !== undefined) return priceOf(unit, sent.price, `${at}[price]`);
  if (sent.price_data === undefined)
    throw invalid(`Missing required param: ${at}[price].`, `${at}[price]`, 'parameter_missing');
  const { product, product_data, ...data } = sent.price_data;
  const owner = product ?? (product_data === undefined ? undefined : createProduct(unit, product_data).id);
  if (owner === undefined)
    throw invalid(`Missing required param: ${at}[price_data][product].`, at, 'parameter_missing');
  return createPrice(unit, { ...data, product: owner, active: false });
}

/** Writes the lines of an owner with their amounts. @param coupons over all of the lines, in this order */
export function addItems(
  unit: Unit,
  owner: string,
  lines: readonly Priced[],
  {
    coupons = [],
    defaultRates = [],
  }: { coupons?: readonly CouponRow[]; defaultRates?: readonly Stripe.TaxRate[] } = {},
): Sums {
  const subtotals = lines.map(
    ({ chosen, price, quantity }) => chosen ?? (quantity === null ? 0 : amountOf(price, quantity)),
  );
  let left = subtotals;
  for (const coupon of coupons) {
    const open = left;
    const chosen = lines.map(({ price }, index) => (isFor(coupon, price.product) ? (open[index] ?? 0) : 0));
    const whole = chosen.reduce((sum, amount) => sum + amount, 0);
    const shares = spread(reductionOf(coupon, whole, lines[0]?.price.currency ?? ''), chosen);
    left = open.map((amount, index) => amount - (shares[index] ?? 0));
  }
  const sums: Sums = { subtotal: 0, discount: 0, tax: 0, total: 0 };
  lines.forEach((line, index) => {
    const subtotal = subtotals[index] ?? 0;
    const net = left[index] ?? 0;
    const own = ratesOf(unit, line.sent.tax_rates, `line_items[${index}][tax_rates]`);
    const taxes = (own.length > 0 ? own : defaultRates).map((rate) => ({
      rate,
      amount: taxOf(net, rate.percentage, rate.inclusive),
    }));
    const tax = taxes.reduce((sum, { amount }) => sum + amount, 0);
    const total = net + taxes.reduce((sum, { amount, rate }) => sum + (rate.inclusive ? 0 : amount), 0);
    unit.insert('item', newItem(unit, owner, line, { subtotal, discount: subtotal - net, tax, total }));
    sums.subtotal += subtotal;
    sums.discount += subtotal - net;
    sums.tax += tax;
    sums.total += total;
  });
  return sums;
}

const isFor = ({ applies_to }: CouponRow, product: string): boolean =>
  applies_to === undefined || applies_to.products.includes(product);

function newItem(unit: Unit, owner: string, { chosen, price, quantity, sent, optional }: Priced, sums: Sums): ItemRow {
  const { enabled, maximum = null, minimum = null } = sent.adjustable_quantity ?? { enabled: false };
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: enabled ? { enabled, maximum, minimum } : null,
    amount_discount: sums.discount,
    amount_subtotal: sums.subtotal,
    amount_tax: sums.tax,
    amount_total: sums.total,
    currency: price.currency,
    description: unit.find('product', price.product)?.name ?? null,
    metadata: sent.metadata ?? {},
    price: price.id,
    quantity,
    hidden: {
      owner,
      tax_rates: sent.tax_rates ?? [],
      ...(optional === true ? { optional } : {}),
      ...given({ chosen }),
    },
  };
}

/** A line's quantity as a parameter; of what is billed by usage there is none. */
export const quantitySent = ({ quantity }: ItemRow): { quantity?: number } => (quantity === null ? {} : { quantity });

/** The lines of an owner, oldest first. */
export const itemsOf = (unit: Unit, owner: string): ItemRow[] => unit.all('item', 'hidden.owner', owner);

/** `line_items`, when asked for. */
export function lineItems(unit: Unit, url: string, owner: string): Json {
  const rows = itemsOf(unit, owner).map((row) => unit.view('item', row));
  return given({ object: 'list', data: rows.slice(0, 10), has_more: rows.length > 10, url });
}

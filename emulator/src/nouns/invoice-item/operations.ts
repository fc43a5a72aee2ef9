import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  accepted,
  decimal,
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  text,
  timestamp,
  unbuiltAll,
  unbuilt,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { InvoiceItemRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { amountOf } from '../price/amount.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import { addItemLine, setCurrency } from '../invoice/edit.js';
import { createPrice, priceOf } from '../price/create.js';
import { priceIn } from '../price/currency-options.js';
import type { PriceRow } from '../price/row.js';
import { currencyParam, oneTimePriceData } from '../shared/params.js';

const periodParam = () => hash({ start: needed(timestamp()), end: needed(timestamp()) });

const createParams = {
  amount: integer(),
  currency: currencyParam(),
  customer: text(),
  description: emptyable(text()),
  discountable: flag(),
  discounts: discountsParam(),
  invoice: text(),
  metadata: metadata(),
  period: periodParam(),
  pricing: hash({ price: text() }),
  quantity: integer(0),
  subscription: text(),
  tax_behavior: accepted(),
  tax_rates: listOf(text()),
  price_data: oneTimePriceData(),
  quantity_decimal: decimal(),
  unit_amount_decimal: decimal(),
  ...unbuiltAll('customer_account', 'tax_code'),
};

export const invoiceItemOperations: readonly Operation[] = [
  operation('POST /v1/invoiceitems', createParams, ({ unit, params }) => {
    if (params.customer === undefined)
      throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
    return unit.view('invoiceitem', createItem(unit, { ...params, customer: params.customer }));
  }),
  retrieveOperation('/v1/invoiceitems', 'invoiceitem'),
  listOperation('/v1/invoiceitems', {
    type: 'invoiceitem',
    filters: {
      created: range('date'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      invoice: { param: text(), field: 'invoice' },
      pending: { param: flag(), test: (row, pending: boolean) => (row.invoice === null) === pending },
    },
  }),
];

type Sent = Values<typeof createParams> & { customer: string };

/** `invoiceitem.created`; with an invoice given it is a line of that draft at once. */
function createItem(unit: Unit, params: Sent): InvoiceItemRow {
  const customer = unit.need('customer', params.customer, 'customer');
  checkOneAmount(params);
  const named = itemPrice(unit, params);
  const price =
    named === undefined || params.currency === undefined ? named : (priceIn(named, params.currency) ?? named);
  if (price?.custom_unit_amount != null) {
    throw invalid('This field does not accept prices with `custom_unit_amount`.', 'pricing[price]');
  }
  const currency = params.currency ?? price?.currency ?? unit.find('invoice', params.invoice)?.currency;
  if (currency === undefined) throw invalid('Missing required param: currency.', 'currency', 'parameter_missing');
  const count = Number(params.quantity_decimal ?? params.quantity ?? 1);
  const quantity = Math.trunc(count);
  const amount =
    params.amount ??
    (price === undefined ? Math.round(Number(params.unit_amount_decimal) * count) : amountOf(price, count));
  const id = newId('ii');
  const row = unit.insert('invoiceitem', {
    id,
    object: 'invoiceitem',
    amount,
    currency,
    customer: customer.id,
    customer_account: null,
    date: unit.now,
    description: params.description ?? productName(unit, price?.product) ?? null,
    // As Stripe's documentation of the parameter says: credits are left alone.
    discountable: params.discountable ?? amount >= 0,
    discounts: redeemAll(unit, params.discounts, { customer: customer.id, invoice_item: id }),
    invoice: params.invoice ?? null,
    livemode: false,
    metadata: mergeMetadata(null, params.metadata),
    net_amount: amount,
    parent: parentOf(unit, params.subscription),
    period: params.period ?? { start: unit.now, end: unit.now },
    pricing:
      price === undefined
        ? null
        : {
            price_details: { price: price.id, product: price.product },
            type: 'price_details',
            unit_amount_decimal: price.unit_amount_decimal,
          },
    proration: false,
    quantity,
    quantity_decimal: params.quantity_decimal ?? String(quantity),
    tax_rates: (params.tax_rates ?? []).map((rate) => unit.need('tax_rate', rate, 'tax_rates')),
    test_clock: customer.test_clock ?? null,
  });
  setCurrency(unit, customer.id, currency);
  if (params.invoice !== undefined) addItemLine(unit, params.invoice, row);
  return row;
}

/** What an item costs is said in one of these ways. */
function checkOneAmount({ amount, pricing, price_data, unit_amount_decimal }: Sent): void {
  const named = Object.entries({ amount, 'pricing[price]': pricing?.price, price_data, unit_amount_decimal });
  const sent = named.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (sent.length === 1) return;
  if (sent.length === 0) throw invalid('Missing required param: amount.', 'amount', 'parameter_missing');
  throw invalid(`You may only specify one of these parameters: ${sent.join(', ')}.`, sent[0]);
}

/** The price that an item names, or one made for it; undefined if it has an amount of its own. */
function itemPrice(unit: Unit, { pricing, price_data: data }: Sent): PriceRow | undefined {
  if (data !== undefined) return createPrice(unit, { ...data, active: false });
  const price = pricing?.price === undefined ? undefined : priceOf(unit, pricing.price, 'pricing[price]');
  if (price === undefined || price.recurring === null) return price;
  throw invalid(
    'The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.',
    'pricing[price]',
  );
}

function parentOf(unit: Unit, subscription: string | undefined): InvoiceItemRow['parent'] {
  if (subscription === undefined) return null;
  unit.need('subscription', subscription, 'subscription');
  return { subscription_details: { subscription }, type: 'subscription_details' };
}

/** A pending item for some of a price, or of an amount. */
export function newInvoiceItem(unit: Unit, sent: Omit<Sent, 'pricing'> & { price?: string }): InvoiceItemRow {
  const { price, ...rest } = sent;
  return createItem(unit, price === undefined ? rest : { ...rest, pricing: { price } });
}

function productName(unit: Unit, product: unknown): string | undefined {
  return unit.find('product', typeof product === 'string' ? product : undefined)?.name;
}

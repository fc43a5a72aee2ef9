import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import {
  emptyable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  orWord,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
  accepted,
} from '../../api/params.js';
import { given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { ItemRow } from '../item/row.js';
import type { QuoteRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { DiscountSent } from '../discount/operations.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import type { LineItemSent, Sums } from '../item/operations.js';
import { addItems, itemsOf, lineItemsParam, pricedLines } from '../item/operations.js';
import { ratesOf } from '../tax-rate/operations.js';

export const quoteParams = {
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  customer: text(),
  default_tax_rates: emptyable(listOf(text())),
  description: emptyable(text(500)),
  discounts: discountsParam(),
  expires_at: timestamp(),
  footer: emptyable(text(500)),
  header: emptyable(text(50)),
  invoice_settings: hash({
    days_until_due: integer(0),
    ...unbuiltAll('issuer', 'custom_fields', 'description', 'footer'),
  }),
  line_items: lineItemsParam('discounts', 'id'),
  metadata: metadata(),
  subscription_data: hash({
    billing_mode: accepted(),
    description: text(500),
    effective_date: emptyable(orWord('current_period_end', timestamp())),
    metadata: metadata(),
    trial_period_days: emptyable(integer(1)),
    ...unbuiltAll('bill_on_acceptance', 'phase_effective_at'),
  }),
  test_clock: text(),
  ...unbuiltAll(
    'application_fee_amount',
    'application_fee_percent',
    'automatic_tax',
    'customer_account',
    'from_quote',
    'on_behalf_of',
    'transfer_data',
  ),
};

type Sent = Values<typeof quoteParams>;

const VALID_SECONDS = 30 * 86_400;

/** A draft: `quote.created`. */
export function createQuote(unit: Unit, sent: Sent): QuoteRow {
  const customer = sent.customer === undefined ? undefined : unit.need('customer', sent.customer, 'customer');
  const id = newId('qt');
  unit.insertUnannounced('quote', {
    ...newQuote(unit, id),
    metadata: mergeMetadata(null, sent.metadata),
    test_clock: customer?.test_clock ?? sent.test_clock ?? null,
    ...quotePatch(unit, sent),
  });
  priceQuote(unit, id, sent.line_items ?? [], sent.discounts);
  return unit.announce('quote', id);
}

export function quotePatch(unit: Unit, sent: Sent): Partial<QuoteRow> {
  const data = sent.subscription_data;
  return given({
    collection_method: sent.collection_method,
    customer: sent.customer === undefined ? undefined : unit.need('customer', sent.customer, 'customer').id,
    default_tax_rates:
      sent.default_tax_rates === undefined ? undefined : ratesOf(unit, sent.default_tax_rates).map(({ id }) => id),
    description: sent.description,
    expires_at: sent.expires_at,
    footer: sent.footer,
    header: sent.header,
    subscription_data:
      data === undefined
        ? undefined
        : {
            ...PLAIN,
            description: data.description ?? null,
            effective_date: typeof data.effective_date === 'number' ? data.effective_date : null,
            metadata: mergeMetadata(null, data.metadata),
            trial_period_days: data.trial_period_days ?? null,
          },
  });
}

/** Adds up the lines: what recurs, and what is due at once. */
export function priceQuote(
  unit: Unit,
  id: string,
  sent: readonly LineItemSent[],
  discounts: readonly DiscountSent[] | null | undefined,
): void {
  const row = unit.need('quote', id);
  const lines = pricedLines(unit, sent);
  const made =
    discounts === undefined
      ? row.discounts.map((one) => idOf(one) ?? '')
      : unit.quietly(() => redeemAll(unit, discounts, { customer: idOf(row.customer) }));
  const coupons = made.flatMap((one) => unit.find('coupon', idOf(unit.find('discount', one)?.source.coupon)) ?? []);
  const rates = ratesOf(
    unit,
    (row.default_tax_rates ?? []).map((rate) => idOf(rate) ?? ''),
  );
  const sums = addItems(unit, id, lines, { coupons, defaultRates: rates });
  const again = sumsOf(itemsOf(unit, id).filter(({ price }) => unit.find('price', price)?.recurring != null));
  const [first] = lines.filter(({ price }) => price.recurring !== null);
  unit.update('quote', id, {
    amount_subtotal: sums.subtotal,
    amount_total: sums.total,
    computed: {
      recurring:
        first?.price.recurring == null
          ? null
          : {
              ...amounts(again),
              interval: first.price.recurring.interval,
              interval_count: first.price.recurring.interval_count,
            },
      upfront: amounts(sums),
    },
    currency: lines[0]?.price.currency ?? row.currency,
    discounts: made,
    total_details: details(sums),
  });
}

/** What some of a quote's lines add up to. */
const sumsOf = (items: readonly ItemRow[]): Sums => ({
  subtotal: items.reduce((sum, { amount_subtotal: amount }) => sum + amount, 0),
  discount: items.reduce((sum, { amount_discount: amount }) => sum + amount, 0),
  tax: items.reduce((sum, { amount_tax: amount }) => sum + amount, 0),
  total: items.reduce((sum, { amount_total: amount }) => sum + amount, 0),
});

const details = (sums: Sums): Stripe.Quote.TotalDetails => ({
  amount_discount: sums.discount,
  amount_shipping: 0,
  amount_tax: sums.tax,
});
const amounts = (sums: Sums) => ({
  amount_subtotal: sums.subtotal,
  amount_total: sums.total,
  total_details: details(sums),
});

const PLAIN: Stripe.Quote.SubscriptionData = {
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
  description: null,
  effective_date: null,
  metadata: {},
  trial_period_days: null,
};

function newQuote(unit: Unit, id: string): QuoteRow {
  const nothing = { subtotal: 0, discount: 0, tax: 0, total: 0 };
  return {
    id,
    object: 'quote',
    amount_subtotal: 0,
    amount_total: 0,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    collection_method: 'charge_automatically',
    computed: { recurring: null, upfront: amounts(nothing) },
    created: unit.now,
    currency: null,
    customer: null,
    customer_account: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    expires_at: unit.now + VALID_SECONDS,
    footer: null,
    from_quote: null,
    header: null,
    invoice: null,
    invoice_settings: {
      custom_fields: null,
      days_until_due: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    livemode: false,
    metadata: {},
    number: null,
    on_behalf_of: null,
    status: 'draft',
    status_transitions: { accepted_at: null, canceled_at: null, finalized_at: null },
    subscription: null,
    subscription_data: PLAIN,
    subscription_schedule: null,
    test_clock: null,
    total_details: details(nothing),
    transfer_data: null,
  };
}

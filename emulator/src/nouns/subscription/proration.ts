import { newId } from '../../state/id.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { amountOf } from '../price/amount.js';
import { lengthOf } from './anchor.js';
import type { Debit } from './debits.js';
import { debitsOf } from './debits.js';
import { priceOfItem } from './item-price.js';
import { liveDiscounts } from '../discount/operations.js';
import { productName } from './bill.js';

/** Whether an item began another period, if only one of another length at the same moment. */
export const hasNewPeriod = (item: SubscriptionItemRow, old: SubscriptionItemRow): boolean =>
  item.current_period_start !== old.current_period_start || item.current_period_end !== old.current_period_end;

/**
 * Credits for unused and charges for remaining time, as pending invoice items, for what changed between `before` and now
 * (https://docs.stripe.com/billing/subscriptions/prorations): to the second, in proportion to the period.
 * @returns the items that began a new period, to be billed in full
 */
export function prorate(
  unit: Unit,
  subscription: SubscriptionRow,
  before: readonly SubscriptionItemRow[],
  moment: number = unit.now,
): { made: number; renewed: SubscriptionItemRow[] } {
  const now = unit.all('subscription_item', 'subscription', subscription.id);
  const renewed: SubscriptionItemRow[] = [];
  let made = 0;
  // What is charged has the discounts of after the change.
  const changed = unit.need('subscription', subscription.id);
  const add = (item: SubscriptionItemRow, sign: 1 | -1): void => {
    if (prorationItem(unit, sign === 1 ? changed : subscription, item, { sign, moment })) made += 1;
  };
  for (const old of before) {
    const item = now.find(({ id }) => id === old.id);
    const restarted = item !== undefined && hasNewPeriod(item, old);
    if (item !== undefined && !restarted && item.price === old.price && item.quantity === old.quantity) continue;
    add(old, -1);
    if (item === undefined) continue;
    if (restarted) renewed.push(item);
    else add(item, 1);
  }
  for (const item of now) {
    if (before.some(({ id }) => id === item.id)) continue;
    if (item.current_period_start === unit.now) renewed.push(item);
    else add(item, 1);
  }
  return { made, renewed };
}

interface Proration {
  sign: 1 | -1;
  moment: number;
}

/** A metered item has nothing to prorate. @returns whether there was anything */
function prorationItem(
  unit: Unit,
  subscription: SubscriptionRow,
  item: SubscriptionItemRow,
  { sign, moment }: Proration,
): boolean {
  const price = priceOfItem(unit, item);
  if (price === undefined || item.quantity === undefined || moment >= item.current_period_end) return false;
  if (sign === 1) return chargeRest(unit, { subscription, item, price, moment });
  return creditRest(unit, { subscription, item, price, moment });
}

interface Part {
  subscription: SubscriptionRow;
  item: SubscriptionItemRow;
  price: PriceRow;
  moment: number;
}

/** Charges the rest of the period from the moment on, in whole minor units. */
function chargeRest(unit: Unit, part: Part): true {
  const { subscription, item, price } = part;
  const amount = Math.round(discounted(unit, subscription, amountOf(price, item.quantity ?? 0)) * shareLeft(part));
  const period = { start: part.moment, end: item.current_period_end };
  insertProration(unit, part, { amount, quantity: item.quantity ?? 0, period, credited: null });
  return true;
}

/**
 * Takes the rest of the period back: in flexible billing of what was debited, one credit for each debit; in classic billing of
 * what the item costs now (https://docs.stripe.com/billing/subscriptions/billing-mode/compare#credit-proration-calculations).
 */
function creditRest(unit: Unit, part: Part): boolean {
  const { subscription, item, price, moment } = part;
  const debits = debitsOf(unit, item, moment);
  if (subscription.billing_mode.type === 'classic') {
    const amount = -Math.round(discounted(unit, subscription, amountOf(price, item.quantity ?? 0)) * shareLeft(part));
    const period = { start: moment, end: item.current_period_end };
    const credited = debits.at(-1)?.credited ?? null;
    insertProration(unit, part, { amount, quantity: item.quantity ?? 0, period, credited });
    return true;
  }
  for (const { amount: debited, quantity, period, credited } of debits) {
    const left = (period.end - Math.max(moment, period.start)) / (period.end - period.start);
    const amount = -Math.round(debited * left);
    insertProration(unit, part, {
      amount,
      quantity: quantity ?? 0,
      period: { start: moment, end: period.end },
      credited,
    });
  }
  return debits.length > 0;
}

/** How much of a whole period is left. */
function shareLeft({ subscription, item, price, moment }: Part): number {
  const { current_period_start: start, current_period_end: end } = item;
  return (lengthOf(subscription, item, price) * (end - Math.max(moment, start))) / (end - start);
}

interface ProrationLine {
  amount: number;
  quantity: number;
  period: { start: number; end: number };
  /** What a credit takes back; null for a charge. */
  credited: Debit['credited'] | null;
}

function insertProration(
  unit: Unit,
  { subscription, item, price, moment }: Part,
  { amount, quantity, period, credited }: ProrationLine,
): void {
  const words = `${amount < 0 || credited !== null ? 'Unused' : 'Remaining'} time on ${quantity === 1 ? '' : `${quantity} × `}`;
  const unitAmount = quantity === 0 ? 0 : Math.round(amount / quantity);
  unit.insert('invoiceitem', {
    id: newId('ii'),
    object: 'invoiceitem',
    amount,
    currency: subscription.currency,
    customer: idOf(subscription.customer) ?? '',
    customer_account: null,
    date: moment,
    description: `${words}${productName(unit, price)} after ${dayOf(moment)}`,
    discountable: false,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    net_amount: amount,
    parent: {
      subscription_details: { subscription: subscription.id, subscription_item: item.id },
      type: 'subscription_details',
    },
    period,
    pricing: pricingOf(price, unitAmount),
    proration: true,
    proration_details: { credited_items: credited, discount_amounts: [] },
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: item.tax_rates ?? [],
    test_clock: idOf(subscription.test_clock),
  });
}

const pricingOf = (price: PriceRow, unitAmount: number) => ({
  price_details: { price: price.id, product: price.product },
  type: 'price_details' as const,
  unit_amount_decimal: String(unitAmount),
});

/** Flexible billing has the percentage discounts in its prorations; the items themselves are not discountable. */
function discounted(unit: Unit, subscription: SubscriptionRow, amount: number): number {
  return liveDiscounts(unit, subscription.discounts).reduce((left, id) => {
    const coupon = unit.find('coupon', idOf(unit.need('discount', id).source.coupon));
    return left * (1 - (coupon?.percent_off ?? 0) / 100);
  }, amount);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** Credits what a subscription that ends at a moment was paid for and does not use. @returns whether there was any */
export function creditUnused(unit: Unit, subscription: SubscriptionRow, moment: number = unit.now): boolean {
  const items = unit.all('subscription_item', 'subscription', subscription.id);
  return items.filter((item) => prorationItem(unit, subscription, item, { sign: -1, moment })).length > 0;
}

/** Removes the credits for an end at a moment, unless an invoice has them already. */
export function dropCredits(unit: Unit, subscription: SubscriptionRow, moment: number): void {
  for (const item of unit.all('invoiceitem', 'customer', idOf(subscription.customer))) {
    const own = item.parent?.subscription_details?.subscription === subscription.id;
    if (own && item.proration && item.amount < 0 && item.invoice === null && item.period.start === moment)
      unit.remove('invoiceitem', item.id);
  }
}

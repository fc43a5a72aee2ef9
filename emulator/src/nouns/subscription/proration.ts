import { newId } from '../../state/id.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { amountOf } from '../price/amount.js';
import { lengthOf } from './anchor.js';
import { liveDiscounts } from '../discount/operations.js';
import { productName } from './bill.js';

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
  const add = (item: SubscriptionItemRow, sign: 1 | -1): void => {
    if (prorationItem(unit, subscription, item, { sign, moment })) made += 1;
  };
  for (const old of before) {
    const item = now.find(({ id }) => id === old.id);
    const restarted = item !== undefined && item.current_period_start !== old.current_period_start;
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

/**
 * Whole amounts of minor units. A metered item has nothing to prorate.
 * @param change `sign`: 1 charges the rest of the period from `moment` on, -1 credits it
 */
function prorationItem(
  unit: Unit,
  subscription: SubscriptionRow,
  item: SubscriptionItemRow,
  { sign, moment }: { sign: 1 | -1; moment: number },
): boolean {
  const price = unit.find('price', item.price) ?? item.hidden.lastPrice;
  const { current_period_start: start, current_period_end: end } = item;
  if (price === undefined || item.quantity === undefined || moment >= end) return false;
  const share = (lengthOf(subscription, item, price) * (end - Math.max(moment, start))) / (end - start);
  const amount = sign * Math.round(discounted(unit, subscription, amountOf(price, item.quantity)) * share);
  const words = `${sign < 0 ? 'Unused' : 'Remaining'} time on ${item.quantity === 1 ? '' : `${item.quantity} × `}`;
  const unitAmount = item.quantity === 0 ? 0 : Math.round(amount / item.quantity);
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
    period: { start: moment, end },
    pricing: pricingOf(price, unitAmount),
    proration: true,
    quantity: item.quantity,
    quantity_decimal: String(item.quantity),
    tax_rates: item.tax_rates ?? [],
    test_clock: idOf(subscription.test_clock),
  });
  return true;
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

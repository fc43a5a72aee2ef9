import {
  decimal,
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
} from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { DiscountSent } from '../discount/operations.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import { after } from './period.js';
import { ratesOf } from '../tax-rate/operations.js';
import { createPrice, priceOf } from '../price/create.js';
import { priceIn } from '../price/currency-options.js';
import { isMetered } from '../price/metered.js';
import { QUANTITY_MAX } from './single-item.js';
import { itemThresholdsParam } from './threshold-params.js';
import { currencyParam } from '../shared/params.js';

const ITEMS_MAX = 20;

export const itemFields = {
  metadata: metadata(),
  plan: text(),
  price: text(),
  price_data: hash({
    currency: needed(currencyParam()),
    product: needed(text()),
    recurring: needed(
      hash({ interval: needed(oneOf('day', 'week', 'month', 'year')), interval_count: integer(1, 1095) }),
    ),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer(0, 99_999_999),
    unit_amount_decimal: decimal(),
  }),
  quantity: integer(0, QUANTITY_MAX),
  discounts: discountsParam(),
  tax_rates: emptyable(listOf(text())),
  billing_thresholds: itemThresholdsParam(),
  ...unbuiltAll('current_trial'),
};

export const newItemsParam = () => listOf(hash(itemFields), ITEMS_MAX);
export const changedItemsParam = () =>
  listOf(
    hash({ ...itemFields, id: text(), deleted: flag(), clear_usage: flag(), metadata: emptyableMetadata() }),
    ITEMS_MAX,
  );

const emptyableMetadata = () => emptyable(metadata());

export interface ItemSent {
  id?: string;
  deleted?: boolean;
  metadata?: Record<string, string> | null;
  plan?: string;
  price?: string;
  price_data?: {
    currency: string;
    product: string;
    recurring: { interval: 'day' | 'week' | 'month' | 'year'; interval_count?: number };
    tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified';
    unit_amount?: number;
    unit_amount_decimal?: string;
  };
  quantity?: number;
  billing_thresholds?: { usage_gte: number } | null;
  discounts?: DiscountSent[] | null;
  tax_rates?: string[] | null;
}

/** The recurring price an item names, by id, by its plan, or made on the spot. */
export function itemPrice(unit: Unit, sent: ItemSent, at: string): PriceRow | undefined {
  const id = sent.price ?? sent.plan;
  // Prices made on the spot are not for sale by themselves, so Stripe archives them at once.
  const price =
    sent.price_data === undefined
      ? id === undefined
        ? undefined
        : priceOf(unit, id, `${at}[${sent.price === undefined ? 'plan' : 'price'}]`)
      : createPrice(unit, { ...sent.price_data, active: false });
  if (price === undefined) return undefined;
  if (price.recurring === null) {
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      `${at}[price]`,
    );
  }
  if (!price.active && sent.price_data === undefined) {
    throw invalid(`The price specified is inactive. This field only accepts active prices.`, `${at}[price]`);
  }
  if (sent.quantity !== undefined) checkCounted(price);
  return price;
}

/** @throws Problem in the words of pay-rails/pay#193 */
function checkCounted(price: PriceRow | undefined): void {
  if (isMetered(price)) throw invalid('You cannot set the quantity for metered plans.', 'quantity');
}

/** A price is in a subscription once (cartalyst/stripe#120). @param prices the ids of all items' prices */
export function checkDistinct(prices: readonly string[]): void {
  const twice = prices.find((price, index) => prices.indexOf(price) !== index);
  if (twice !== undefined) {
    throw invalid(`Cannot add multiple subscription items with the same plan: ${twice}`, 'plan');
  }
}

/** An item to add: at which price, with what else was sent, from when. */
export interface NewSubscriptionItem {
  price: PriceRow;
  sent: ItemSent;
  period: ItemPeriod;
}

export interface ItemPeriod {
  start: number;
  /** Where the period ends when it is not a whole interval, i.e. in a trial. */
  end?: number | undefined;
}

export function addItem(
  unit: Unit,
  subscription: Pick<SubscriptionRow, 'id'>,
  { price, sent, period }: NewSubscriptionItem,
): SubscriptionItemRow {
  const { interval = 'month', interval_count = 1 } = price.recurring ?? {};
  const id = newId('si');
  const owner = { customer: idOf(unit.need('subscription', subscription.id).customer), subscription_item: id };
  return unit.insert('subscription_item', {
    id,
    object: 'subscription_item',
    billing_thresholds: sent.billing_thresholds ?? null,
    created: unit.now,
    current_period_end: period.end ?? after(period.start, interval, interval_count),
    current_period_start: period.start,
    current_trial: null,
    discounts: redeemAll(unit, sent.discounts, owner),
    metadata: mergeMetadata(null, sent.metadata),
    price: price.id,
    ...(isMetered(price) ? {} : { quantity: sent.quantity ?? 1 }),
    subscription: subscription.id,
    tax_rates: ratesOf(unit, sent.tax_rates),
    hidden: {},
  });
}

/** Applies `items[]` of an update: changes, additions, removals. At least one item stays. */
export function changeItems(unit: Unit, subscription: SubscriptionRow, sent: readonly ItemSent[]): void {
  const period = { start: unit.now, end: trialEnd(unit, subscription) };
  sent.forEach((item, index) => {
    const at = `items[${index}]`;
    if (item.id === undefined) {
      const price = itemPrice(unit, item, at);
      if (price === undefined)
        throw invalid(`Missing required param: ${at}[price].`, `${at}[price]`, 'parameter_missing');
      checkCurrency(price, subscription.currency, `${at}[price]`);
      addItem(unit, subscription, { price, sent: item, period: samePeriod(unit, subscription, price) ?? period });
      return;
    }
    const row = unit.find('subscription_item', item.id);
    if (row === undefined || row.subscription !== subscription.id)
      throw missing('subscription_item', item.id, `${at}[id]`, 400);
    if (item.deleted === true) unit.remove('subscription_item', row.id);
    else changeItem(unit, { subscription, row }, item, at);
  });
  const items = unit.all('subscription_item', 'subscription', subscription.id);
  if (items.length === 0) throw invalid('A subscription must have at least one active plan.', 'items');
  if (items.length > ITEMS_MAX) throw invalid(`A subscription can have up to ${ITEMS_MAX} items.`, 'items');
  checkDistinct(items.map(({ price }) => price));
}

/** @param at where the item was sent, for errors: `items[0]` */
export function changeItem(
  unit: Unit,
  { subscription, row }: { subscription: SubscriptionRow; row: SubscriptionItemRow },
  sent: ItemSent,
  at: string,
): void {
  const price = itemPrice(unit, sent, at);
  if (price !== undefined) checkCurrency(price, subscription.currency, `${at}[price]`);
  const now = unit.find('price', row.price) ?? row.hidden.lastPrice;
  if (price === undefined && sent.quantity !== undefined) checkCounted(now);
  const { quantity: had, ...rest } = row;
  const quantity = isMetered(price ?? now) ? undefined : (sent.quantity ?? had ?? 1);
  const rhythm = (of: PriceRow | undefined): string => `${of?.recurring?.interval_count}${of?.recurring?.interval}`;
  const newRhythm = price !== undefined && rhythm(price) !== rhythm(now) && subscription.status !== 'trialing';
  const { interval = 'month', interval_count = 1 } = price?.recurring ?? {};
  unit.replace('subscription_item', {
    ...rest,
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price: price.id }),
    ...(sent.billing_thresholds === undefined ? {} : { billing_thresholds: sent.billing_thresholds }),
    ...(sent.tax_rates === undefined ? {} : { tax_rates: ratesOf(unit, sent.tax_rates) }),
    ...(sent.discounts === undefined
      ? {}
      : {
          discounts: redeemAll(unit, sent.discounts, {
            customer: idOf(subscription.customer),
            subscription_item: row.id,
          }),
        }),
    ...(sent.metadata === undefined ? {} : { metadata: mergeMetadata(row.metadata, sent.metadata) }),
    // Another interval begins a new period now.
    ...(newRhythm
      ? { current_period_start: unit.now, current_period_end: after(unit.now, interval, interval_count) }
      : {}),
  });
}

export function checkCurrency(price: PriceRow, currency: string, at: string): void {
  if (priceIn(price, currency) !== undefined) return;
  throw invalid(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
    at,
  );
}

function trialEnd(_unit: Unit, subscription: SubscriptionRow): number | undefined {
  return subscription.status === 'trialing' ? (subscription.trial_end ?? undefined) : undefined;
}

/** A new item joins the period of the others that have the same interval. */
function samePeriod(unit: Unit, subscription: SubscriptionRow, price: PriceRow): ItemPeriod | undefined {
  const twin = unit.all('subscription_item', 'subscription', subscription.id).find((item) => {
    const other = unit.find('price', item.price)?.recurring;
    return other?.interval === price.recurring?.interval && other?.interval_count === price.recurring?.interval_count;
  });
  return twin === undefined ? undefined : { start: twin.current_period_start, end: twin.current_period_end };
}

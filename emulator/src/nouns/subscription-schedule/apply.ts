import { mergeMetadata } from '../../api/params.js';
import { given } from '../../api/standard.js';
import type { ScheduleRow } from './row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from '../subscription/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { taxOfSubscription } from '../shared/automatic-tax.js';
import type { DiscountSent } from '../discount/operations.js';
import { canRedeem, redeemAll } from '../discount/operations.js';
import type { Phase } from './phases.js';
import type { SubscriptionSent } from '../subscription/create.js';
import { hasEnded } from '../subscription/end.js';
import type { ItemSent } from '../subscription/items.js';
import { updateSubscription } from '../subscription/update.js';

/**
 * Brings the subscription in line with the current phase. A phase is complete: what it does not name is dropped, and
 * a subscription without a discount has its customer's. Metadata alone is merged.
 * (https://docs.stripe.com/api/subscription_schedules/update#update_subscription_schedule-phases)
 */
export function applyPhase(unit: Unit, id: string, behavior: string, moment: 'entered' | 'within'): void {
  const row = unit.need('subscription_schedule', id);
  const phase = row.phases.find(({ start_date, end_date }) => start_date <= unit.now && unit.now < end_date);
  const subscription = unit.find('subscription', idOf(row.subscription));
  if (phase === undefined || subscription === undefined || hasEnded(subscription)) return;
  unit.update('subscription_schedule', id, {
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
  });
  updateSubscription(
    unit,
    subscription.id,
    given({
      items: itemsSent(unit, subscription, phase, moment),
      proration_behavior: behavior as 'always_invoice' | 'create_prorations' | 'none',
      trial_end: trialEnd(unit, subscription, phase),
    }),
    settingsOf(unit, row, phase, { subscription, moment }),
  );
}

/** A phase as the parameters of a new subscription. */
export function phaseSent(unit: Unit, row: ScheduleRow, phase: Phase): Partial<SubscriptionSent> {
  const days = phase.invoice_settings?.days_until_due;
  return given({
    automatic_tax: taxSent(row, phase),
    collection_method: collectionMethod(row, phase),
    days_until_due: days ?? (collectionMethod(row, phase) === 'send_invoice' ? 30 : undefined),
    default_payment_method: methodOf(row, phase) ?? undefined,
    default_tax_rates: (phase.default_tax_rates ?? []).map((rate) => rate.id),
    description: phase.description ?? undefined,
    discounts: discountsSent(unit, phase.discounts),
    items: phase.items.map((item) => itemSent(item, discountsSent(unit, item.discounts))),
    metadata: phase.metadata ?? undefined,
    trial_end: phase.trial_end ?? undefined,
  });
}

function settingsOf(
  unit: Unit,
  row: ScheduleRow,
  phase: Phase,
  { subscription, moment }: { subscription: SubscriptionRow; moment: 'entered' | 'within' },
): Partial<SubscriptionRow> {
  const kept = moment === 'within' ? subscription.discounts : [];
  const owner = { customer: idOf(subscription.customer), subscription: subscription.id };
  return {
    automatic_tax: taxOfSubscription(taxSent(row, phase)),
    collection_method: collectionMethod(row, phase),
    days_until_due: phase.invoice_settings?.days_until_due ?? null,
    default_payment_method: methodOf(row, phase),
    default_tax_rates: phase.default_tax_rates ?? [],
    description: phase.description ?? row.default_settings.description,
    discounts: redeemAll(unit, discountsSent(unit, phase.discounts, kept), owner),
    metadata: mergeMetadata(subscription.metadata, phase.metadata),
  };
}

const collectionMethod = (row: ScheduleRow, phase: Phase) =>
  (phase.collection_method ?? row.default_settings.collection_method ?? 'charge_automatically') as
    'charge_automatically' | 'send_invoice';

const methodOf = (row: ScheduleRow, phase: Phase): string | null =>
  idOf(phase.default_payment_method) ?? idOf(row.default_settings.default_payment_method);

const taxSent = (row: ScheduleRow, phase: Phase): { enabled: boolean } | undefined =>
  phase.automatic_tax ?? row.default_settings.automatic_tax;

/** A trial that the phase does not name ends now. One that ends at this very moment ends by itself, with its invoice. */
function trialEnd(unit: Unit, { status, trial_end: at }: SubscriptionRow, phase: Phase): number | 'now' | undefined {
  const wanted = phase.trial_end !== null && phase.trial_end > unit.now ? phase.trial_end : null;
  if (wanted !== null) return wanted === at ? undefined : wanted;
  return status === 'trialing' && at !== null && at > unit.now ? 'now' : undefined;
}

/** An item with the same price stays. Each other new item replaces one of the old ones. */
function itemsSent(
  unit: Unit,
  subscription: SubscriptionRow,
  phase: Phase,
  moment: 'entered' | 'within',
): (ItemSent & { id?: string })[] {
  const free = unit.all('subscription_item', 'subscription', subscription.id);
  const take = (at: number): SubscriptionItemRow | undefined => (at < 0 ? undefined : free.splice(at, 1)[0]);
  const same = phase.items.map((item) => take(free.findIndex(({ price }) => price === priceOf(item))));
  const changed = phase.items.map((item, index) => {
    const now = same[index] ?? take(0);
    const kept = moment === 'within' ? (now?.discounts ?? []) : [];
    return given({ ...itemSent(item, discountsSent(unit, item.discounts, kept)), id: now?.id });
  });
  return [...changed, ...free.map(({ id }) => ({ id, deleted: true }))];
}

const priceOf = (item: Phase['items'][number]): string => idOf(item.price) ?? '';

function itemSent(item: Phase['items'][number], discounts: DiscountSent[]): ItemSent {
  return given({
    price: priceOf(item),
    quantity: item.quantity,
    discounts,
    metadata: item.metadata ?? undefined,
    tax_rates: (item.tax_rates ?? []).map(({ id }) => id),
  });
}

/** As parameters. A redeemed coupon is not redeemed again. One that can no longer be redeemed is left out. */
function discountsSent(
  unit: Unit,
  discounts: Phase['discounts'],
  redeemed: SubscriptionRow['discounts'] = [],
): DiscountSent[] {
  return discounts.flatMap((one): DiscountSent[] => {
    const discount = idOf(one.discount);
    if (discount !== null) return unit.find('discount', discount) === undefined ? [] : [{ discount }];
    const promotion = idOf(one.promotion_code);
    const coupon = idOf(one.coupon);
    const same = redeemed
      .map((id) => unit.find('discount', idOf(id)))
      .find((row) => (promotion === null ? idOf(row?.source.coupon) === coupon : row?.promotion_code === promotion));
    if (same !== undefined) return [{ discount: same.id }];
    const sent = promotion === null ? { coupon: coupon ?? '' } : { promotion_code: promotion };
    return canRedeem(unit, sent) ? [sent] : [];
  });
}

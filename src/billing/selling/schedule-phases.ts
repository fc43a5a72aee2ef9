import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import { idOf } from '../../stripe/id-of.js';
import type { NewItem } from './change-items.js';

/*
 * Stripe replaces a schedule's phases as a whole. A field that a phase does not name is lost, or is taken from the
 * customer. So each phase is built from what Stripe has, field by field. The tables below name every field that the SDK
 * knows. If an SDK upgrade adds a field, they do not compile until the field is added here.
 */

type Phase = Stripe.SubscriptionSchedule.Phase;
type Item = Phase['items'][number];
type Schedule = Stripe.SubscriptionSchedule;
type Shown = Readonly<Record<string, unknown>>;

/** Turns a value that Stripe returned into one that can be sent. Undefined: it is left out. */
type Send = (value: unknown) => unknown;
type SendEach<Of> = Readonly<Record<keyof Required<Of>, Send>>;

const same: Send = (value) => value;
/** For a field that is not a setting, or that is set elsewhere in this file. */
const leftOut: Send = () => undefined;
const id: Send = idOf;
const each =
  (send: Send): Send =>
  (values) =>
    (values as unknown[]).map(send);
const hash =
  <Of>(fields: SendEach<Of>): Send =>
  (value) =>
    carried(value as Shown, fields);

const liability = hash<{ type: string; account?: string }>({ type: same, account: id });
/** Sends the discount's id and not its coupon: redeeming the coupon again would restart its months. */
const discount: Send = (value) => {
  const { discount: redeemed, promotion_code: promotion, coupon } = value as Shown;
  if (redeemed != null) return { discount: id(redeemed) };
  return promotion != null ? { promotion_code: id(promotion) } : { coupon: id(coupon) };
};

const addedItem: SendEach<Phase['add_invoice_items'][number]> = {
  discountable: same,
  discounts: each(discount),
  metadata: same,
  period: same,
  price: id,
  quantity: same,
  tax_rates: each(id),
};

/** Settings of both the current phase and the next one. */
const settings = {
  application_fee_percent: same,
  automatic_tax: hash<NonNullable<Phase['automatic_tax']>>({ enabled: same, liability, disabled_reason: leftOut }),
  billing_thresholds: hash<NonNullable<Phase['billing_thresholds']>>({
    amount_gte: same,
    reset_billing_cycle_anchor: same,
  }),
  collection_method: same,
  currency: same,
  default_payment_method: id,
  default_tax_rates: each(id),
  description: same,
  invoice_settings: hash<NonNullable<Phase['invoice_settings']>>({
    account_tax_ids: each(id),
    custom_fields: same,
    days_until_due: same,
    description: same,
    footer: same,
    issuer: liability,
  }),
  on_behalf_of: id,
  transfer_data: hash<NonNullable<Phase['transfer_data']>>({ amount_percent: same, destination: id }),
};
type Setting = keyof typeof settings;

/** Settings of the current phase only. Metadata is here, because a phase only adds to the subscription's metadata. */
const once: SendEach<Omit<Phase, Setting>> = {
  add_invoice_items: each(hash(addedItem)),
  billing_cycle_anchor: same,
  metadata: same,
  proration_behavior: same,
  start_date: same,
  // These come from the subscription, whose values are newer than those of the phase, and from the change.
  discounts: leftOut,
  end_date: leftOut,
  items: leftOut,
  trial: leftOut,
  trial_end: leftOut,
};

const itemSettings: SendEach<Item> = {
  billing_thresholds: hash<NonNullable<Item['billing_thresholds']>>({ usage_gte: same }),
  discounts: each(discount),
  metadata: same,
  tax_rates: each(id),
  plan: leftOut,
  price: id,
  quantity: same,
};

/** The fields of a subscription's item that a phase's item has too. */
const fromItem: Readonly<Record<string, Send>> = {
  ...itemSettings,
  discounts: each((value) => ({ discount: id(value) })),
};

export interface ScheduleChange {
  /** The subscription as Stripe has it. */
  present: Stripe.Subscription;
  /** Its schedule as Stripe has it. Undefined if it has none yet. */
  schedule: Schedule | undefined;
  items: readonly NewItem[];
}

/** The field of a schedule's metadata that says that Lockstep created it and may drop it. */
export const WAITING_METADATA = 'lockstep_waiting';

/**
 * The phases of a schedule that changes the items at the end of the period: the current phase, unchanged, and one more
 * with the new items.
 * @throws schedule_conflict another schedule plans something else, or Stripe has a value that cannot be sent back
 */
export function phasesAtPeriodEnd({ present, schedule, items }: ScheduleChange): Record<string, unknown>[] {
  const now = phaseInProgress(schedule);
  const end = Math.min(...present.items.data.map((item) => item.current_period_end));
  const shared = { ...carriedPhase(now, settings), ...discountsOf(present) };
  return [
    {
      ...shared,
      ...carriedPhase(now, once),
      ...(present.status === 'trialing' ? { trial_end: present.trial_end } : {}),
      items: present.items.data.map((item) => carried(item as unknown as Shown, fromItem, 'known')),
      end_date: end,
    },
    {
      ...shared,
      items: items.map(phaseItem),
      start_date: end,
      duration: rhythmOf(present),
      proration_behavior: 'none',
    },
  ];
}

/** @throws schedule_conflict, request_invalid the change would be undone before it takes effect */
export function checkChangeable(present: Stripe.Subscription, schedule: Schedule | undefined): void {
  if (present.cancel_at_period_end || present.cancel_at != null) {
    throw new LockstepError(
      'request_invalid',
      'This subscription will end, so it cannot change at the end of its period',
      {
        hint: 'resume it first, or change it now',
      },
    );
  }
  if (schedule === undefined || mayBeChanged(schedule)) return;
  throw conflict('This subscription has a schedule with planned changes that Lockstep did not make', schedule);
}

/** Whether Lockstep created the schedule and nothing was added to it since. Then dropping it loses nothing. */
export function isOurs(schedule: Schedule): boolean {
  return schedule.metadata?.[WAITING_METADATA] !== undefined && endsInRelease(schedule) && phasesToCome(schedule) <= 1;
}

/** Also true for a schedule that only describes the current state and plans no change. */
function mayBeChanged(schedule: Schedule): boolean {
  return isOurs(schedule) || (endsInRelease(schedule) && phasesToCome(schedule) === 0);
}

const endsInRelease = (schedule: Schedule): boolean => schedule.end_behavior === 'release';

function phasesToCome(schedule: Schedule): number {
  const end = schedule.current_phase?.end_date;
  return schedule.phases.filter(({ start_date: start }) => end === undefined || start >= end).length;
}

function phaseInProgress(schedule: Schedule | undefined): Phase | undefined {
  if (schedule === undefined) return undefined;
  const start = schedule.current_phase?.start_date;
  const phase = schedule.phases.find(({ start_date }) => start_date === start);
  if (phase !== undefined) return phase;
  throw conflict('The schedule of this subscription is not active', schedule);
}

function carriedPhase(phase: Phase | undefined, fields: Readonly<Record<string, Send>>): Record<string, unknown> {
  if (phase === undefined) return {};
  const unknown = Object.entries(phase).find(([name, value]) => !(name in settings) && !(name in once) && says(value));
  if (unknown !== undefined) throw cannotCarry(unknown[0]);
  return carried(phase as unknown as Shown, fields, 'known');
}

/** The fields that are not empty, in the form in which they are sent. @throws schedule_conflict no table has a field */
function carried(
  value: Shown,
  fields: Readonly<Record<string, Send>>,
  which: 'all' | 'known' = 'all',
): Record<string, unknown> {
  const unknown = Object.keys(value).find((name) => !(name in fields) && says(value[name]));
  if (which === 'all' && unknown !== undefined) throw cannotCarry(unknown);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => says(value[name]))
      .map(([name, send]) => [name, send(value[name])] as const)
      .filter(([, sent]) => sent !== undefined),
  );
}

/** Whether a value is not empty. For Stripe, an absent field is the same as an empty one. */
function says(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function discountsOf({ discounts = [] }: Stripe.Subscription): Record<string, unknown> {
  return discounts.length === 0 ? {} : { discounts: discounts.map((one) => ({ discount: idOf(one) })) };
}

/**
 * An item of a phase. It keeps the settings of the item that it replaces, except thresholds, which belong to the price.
 */
function phaseItem({ was, price, quantity }: NewItem): Record<string, unknown> {
  const of = was?.price.id === price ? fromItem : { ...fromItem, billing_thresholds: leftOut };
  const kept = was === undefined ? {} : carried(was, of, 'known');
  const sent = { ...kept, price, quantity };
  return quantity === undefined
    ? Object.fromEntries(Object.entries(sent).filter(([name]) => name !== 'quantity'))
    : sent;
}

function rhythmOf({ items }: Stripe.Subscription): { interval: string; interval_count: number } {
  const { interval = 'month', interval_count = 1 } = items.data[0]?.price.recurring ?? {};
  return { interval, interval_count };
}

function conflict(message: string, schedule: Schedule): LockstepError {
  return new LockstepError('schedule_conflict', message, {
    hint: 'change or release the schedule in the Stripe Dashboard, then try again',
    facts: { schedule: schedule.id },
  });
}

function cannotCarry(field: string): LockstepError {
  return new LockstepError(
    'schedule_conflict',
    `The subscription has ${field}, which Lockstep cannot keep through a change at the end of the period`,
    { hint: 'change it now instead, or schedule the change in the Stripe Dashboard' },
  );
}

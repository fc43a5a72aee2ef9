import type Stripe from 'stripe';
import { stripeFailureOf } from '../../stripe/failure.js';
import type { Gateway } from '../../stripe/gateway.js';
import { idOf } from '../../stripe/id-of.js';
import { address, keyBehind, post, type PostDeps } from '../post-to-stripe.js';
import type { NewItem } from './change-items.js';
import { explainStripe } from '../explain.js';
import { touchedBy, type OwnWrites } from '../own-writes.js';
import { checkChangeable, isOurs, phasesAtPeriodEnd, WAITING_METADATA } from './schedule-phases.js';

export interface ScheduleDeps extends PostDeps {
  ownWrites: OwnWrites;
}

export interface AtPeriodEnd {
  /** The subscription as Stripe has it. */
  present: Stripe.Subscription;
  items: readonly NewItem[];
  /** The key of this request. Two equal requests at the same time create one schedule. */
  attempt: string;
}

/**
 * Schedules the change: the subscription stays as it is until the end of the paid period, and then gets the new items.
 * After that, it continues without a schedule. An existing schedule gets the new second phase instead.
 * @throws request_invalid the subscription will end
 * @throws schedule_conflict Lockstep did not create the schedule, or a setting could not be kept
 */
export async function changeAtPeriodEnd(deps: ScheduleDeps, { present, items, attempt }: AtPeriodEnd): Promise<void> {
  const existing = await checkedSchedule(deps.gateway, present, items);
  try {
    const schedule = existing ?? (await scheduleFor(deps, present, attempt));
    const { id } = schedule;
    await post(deps, address`/v1/subscription_schedules/${id}`, {
      end_behavior: 'release',
      proration_behavior: 'none',
      metadata: { [WAITING_METADATA]: 'true' },
      phases: phasesAtPeriodEnd({ present, schedule, items }),
    });
    await deps.ownWrites.proven([...touchedBy(present), { type: 'subscription_schedule', id }]);
  } catch (error) {
    throw explainStripe(error);
  }
}

/**
 * Returns the subscription's schedule, if it has one, after every check that needs no write. So a preview refuses the
 * same changes as `changeAtPeriodEnd`.
 * @throws request_invalid, schedule_conflict as `changeAtPeriodEnd`
 */
export async function checkedSchedule(
  gateway: Gateway,
  present: Stripe.Subscription,
  items: readonly NewItem[],
): Promise<Stripe.SubscriptionSchedule | undefined> {
  const schedule = await readSchedule(gateway, present);
  checkChangeable(present, schedule);
  phasesAtPeriodEnd({ present, schedule, items });
  return schedule;
}

/**
 * Drops a change that waits for the end of the period, because a later request replaces it. A schedule that Lockstep
 * did not create, or that was changed since, stays. If it is in the way, Stripe refuses the request.
 */
export async function dropWaitingChange(deps: ScheduleDeps, present: Stripe.Subscription): Promise<void> {
  const schedule = await readSchedule(deps.gateway, present);
  if (schedule === undefined || !isOurs(schedule)) return;
  try {
    await post(deps, address`/v1/subscription_schedules/${schedule.id}/release`, {});
  } catch (error) {
    if (stripeFailureOf(error) !== 'refused') throw explainStripe(error); // refused: another click has released it
  }
  await deps.ownWrites.proven(touchedBy(present));
}

/** Creates a schedule from the subscription, with all its settings. */
function scheduleFor(
  deps: PostDeps,
  present: Stripe.Subscription,
  attempt: string,
): Promise<Stripe.SubscriptionSchedule> {
  const key = keyBehind('', 'schedule', attempt);
  return post(deps, '/v1/subscription_schedules', { from_subscription: present.id }, key);
}

async function readSchedule(
  gateway: Gateway,
  { schedule }: Stripe.Subscription,
): Promise<Stripe.SubscriptionSchedule | undefined> {
  const id = idOf(schedule);
  if (id === undefined) return undefined;
  try {
    const { found } = await gateway.read('subscription_schedule', id, {});
    return (found ?? undefined) as Stripe.SubscriptionSchedule | undefined;
  } catch (error) {
    throw explainStripe(error);
  }
}

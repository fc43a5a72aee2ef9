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
  /** What this request is known by: asked for twice at once, there is one schedule. */
  attempt: string;
}

/**
 * A schedule over the subscription: as it is until the end of what is paid for, then with other items, after which it
 * continues without one. A schedule that is there already gets the new second phase instead.
 * @throws request_invalid it will end
 * @throws schedule_conflict the schedule is somebody else's, or something could not be kept
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
 * The subscription's schedule, if it has one, after every check that needs no write: a preview refuses what the change would.
 * @throws request_invalid, schedule_conflict, as `changeAtPeriodEnd`
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
 * Drops a change that waits for the end of the period: what is wanted last counts. A schedule that was made elsewhere, or to
 * which somebody has added, stays, and Stripe says where it is in the way.
 */
export async function dropWaitingChange(deps: ScheduleDeps, present: Stripe.Subscription): Promise<void> {
  const schedule = await readSchedule(deps.gateway, present);
  if (schedule === undefined || !isOurs(schedule)) return;
  try {
    await post(deps, address`/v1/subscription_schedules/${schedule.id}/release`, {});
  } catch (error) {
    if (stripeFailureOf(error) !== 'refused') throw explainStripe(error); // released already: another click was first
  }
  await deps.ownWrites.proven(touchedBy(present));
}

/** A new one, made from the subscription: with everything that Stripe knows of it. */
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

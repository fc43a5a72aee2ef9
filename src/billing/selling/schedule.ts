import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { stripeFailureOf } from '../../stripe/failure.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { address, keyBehind, post, type PostDeps } from '../post-to-stripe.js';
import type { NewItem } from './change-items.js';
import { explainStripe } from '../explain.js';
import { touchedBy, type OwnWrites } from '../own-writes.js';
import { checkChangeable, isOurs, phasesAtPeriodEnd, WAITING_METADATA } from './schedule-phases.js';

export interface AtPeriodEnd {
  gateway: Gateway;
  clock: Clock;
  chance: Chance;
  ownWrites: OwnWrites;
  present: StripeObject;
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
export async function changeAtPeriodEnd({ present, items, ownWrites, attempt, ...stripe }: AtPeriodEnd): Promise<void> {
  const standing = await checkedSchedule(stripe.gateway, present, items);
  try {
    const schedule = standing ?? (await scheduleFor(stripe, present, attempt));
    const id = schedule.id as string;
    await post(stripe, address`/v1/subscription_schedules/${id}`, {
      end_behavior: 'release',
      proration_behavior: 'none',
      metadata: { [WAITING_METADATA]: 'true' },
      phases: phasesAtPeriodEnd({ present, schedule, items }),
    });
    await ownWrites.proven([...touchedBy({ ...present, schedule: id }), { type: 'subscription_schedule', id }]);
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
  present: StripeObject,
  items: readonly NewItem[],
): Promise<StripeObject | undefined> {
  const schedule = await readSchedule(gateway, present);
  checkChangeable(present, schedule);
  phasesAtPeriodEnd({ present, schedule, items });
  return schedule;
}

/**
 * Drops a change that waits for the end of the period: what is wanted last counts. A schedule that was made elsewhere, or to
 * which somebody has added, stays, and Stripe says where it is in the way.
 */
export async function dropWaitingChange(
  { ownWrites, ...stripe }: PostDeps & { ownWrites: OwnWrites },
  present: StripeObject,
): Promise<void> {
  const schedule = await readSchedule(stripe.gateway, present);
  if (schedule === undefined || !isOurs(schedule)) return;
  try {
    await post(stripe, address`/v1/subscription_schedules/${schedule.id}/release`, {});
  } catch (error) {
    if (stripeFailureOf(error) !== 'refused') throw explainStripe(error); // released already: another click was first
  }
  await ownWrites.proven(touchedBy(present));
}

/** A new one, made from the subscription: with everything that Stripe knows of it. */
function scheduleFor(stripe: PostDeps, present: StripeObject, attempt: string): Promise<StripeObject> {
  const key = keyBehind('', 'schedule', attempt);
  return post(stripe, '/v1/subscription_schedules', { from_subscription: present.id }, key);
}

async function readSchedule(gateway: Gateway, present: StripeObject): Promise<StripeObject | undefined> {
  const id = idOf(present['schedule']);
  if (id === undefined) return undefined;
  try {
    return (await gateway.read('subscription_schedule', id, {})).found ?? undefined;
  } catch (error) {
    throw explainStripe(error);
  }
}

function idOf(schedule: unknown): string | undefined {
  if (typeof schedule === 'string') return schedule;
  return (schedule as { id?: string } | null | undefined)?.id;
}

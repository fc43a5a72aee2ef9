import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Gateway, StripeObject } from '../stripe/gateway.js';
import { keyBehind, post } from './ask.js';
import { explainStripe } from './explain.js';
import { stripeFailureOf } from '../stripe/failure.js';
import { touchedBy, type OwnWrites } from './own-writes.js';
import { itemsOf, type WantedItem } from './standing.js';

export interface AtPeriodEnd {
  gateway: Gateway;
  clock: Clock;
  ownWrites: OwnWrites;
  present: StripeObject;
  wanted: readonly WantedItem[];
  /** What this request is known by: asked for twice at once, there is one schedule. */
  attempt: string;
}

/** The field of a schedule's metadata by which we know that it is of ours, and may be dropped. */
const WAITING_METADATA = 'lockstep_waiting';

/**
 * A schedule over the subscription: as it is until the end of what is paid for, then with other items, after which it goes on
 * without one. A schedule that is there already gets the new second phase instead.
 */
export async function changeAtPeriodEnd({
  present,
  wanted,
  ownWrites,
  attempt,
  ...stripe
}: AtPeriodEnd): Promise<void> {
  try {
    const { id: schedule, start } = await scheduleOf(stripe, present, attempt);
    const end = Math.min(...periods(present).map((item) => item.current_period_end));
    const now = itemsOf(present).map(({ price, quantity }) => ({
      price: price.id,
      ...(quantity === undefined ? {} : { quantity }),
    }));
    await post(stripe, `/v1/subscription_schedules/${schedule}`, {
      end_behavior: 'release',
      proration_behavior: 'none',
      metadata: { [WAITING_METADATA]: 'true' },
      phases: [
        { items: now, start_date: start, end_date: end },
        { items: wanted, start_date: end, duration: rhythm(present) },
      ],
    });
    await ownWrites.proven([...touchedBy({ ...present, schedule }), { type: 'subscription_schedule', id: schedule }]);
  } catch (error) {
    throw explainStripe(error);
  }
}

/**
 * Drops a change that waits for the end of the period: what is wanted last counts. A schedule that was made elsewhere stays, and
 * Stripe says where it is in the way.
 */
export async function dropWaitingChange(
  { ownWrites, ...stripe }: Pick<AtPeriodEnd, 'gateway' | 'clock' | 'ownWrites'>,
  present: StripeObject,
): Promise<void> {
  const id = idOf(present['schedule']);
  if (id === undefined) return;
  try {
    const { found } = await stripe.gateway.read('subscription_schedule', id, {});
    const metadata = found?.['metadata'] as Record<string, string> | null | undefined;
    if (metadata?.[WAITING_METADATA] === undefined) return;
    await post(stripe, `/v1/subscription_schedules/${id}/release`, {});
  } catch (error) {
    if (stripeFailureOf(error) !== 'refused') throw explainStripe(error); // released already: another click was first
  }
  await ownWrites.proven(touchedBy(present));
}

/** The subscription's schedule, or a new one, and when its present phase began, which cannot be moved. */
async function scheduleOf(
  stripe: { gateway: Gateway; clock: Clock },
  present: StripeObject,
  attempt: string,
): Promise<{ id: string; start: number }> {
  const id = idOf(present['schedule']);
  const schedule =
    id === undefined
      ? await post(
          stripe,
          '/v1/subscription_schedules',
          { from_subscription: present.id },
          keyBehind('', 'schedule', attempt),
        )
      : (await stripe.gateway.read('subscription_schedule', id, {})).found;
  const phase = schedule?.['current_phase'] as { start_date: number } | null | undefined;
  if (schedule?.id !== undefined && phase != null) return { id: schedule.id, start: phase.start_date };
  throw new LockstepError('request_invalid', 'the schedule of this subscription is not under way', {
    hint: 'look at the schedule in the Stripe Dashboard',
  });
}

interface Period {
  current_period_end: number;
  price: { recurring?: { interval: string; interval_count: number } };
}

function periods(present: StripeObject): Period[] {
  return itemsOf(present) as unknown as Period[];
}

function rhythm(present: StripeObject): { interval: string; interval_count: number } {
  const { interval = 'month', interval_count = 1 } = periods(present)[0]?.price.recurring ?? {};
  return { interval, interval_count };
}

function idOf(schedule: unknown): string | undefined {
  if (typeof schedule === 'string') return schedule;
  return (schedule as { id?: string } | null | undefined)?.id;
}

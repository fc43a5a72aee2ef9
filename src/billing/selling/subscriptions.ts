/*
 * Sells subscriptions through Stripe. Each call resolves when the mirror has its result. In reading order:
 * - prices: what is for sale
 * - subscriptions: the calls
 * - create-subscription, create-decision: two clicks create one subscription
 * - change-subscription, change-items, schedule, schedule-phases: a change now, or at the end of the period
 * - sessions, checkout, portal: Stripe's own pages
 * - usage: metered prices
 * - attempts: one request at a time
 */

import type Stripe from 'stripe';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Billing } from '../billing.js';
import { explainStripe } from '../explain.js';
import { touchedBy } from '../own-writes.js';
import { address, orGone } from '../post-to-stripe.js';
import type { User } from '../users/users.js';
import { changeSubscription, previewChange } from './change-subscription.js';
import { createSubscription } from './create-subscription.js';
import type { SellingDeps } from './deps.js';
import { hasEnded, mustNotHaveEnded, ownedSubscription, writeSubscription } from './owned-subscription.js';
import { dropWaitingChange } from './schedule.js';

/** When a subscription ends: now, at the end of the paid period, or at a later time. */
export type CancelAt = 'now' | 'period_end' | Date;

export function createSubscriptions(deps: SellingDeps): Billing['subscriptions'] {
  const { users } = deps;
  return {
    create: async (request) => createSubscription(deps, await users.find(request.user), request),
    preview: async (user, id, change) => previewChange(deps, await users.find(user), id, change),
    change: async (user, id, change) => changeSubscription(deps, await users.find(user), id, change),
    cancel: async (user, id, at = 'now') => cancel(deps, await users.find(user), id, at),
    resume: async (user, id) => resume(deps, await users.find(user), id),
    pause: async (user, id, until) => pause(deps, await users.find(user), id, until),
  };
}

async function cancel(deps: SellingDeps, user: User, id: string, at: CancelAt): Promise<void> {
  const present = await ownedSubscription(deps, user.id, id);
  if (hasEnded(present)) return deps.ownWrites.proven(touchedBy(present));
  if (at === 'now') return endNow(deps, present);
  const when =
    at === 'period_end'
      ? { cancel_at_period_end: true }
      : { cancel_at: secondsOf(deps.clock, at, { what: 'The end', hint: 'to end it now, pass now' }) };
  await dropWaitingChange(deps, present); // while there is a schedule, Stripe refuses to set an end
  await writeSubscription(deps, { id }, when);
}

async function endNow({ gateway, ownWrites }: SellingDeps, present: Stripe.Subscription): Promise<void> {
  try {
    await orGone(gateway.delete(address`/v1/subscriptions/${present.id}`)); // gone: another click has canceled it
    await ownWrites.proven(touchedBy(present));
  } catch (error) {
    throw explainStripe(error);
  }
}

async function resume(deps: SellingDeps, user: User, id: string): Promise<void> {
  const present = mustNotHaveEnded(await ownedSubscription(deps, user.id, id));
  for (const { below, parameters } of resumeSteps(present)) await writeSubscription(deps, { id, below }, parameters);
}

interface Step {
  below: '' | '/resume';
  parameters: Record<string, unknown>;
}

/**
 * The requests that undo each planned end and pause of a subscription. Stripe accepts only one of the two kinds of end
 * in a request.
 */
function resumeSteps(present: Stripe.Subscription): Step[] {
  const steps: Step[] = [];
  if (present.cancel_at_period_end) steps.push({ below: '', parameters: { cancel_at_period_end: false } });
  else if (present.cancel_at != null) steps.push({ below: '', parameters: { cancel_at: '' } });
  if (present.pause_collection != null) steps.push({ below: '', parameters: { pause_collection: '' } });
  if (present.status === 'paused') steps.push({ below: '/resume', parameters: {} });
  return steps;
}

async function pause(deps: SellingDeps, user: User, id: string, until: Date | undefined): Promise<void> {
  const hint = 'leave it out to pause until you resume it';
  const resumes =
    until === undefined ? {} : { resumes_at: secondsOf(deps.clock, until, { what: 'The end of a pause', hint }) };
  mustNotHaveEnded(await ownedSubscription(deps, user.id, id));
  await writeSubscription(deps, { id }, { pause_collection: { behavior: 'void', ...resumes } });
}

/** The time in epoch seconds, as Stripe expects it. @throws request_invalid it is not in the future */
function secondsOf(clock: Clock, at: Date, { what, hint }: { what: string; hint: string }): number {
  if (at.getTime() > clock.now().getTime()) return Math.floor(at.getTime() / 1_000);
  throw new LockstepError('request_invalid', `${what} must be in the future`, { hint });
}

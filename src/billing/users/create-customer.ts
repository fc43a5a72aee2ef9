import type Stripe from 'stripe';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { factsOf, stripeFailureOf, worthRetrying } from '../../stripe/failure.js';
import type { Gateway } from '../../stripe/gateway.js';
import { USER_METADATA } from '../access/views.js';
import { hintOf } from '../explain.js';
import { pauseMs } from '../post-to-stripe.js';
import { dropLink, readLink, renewLink, type Link, type LinksDeps } from './links.js';
import type { User } from './users.js';

export interface CreateCustomerDeps extends LinksDeps {
  gateway: Gateway;
  log: Log;
}

const TRIES = 6;
// Stripe forgets an idempotency key after 24 hours. After this time, Stripe is asked whether the customer was created.
const KEY_LIFETIME_MS = 20 * 3_600_000;

/**
 * Returns the id of the link's customer. This call created it, or an earlier one with the same key, or another call.
 */
export async function createCustomer(deps: CreateCustomerDeps, user: User, link: Link): Promise<string> {
  const { gateway, clock, chance } = deps;
  let current = link;
  for (let attempt = 1; ; attempt += 1) {
    if (clock.now().getTime() - current.askedAt.getTime() > KEY_LIFETIME_MS) {
      const made = await findMade(deps, user, current);
      if (made !== undefined) return made;
      current = await withNewKey(deps, user, current);
    }
    const { idempotencyKey, parameters } = current;
    try {
      const customer = await gateway.post('/v1/customers', parameters, { idempotencyKey });
      return customer.id as string;
    } catch (error) {
      await refuseUnlessRetryable(deps, { user, link: current, attempt, error });
      // Stripe replays a stored 500 for the same key. So check whether the customer was created, or draw a new key.
      if (factsOf(error)['status'] === 500 && attempt > 1) {
        const made = await findMade(deps, user, current);
        if (made !== undefined) return made;
        current = await withNewKey(deps, user, current);
        if (current.customerId !== null) return current.customerId;
      }
      await clock.sleep(pauseMs(attempt, chance));
    }
  }
}

async function withNewKey(deps: CreateCustomerDeps, user: User, link: Link): Promise<Link> {
  await renewLink(deps, user, link);
  return readLink(deps, user);
}

interface FailedAttempt {
  user: User;
  link: Link;
  attempt: number;
  error: unknown;
}

/** @throws stripe_refused, stripe_unreachable */
async function refuseUnlessRetryable(
  deps: CreateCustomerDeps,
  { user, link, attempt, error }: FailedAttempt,
): Promise<void> {
  const failure = stripeFailureOf(error);
  deps.log.warn({ event: 'customer.create_failed', failure, attempt, ...factsOf(error) });
  if (!worthRetrying(failure)) {
    if (factsOf(error)['type'] === 'StripeInvalidRequestError') await dropLink(deps, user, link);
    throw refused(error);
  }
  if (attempt === TRIES) throw unreachable(error);
}

/** Finds a customer that was created for this user although its answer never came. It never searches by email. */
async function findMade({ gateway }: CreateCustomerDeps, user: User, link: Link): Promise<string | undefined> {
  const created = { gte: Math.floor(link.askedAt.getTime() / 1_000) - 60 };
  for (let after: string | undefined; ;) {
    const page = await gateway.list('/v1/customers', { created, starting_after: after });
    const customers = page.data as unknown as readonly Stripe.Customer[];
    const made = customers.find(({ metadata }) => metadata?.[USER_METADATA] === user.id)?.id;
    after = customers.at(-1)?.id;
    if (made !== undefined || !page.hasMore || after === undefined) return made;
  }
}

function refused(cause: unknown): LockstepError {
  return new LockstepError('stripe_refused', `Stripe refused to create the customer: ${messageOf(cause)}`, {
    cause,
    facts: factsOf(cause),
    hint: hintOf(cause),
  });
}

function unreachable(cause: unknown): LockstepError {
  return new LockstepError('stripe_unreachable', 'Stripe did not answer', {
    hint: 'call again; no customer is created twice',
    cause,
  });
}

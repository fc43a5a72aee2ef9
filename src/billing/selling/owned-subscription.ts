import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import type { Gateway } from '../../stripe/gateway.js';
import { idOf } from '../../stripe/id-of.js';
import { explainStripe } from '../explain.js';
import { touchedBy, type OwnWrites } from '../own-writes.js';
import { address, post, type PostDeps } from '../post-to-stripe.js';
import { stripeId } from '../validate.js';

export interface OwnedSubscriptionDeps {
  gateway: Gateway;
  database: Database;
  source: Source;
}

/**
 * Reads the user's subscription from Stripe. The error is the same if it does not exist and if another user has it.
 * @throws subscription_not_found
 */
export async function ownedSubscription(
  { gateway, database, source }: OwnedSubscriptionDeps,
  userId: string,
  id: string,
): Promise<Stripe.Subscription> {
  const found = await read(gateway, stripeId(id, 'subscription'));
  const customer = idOf(found?.customer);
  const owned =
    customer === undefined
      ? []
      : await database.query(sql`
          select 1 from lockstep.links l where l.account = ${source.account} and l.livemode = ${source.livemode}
            and l.user_id = ${userId} and l.customer_id = ${customer}`);
  if (found !== null && owned.length > 0) return found;
  throw new LockstepError('subscription_not_found', 'This user has no such subscription', {
    hint: 'use an ID from the user’s own subscriptions',
  });
}

async function read(gateway: Gateway, id: string): Promise<Stripe.Subscription | null> {
  try {
    const { found } = await gateway.read('subscription', id, {});
    return found as unknown as Stripe.Subscription | null;
  } catch (error) {
    throw explainStripe(error);
  }
}

/** Writes to the subscription, or to a path below it such as `/resume`. Resolves when the result is proven. */
export async function writeSubscription(
  deps: PostDeps & { ownWrites: OwnWrites },
  { id, below = '' }: { id: string; below?: '' | '/resume' },
  parameters: Record<string, unknown>,
  idempotencyKey?: string,
): Promise<void> {
  try {
    const answer = await post<Stripe.Subscription>(
      deps,
      `${address`/v1/subscriptions/${id}`}${below}`,
      parameters,
      idempotencyKey,
    );
    await deps.ownWrites.proven(touchedBy(answer));
  } catch (error) {
    throw explainStripe(error);
  }
}

export function hasEnded({ status }: Stripe.Subscription): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

/** @throws request_invalid it has ended */
export function mustNotHaveEnded(subscription: Stripe.Subscription): Stripe.Subscription {
  if (!hasEnded(subscription)) return subscription;
  throw new LockstepError('request_invalid', 'This subscription has ended', { hint: 'create a new one' });
}

import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { stripeId } from '../validate.js';
import { explainStripe } from '../explain.js';

export interface OwnedSubscriptionOptions {
  gateway: Gateway;
  database: Database;
  source: Source;
}

/**
 * The user's subscription as Stripe has it now. Whether one is not there or somebody else's, the answer is the same.
 * @throws subscription_not_found
 */
export async function ownedSubscription(
  { gateway, database, source }: OwnedSubscriptionOptions,
  userId: string,
  id: string,
): Promise<StripeObject> {
  const found = await read(gateway, stripeId(id, 'subscription'));
  const customer = found === null ? undefined : idOf(found['customer']);
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

async function read(gateway: Gateway, id: string): Promise<StripeObject | null> {
  try {
    return (await gateway.read('subscription', id, {})).found;
  } catch (error) {
    throw explainStripe(error);
  }
}

function idOf(reference: unknown): string {
  return typeof reference === 'string' ? reference : String((reference as { id?: string } | null)?.id);
}

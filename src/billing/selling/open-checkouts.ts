import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { name, sql } from '../../store/sql.js';
import { stripeFailureOf } from '../../stripe/failure.js';
import { address, post, type PostDeps } from '../post-to-stripe.js';
import type { OwnWrites } from '../own-writes.js';
import { REQUEST_METADATA } from './create-decision.js';

/** Checkout pages that a customer left open. Each one that is paid later would create another subscription. */
export interface OpenCheckouts {
  /** Expires them, except the one of this request. A page that has been paid since stays unchanged. */
  expire(customer: string, but?: string): Promise<void>;
}

export interface OpenCheckoutsDeps extends PostDeps {
  database: Database;
  source: Source;
  mirrorSchema: string;
  ownWrites: OwnWrites;
}

export function createOpenCheckouts(deps: OpenCheckoutsDeps): OpenCheckouts {
  return {
    expire: (customer, but = '') => expire(deps, customer, but),
  };
}

async function expire(deps: OpenCheckoutsDeps, customer: string, but: string): Promise<void> {
  const { database, source, mirrorSchema } = deps;
  // A page is in the mirror before its URL is returned. So usually nothing is asked of Stripe here.
  const open = await database.query<{ id: string }>(sql`
    select id from ${name(mirrorSchema, 'checkout_sessions')}
    where account = ${source.account} and livemode = ${source.livemode} and customer = ${customer} and not deleted
      and status = 'open' and mode = 'subscription' and metadata ->> ${REQUEST_METADATA} is distinct from ${but}`);
  for (const { id } of open) {
    try {
      await post(deps, address`/v1/checkout/sessions/${id}/expire`, {});
    } catch (error) {
      if (stripeFailureOf(error) !== 'refused') throw error; // refused: it has been paid or has expired since
    }
  }
  await deps.ownWrites.proven(open.map(({ id }) => ({ type: 'checkout.session', id })));
}

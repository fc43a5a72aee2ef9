import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { name, sql } from '../../store/sql.js';
import { stripeFailureOf } from '../../stripe/failure.js';
import type { Gateway } from '../../stripe/gateway.js';
import { address, post } from '../post-to-stripe.js';
import type { OwnWrites } from '../own-writes.js';
import { REQUEST_METADATA } from './create-decision.js';

/** Checkout pages that a customer left open: paid later, each would be a subscription more. */
export interface OpenCheckouts {
  /** Expires them, but that of this very request. One that has been paid since stays as it is. */
  expire(customer: string, but?: string): Promise<void>;
}

export interface OpenCheckoutsOptions {
  database: Database;
  gateway: Gateway;
  source: Source;
  mirrorSchema: string;
  ownWrites: OwnWrites;
  clock: Clock;
  chance: Chance;
}

export function createOpenCheckouts(options: OpenCheckoutsOptions): OpenCheckouts {
  const { database, source, mirrorSchema, ownWrites } = options;
  return {
    async expire(customer, but = '') {
      // What we opened is in the mirror before its address is given away, so that most often nothing is asked of Stripe.
      const open = await database.query<{ id: string }>(sql`
        select id from ${name(mirrorSchema, 'checkout_sessions')}
        where account = ${source.account} and livemode = ${source.livemode} and customer = ${customer} and not deleted
          and status = 'open' and mode = 'subscription' and metadata ->> ${REQUEST_METADATA} is distinct from ${but}`);
      for (const { id } of open) {
        try {
          await post(options, address`/v1/checkout/sessions/${id}/expire`, {});
        } catch (error) {
          if (stripeFailureOf(error) !== 'refused') throw error;
        }
      }
      await ownWrites.proven(open.map(({ id }) => ({ type: 'checkout.session', id })));
    },
  };
}

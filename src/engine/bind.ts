import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../mirror/source.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import { factsOf, stripeFailureOf } from '../stripe/failure.js';
import type { Gateway } from '../stripe/gateway.js';

export interface BindOptions {
  database: Database;
  gateway: Gateway;
  /** From configuration, where the key may not read its account. */
  configured: string | undefined;
  log: Log;
}

/**
 * Binds the database to the account of the key, at the first start for good: the key of another account would answer 404
 * to every read and bury the mirror.
 * @throws stripe_account_mismatch the database mirrors another account
 * @throws stripe_account_unknown the key may not read its account, and none is configured
 * @throws stripe_unreachable, stripe_key_invalid
 */
export async function bindSource({ database, gateway, configured, log }: BindOptions): Promise<Source> {
  const { livemode } = gateway;
  const [bound] = await database.query<{ account: string }>(
    sql`select account from lockstep.sources where livemode = ${livemode} limit 1`,
  );
  const said = await accountOfKey(gateway);
  if (said !== undefined && configured !== undefined && said !== configured) throw mismatch(configured, said);
  const account = said ?? configured ?? bound?.account;
  if (account === undefined) {
    throw new LockstepError('stripe_account_unknown', 'this key may not read its own account', {
      hint: 'give the restricted key read access to "Accounts", or set STRIPE_ACCOUNT (acct_…)',
    });
  }
  if (bound !== undefined && bound.account !== account) throw mismatch(bound.account, account);
  const by = said === undefined ? 'configuration' : 'key';
  await database.query(sql`
    insert into lockstep.sources (account, livemode, bound_by) values (${account}, ${livemode}, ${by}) on conflict do nothing`);
  log.info({ event: 'source.bound', account, livemode, by: bound === undefined ? by : 'database' });
  return { account, livemode };
}

async function accountOfKey(gateway: Gateway): Promise<string | undefined> {
  try {
    return (await gateway.account()).id;
  } catch (error) {
    const failure = stripeFailureOf(error);
    if (failure === 'forbidden') return undefined;
    if (failure === 'unauthenticated') {
      throw new LockstepError('stripe_key_invalid', 'Stripe does not know this key', {
        hint: 'check STRIPE_SECRET_KEY; it may have been rolled',
        cause: error,
      });
    }
    throw new LockstepError('stripe_unreachable', `Stripe does not answer: ${messageOf(error)}`, {
      hint: 'check the network and STRIPE_API_BASE',
      cause: error,
      facts: factsOf(error),
    });
  }
}

function mismatch(bound: string, found: string): LockstepError {
  return new LockstepError(
    'stripe_account_mismatch',
    `this database mirrors ${bound}, and the key belongs to ${found}`,
    {
      hint: `use a key of ${bound}, or another database for ${found}`,
      facts: { bound, found },
    },
  );
}

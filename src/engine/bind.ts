import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import { factsOf, stripeFailureOf, unreachedBecause } from '../stripe/failure.js';
import type { Gateway } from '../stripe/gateway.js';

export interface ConfiguredKey {
  gateway: Gateway;
  /** Where the gateway sends its requests. */
  address: string;
  /** The configured account, for a key that may not read its own. */
  configured: string | undefined;
}

/**
 * Binds the database to the accounts of the keys, at the first start for good: with the key of another account it would
 * mirror something else from one day to the next. Connected accounts are bound by their first verified event.
 * @throws stripe_account_mismatch the database mirrors other accounts and none of these
 * @throws stripe_account_unknown a key may not read its account, and none is configured
 * @throws stripe_unreachable, stripe_key_invalid, option_invalid
 */
export async function bindSources(database: Database, keys: readonly ConfiguredKey[], log: Log): Promise<Source[]> {
  const bound = await database.query<Source>(
    sql`select account, livemode from lockstep.sources where account = platform order by bound_at`,
  );
  const found: (Source & { by: string })[] = [];
  for (const { gateway, address, configured } of keys) {
    const said = await accountOfKey(gateway, address);
    if (said !== undefined && configured !== undefined && said !== configured) throw mismatch(configured, said);
    const { livemode } = gateway;
    const account = said ?? configured ?? theOnly(bound, livemode);
    if (account === undefined) throw unknown();
    if (found.some((other) => other.account === account && other.livemode === livemode)) throw twice(account, livemode);
    found.push({ account, livemode, by: said === undefined ? 'configuration' : 'key' });
  }
  for (const one of found) {
    const before = bound.filter(({ livemode }) => livemode === one.livemode);
    const known = before.some(({ account }) =>
      found.some((other) => other.livemode === one.livemode && other.account === account),
    );
    if (before[0] !== undefined && !known) throw mismatch(before[0].account, one.account);
  }
  for (const { account, livemode, by } of found) {
    const isNew = !bound.some((other) => other.account === account && other.livemode === livemode);
    await database.query(sql`
      insert into lockstep.sources (account, livemode, platform, bound_by)
      values (${account}, ${livemode}, ${account}, ${by})
      on conflict (account, livemode) do update set platform = excluded.platform`); // known as a connected account until now
    log.info({ event: 'source.bound', account, livemode, by: isNew ? by : 'database' });
  }
  return found.map(({ account, livemode }) => ({ account, livemode }));
}

function theOnly(bound: readonly Source[], livemode: boolean): string | undefined {
  const [one, ...more] = bound.filter((source) => source.livemode === livemode);
  return more.length === 0 ? one?.account : undefined;
}

async function accountOfKey(gateway: Gateway, address: string): Promise<string | undefined> {
  try {
    return (await gateway.account()).id;
  } catch (error) {
    const failure = stripeFailureOf(error);
    if (failure === 'forbidden') return undefined;
    if (failure === 'internal') throw error;
    if (failure === 'unauthenticated') {
      throw new LockstepError('stripe_key_invalid', 'Stripe does not accept this key', {
        hint: 'check STRIPE_SECRET_KEY; the key may have been rolled',
        cause: error,
      });
    }
    throw new LockstepError('stripe_unreachable', `Could not reach Stripe at ${address}: ${unreachedBecause(error)}`, {
      hint: 'check the network and STRIPE_API_BASE',
      cause: error,
      facts: factsOf(error),
    });
  }
}

function unknown(): LockstepError {
  return new LockstepError('stripe_account_unknown', 'This key may not read its own account', {
    hint: 'give the restricted key read access to "Accounts", or set STRIPE_ACCOUNT (acct_…)',
  });
}

function twice(account: string, livemode: boolean): LockstepError {
  return new LockstepError('option_invalid', `Two keys belong to ${account} in ${livemode ? 'live' : 'test'} mode`, {
    hint: 'configure each account once per mode',
  });
}

function mismatch(bound: string, found: string): LockstepError {
  return new LockstepError(
    'stripe_account_mismatch',
    `This database mirrors ${bound}, but the key belongs to ${found}`,
    {
      hint:
        `use a key of ${bound}, or another database for ${found}. ` +
        'A restarted emulator is a new account: start it with --data FILE, or drop the schemas stripe and lockstep',
      facts: { bound, found },
    },
  );
}

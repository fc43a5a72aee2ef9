import { objects } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { name, sql } from '../store/sql.js';
import type { Gateway } from '../stripe/gateway.js';
import type { Billing } from './billing.js';
import { explainStripe } from './explain.js';
import { touchedBy, type WrittenObject, type OwnWrites } from './own-writes.js';
import { stripeId } from './validate.js';

export interface SettledDeps {
  database: Database;
  gateway: Gateway;
  ownWrites: OwnWrites;
  source: Source;
  mirrorSchema: string;
  clock: Clock;
}

const CHECK_EVERY_MS = 20;

export function createSettled(deps: SettledDeps): Billing['settled'] {
  const { gateway, ownWrites, clock } = deps;
  return async (customerId, timeoutMs = 10_000) => {
    const customer = stripeId(customerId, 'customer');
    const until = clock.now().getTime() + timeoutMs;
    const known: WrittenObject[] = [
      { type: 'customer', id: customer },
      { type: 'entitlements.active_entitlement_summary', id: customer },
    ];
    try {
      const { data } = await gateway.list('/v1/subscriptions', { customer, status: 'all' });
      await ownWrites.proven([...known, ...data.flatMap(touchedBy)], until - clock.now().getTime());
    } catch (error) {
      throw explainStripe(error);
    }
    while (await isMarked(deps, customer)) {
      if (clock.now().getTime() >= until) {
        throw new LockstepError('timed_out', 'Timed out waiting for the mirror to catch up', {
          hint: 'the mirror catches up by itself; ask again in a moment',
          facts: { customer },
        });
      }
      await clock.sleep(CHECK_EVERY_MS);
    }
  };
}

/** The types that a payment changes. Their tables have a column `customer`. */
const changedByPayment = objects.flatMap(({ object, table, movedByPayment }) =>
  movedByPayment && table ? [{ object, table }] : [],
);

async function isMarked({ database, source, mirrorSchema }: SettledDeps, customer: string): Promise<boolean> {
  const { account, livemode } = source;
  for (const { object: type, table } of changedByPayment) {
    const marked = await database.query(sql`
      select 1 from ${name(mirrorSchema, table)} t
      join lockstep.dirty d on d.account = t.account and d.livemode = t.livemode and d.type = ${type} and d.id = t.id
      where t.account = ${account} and t.livemode = ${livemode} and t.customer = ${customer} and d.dead_since is null limit 1`);
    if (marked.length > 0) return true;
  }
  return false;
}

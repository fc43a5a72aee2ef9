import type { Profiles } from '../../billing/users/profiles.js';
import type { Source } from '../../kernel/source.js';
import { insertStubs, STUB_LOCK } from '../../mirror/erase-statements.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Database, Queryable } from '../../store/database.js';
import { failureOf } from '../../store/failure.js';
import { planFreely } from '../../store/session-settings.js';
import { name, sql } from '../../store/sql.js';
import type { Clock } from '../../kernel/clock.js';
import type { BelongingObject } from './find-objects.js';
import { freely } from './freely.js';
import { removeBodies } from './inbox-bodies.js';
import { deletedFrom, type ErasedIds } from './places.js';

export interface RemoveDeps {
  database: Database;
  mirror: Mirror;
  clock: Clock;
  /** null: no app's tables are configured, or they belong to another account. */
  profiles: Profiles | null;
}

/** What was removed besides the rows of the mirror. */
export interface Removed {
  /** Events of which the body is gone. */
  bodies: number;
  /** Profile rows of the app whose ids were blanked. */
  profiles: number;
  /** Rows of Lockstep's own tables, by table. */
  rows: Record<string, number>;
}

const TRIES = 20;
const TRY_AGAIN_MS = 500;
const AT_ONCE = 500;

/**
 * Leaves stubs, in a transaction of their own. When it has committed, no transaction runs any more that did not see them:
 * each one that might have written such an object held the lock with others until its end.
 * @throws database_unreachable a transaction held the lock for too long
 */
export async function leaveStubs(
  { database, clock }: RemoveDeps,
  { account, livemode, customer }: Source & { customer: string },
  objects: readonly BelongingObject[],
): Promise<void> {
  const stubs = objects.map(({ type, id }) => ({ account, livemode, type, id, customer }));
  const work = (): Promise<unknown> =>
    database.within('upkeep').transaction(async (tx) => {
      await tx.query(sql`select pg_advisory_xact_lock(${STUB_LOCK})`);
      await tx.query(insertStubs(stubs, clock.now()));
    });
  // Deliveries wait behind this lock, so it is asked for briefly and often.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return void (await work());
    } catch (error) {
      const mayPass = failureOf(error) === 'conflict' || failureOf(error) === 'away';
      if (!mayPass || attempt === TRIES) throw error;
      await clock.sleep(TRY_AGAIN_MS);
    }
  }
}

/** Removes everything that has a stub. Does nothing to what is gone already, so it can be run again. */
export async function removeAll(
  deps: RemoveDeps,
  source: Source & { customer: string },
  objects: readonly BelongingObject[],
): Promise<Removed> {
  const { database, mirror, clock } = deps;
  const { account, livemode, customer } = source;
  for (let first = 0; first < objects.length; first += AT_ONCE) {
    const some = objects
      .slice(first, first + AT_ONCE)
      .map(({ type, id }) => ({ account, livemode, type, id, customer }));
    await inConflict(() => database.within('listing').transaction((tx) => mirror.leaveOut(tx, some, clock.now())));
  }
  const erased: ErasedIds = { account, livemode, customer, ids: objects.map(({ id }) => id) };
  const bodies = await removeBodies(freely(database.within('upkeep')), erased);
  const { rows, profiles } = await inConflict(() =>
    database.within('upkeep').transaction((tx) => removeRows(tx, erased, deps.profiles)),
  );
  return { bodies, profiles, rows };
}

/** The profile is blanked first: a process that starts takes a customer's id on a profile for a link. */
async function removeRows(
  tx: Queryable,
  erased: ErasedIds,
  profiles: Profiles | null,
): Promise<Pick<Removed, 'rows' | 'profiles'>> {
  await tx.script(planFreely);
  const blanked = (await profiles?.forget(tx, erased.customer)) ?? 0;
  const rows: Record<string, number> = {};
  for (const { table, condition } of deletedFrom) {
    const gone = await tx.query(sql`delete from ${name('lockstep', table)} t where ${condition(erased)} returning 1`);
    rows[table] = gone.length;
  }
  return { rows, profiles: blanked };
}

/** Proofs lock marks too, so PostgreSQL may end one of two that wait for each other. */
async function inConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (failureOf(error) !== 'conflict' || attempt === TRIES) throw error;
    }
  }
}

import type { ObjectKey } from '../mirror/source.js';
import type { Queryable } from '../store/database.js';
import { sql, type Sql } from '../store/sql.js';

/** The right to prove one object: the token was drawn, and the gen remembered, before the read begins. */
export interface Claim extends ObjectKey {
  gen: number;
  token: number;
  parents: Record<string, string>;
  attempts: number;
  hintedAt: Date;
}

export interface ClaimOptions {
  limit: number;
  now: Date;
  leaseMs: number;
}

/** Claims due marks, in doubt ones first. Committed before the caller reads anything from Stripe. */
export async function claim(database: Queryable, options: ClaimOptions): Promise<Claim[]> {
  return database.query<Claim>(claimDue(options));
}

const claimDue = ({ limit, now, leaseMs }: ClaimOptions): Sql => sql`
  update lockstep.dirty set
    token = nextval('lockstep.tick'), shown = false,
    leased_until = ${now}::timestamptz + ${leaseMs}::float8 * interval '1 ms'
  where (account, livemode, type, id) in (
    select account, livemode, type, id from lockstep.dirty
    where due_at <= ${now}::timestamptz and (leased_until is null or leased_until < ${now}::timestamptz)
    order by doubtful desc, due_at limit ${limit}
    for update skip locked                    -- two workers poll at once; neither may wait for the other
  )
  returning account, livemode, type, id, gen, token, parents, attempts, hinted_at as "hintedAt"`;

/** When the next mark falls due or the next lease ends; undefined while nothing is marked. */
export async function nextDue(database: Queryable): Promise<Date | undefined> {
  const [row] = await database.query<{ at: Date | null }>(
    sql`select min(greatest(due_at, coalesce(leased_until, due_at))) as at from lockstep.dirty`,
  );
  return row?.at ?? undefined;
}

/** Gives claims back unproven, due at once: at a stop, or while proving is paused. */
export async function release(database: Queryable, claims: readonly Claim[]): Promise<void> {
  for (const { account, livemode, type, id, token } of claims) {
    await database.query(sql`
      update lockstep.dirty set token = null, leased_until = null
      where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id} and token = ${token}`);
  }
}

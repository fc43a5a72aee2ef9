import type { Mirror } from '../mirror/mirror.js';
import { rowsOf, tombstoneOf } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import type { ObjectKey } from '../mirror/source.js';
import type { Database, Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { Reading, StripeObject } from '../stripe/gateway.js';
import type { Claim } from './claim.js';

/** A proof, as whoever listens learns of it inside the transaction that writes it. */
export interface Proof extends ObjectKey {
  /** Stripe's object as it was read; null: Stripe has no such object. */
  after: StripeObject | null;
}

/**
 * - `proven`: written, the mark is cleared.
 * - `again`: written, but hinted at since the claim: one more round.
 * - `overtaken`: not written, since a snapshot was shown meanwhile; nothing is shown until the next round.
 * - `lost`: not written, since the lease ran out and another worker has the object.
 */
export type Settled = 'proven' | 'again' | 'overtaken' | 'lost';

export interface SettleOptions {
  database: Database;
  mirror: Mirror;
  onProof: (tx: Queryable, proof: Proof) => Promise<void>;
  now: Date;
}

/** Writes what a read found, in one transaction with the clearing of its mark. */
export async function settle(claim: Claim, reading: Reading, options: SettleOptions): Promise<Settled> {
  return options.database.transaction(async (tx) => {
    const mark = await lockMark(tx, claim);
    const decision = decide(mark, claim);
    if (decision === 'overtaken') await suspend(tx, claim, options.now);
    if (decision === 'proven' || decision === 'again') {
      await write(tx, claim, reading, options);
      if (decision === 'proven') await clear(tx, claim);
      else await goRoundAgain(tx, claim, options.now);
    }
    return decision;
  });
}

interface LockedMark {
  gen: number;
  token: number | null;
  shown: boolean;
}

function decide(mark: LockedMark | undefined, claim: Claim): Settled {
  if (mark === undefined || mark.token !== claim.token) return 'lost';
  if (mark.shown) return 'overtaken';
  return mark.gen === claim.gen ? 'proven' : 'again';
}

// The mark is locked first everywhere. Under this lock its gen cannot move, so the clearing needs no second look.
async function lockMark(tx: Queryable, { account, livemode, type, id }: ObjectKey): Promise<LockedMark | undefined> {
  const [row] = await tx.query<LockedMark>(sql`
    select gen, token, shown from lockstep.dirty
    where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id} for update`);
  return row;
}

async function write(
  tx: Queryable,
  claim: Claim,
  { found, readAt }: Reading,
  { mirror, onProof, now }: SettleOptions,
): Promise<void> {
  const { account, livemode, type, id } = claim;
  const key = { account, livemode, type, id };
  const standing = { provenAt: now, asOf: readAt };
  removeSecrets(found);
  await mirror.write(tx, found === null ? tombstoneOf(key, standing) : rowsOf(key, found, standing));
  await onProof(tx, { ...key, after: found });
}

async function clear(tx: Queryable, { account, livemode, type, id }: ObjectKey): Promise<void> {
  await tx.query(sql`
    delete from lockstep.dirty where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id}`);
}

async function goRoundAgain(tx: Queryable, { account, livemode, type, id }: ObjectKey, now: Date): Promise<void> {
  await tx.query(sql`
    update lockstep.dirty
    set token = null, leased_until = null, suspended = false, prior = null, attempts = 0, due_at = ${now}::timestamptz
    where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id}`);
}

async function suspend(tx: Queryable, { account, livemode, type, id }: ObjectKey, now: Date): Promise<void> {
  await tx.query(sql`
    update lockstep.dirty set token = null, leased_until = null, suspended = true, shown = false, due_at = ${now}::timestamptz
    where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id}`);
}

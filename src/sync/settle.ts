import { decidingIds } from '../catalog/belonging.js';
import type { Changes } from '../changes/changes.js';
import { changeOf, type Before, type ProvenChange } from '../mirror/change.js';
import type { Mirror, Mirrored } from '../mirror/mirror.js';
import { rowsOf, tombstoneOf } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import { hasConsequences, markConsequences } from './consequences.js';
import type { Claim, LockedMark, Marks } from '../inbox/marks.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import type { Reading, StripeObject } from '../stripe/gateway.js';

/** A proof, as listeners receive it inside the transaction that writes it. */
export interface Proof extends ObjectKey {
  /** Some hook is about objects of this type. */
  watched: boolean;
  /** An event spoke of the object. */
  heard: boolean;
  /** What the proof changed; undefined: nothing. */
  change: ProvenChange | undefined;
  /** Stripe's object as it was read; null: Stripe has no such object. */
  after: StripeObject | null;
}

/**
 * - `proven`: written, the mark is cleared. Of an object that was erased, a stub alone is written.
 * - `again`: written, but hinted at since the claim: one more round.
 * - `overtaken`: not written, because a snapshot was shown in between; nothing is shown until the next round.
 * - `lost`: not written, since the lease ran out and another worker has the object.
 */
export type Settled = 'proven' | 'again' | 'overtaken' | 'lost';

export interface SettleOptions {
  database: Database;
  marks: Marks;
  mirror: Mirror;
  /** Absent: what proofs change is not kept. */
  changes?: Pick<Changes, 'statement'> | undefined;
  onProof: (tx: Queryable, proof: Proof) => Promise<void>;
  now: Date;
}

/** A proof also marks other objects, so two proofs may wait for each other: PostgreSQL ends one, which is tried again. */
const CONFLICT_TRIES = 5;

/** Writes what a read found, in one transaction with the clearing of its mark. */
export async function settle(claim: Claim, reading: Reading, options: SettleOptions): Promise<Settled> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await options.database.transaction((tx) => settleIn(tx, claim, reading, options));
    } catch (error) {
      const isConflict = error instanceof Appeared || failureOf(error) === 'conflict';
      if (!isConflict || attempt === CONFLICT_TRIES) throw error;
    }
  }
}

async function settleIn(tx: Queryable, claim: Claim, reading: Reading, options: SettleOptions): Promise<Settled> {
  const { marks, changes, now } = options;
  // Under this lock the mark's gen cannot move, so the clearing needs no second look.
  const mark = await marks.lock(tx, claim);
  const decision = decide(mark, claim);
  if (decision !== 'lost' && (await isLeftOut(tx, claim, reading, options))) return 'proven';
  if (decision === 'overtaken') await marks.suspend(tx, claim, now);
  const isWritten = mark !== undefined && (decision === 'proven' || decision === 'again');
  const change = isWritten ? await write(tx, { claim, mark, reading }, options) : undefined;
  const kept =
    change && changes?.statement([{ ...keyOf(claim), ...change, provenAt: now, events: mark?.events ?? [] }]);
  if (decision === 'proven') await marks.clear(tx, [claim], kept);
  if (decision === 'again') {
    await marks.again(tx, claim, now);
    if (kept !== undefined) await tx.query(kept);
  }
  return decision;
}

/** Whether the object, or the customer that it belongs to, was erased. Then a stub is all that is kept of it. */
async function isLeftOut(
  tx: Queryable,
  { account, livemode, type, id }: Claim,
  { found }: Reading,
  { mirror, now }: SettleOptions,
): Promise<boolean> {
  const [customer] = await mirror.leftOut(tx, [{ account, livemode, ids: decidingIds(type, id, found) }]);
  if (customer == null) return false;
  await mirror.leaveOut(tx, [{ account, livemode, type, id, customer }], now);
  return true;
}

function decide(mark: LockedMark | undefined, claim: Claim): Settled {
  if (mark === undefined || mark.token !== claim.token) return 'lost';
  if (mark.shown) return 'overtaken';
  return mark.gen === claim.gen ? 'proven' : 'again';
}

interface Claimed {
  claim: Claim;
  mark: LockedMark;
  reading: Reading;
}

async function write(
  tx: Queryable,
  { claim, mark, reading }: Claimed,
  { marks, mirror, onProof, now }: SettleOptions,
): Promise<ProvenChange | undefined> {
  const { watched, prior, heard } = mark;
  const { found, readAt, shown, listed = [] } = reading;
  const key = keyOf(claim);
  const standing = { provenAt: now, asOf: readAt };
  removeSecrets(found);
  removeSecrets(shown);
  const row = (await mirror.read(tx, [key])).get(keyText(key));
  const before = provenBefore(row, prior);
  const change = changeOf(key.type, before, found);
  const replaced = await mirror.write(tx, found === null ? tombstoneOf(key, standing) : rowsOf(key, found, standing));
  if (row === undefined && replaced.has(keyText(key))) throw new Appeared();
  if (hasConsequences(key.type)) {
    const proven = { key, before, after: found, shown: shown ?? found, listed, heard };
    await markConsequences(tx, { marks, mirror }, proven, now);
  }
  await onProof(tx, { ...key, watched, heard, change, after: found });
  return change;
}

function keyOf({ account, livemode, type, id }: Claim): ObjectKey {
  return { account, livemode, type, id };
}

function provenBefore(row: Mirrored | undefined, prior: LockedMark['prior']): Before {
  if (row === undefined) return undefined;
  if (row.provenAt === null) return prior?.data;
  return row.deleted ? null : row.data;
}

/**
 * A listing inserted the object after it was looked up, and reported that it was created. The next try sees its row.
 * Otherwise the object would be reported twice, or its deletion would not be reported.
 */
class Appeared extends Error {
  constructor() {
    super('a listing has just inserted the object');
  }
}

import type { Changes } from '../changes/changes.js';
import type { Claim, Marks } from '../inbox/marks.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database, Queryable } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import { factsOf, stripeFailureOf, type StripeFailure } from '../stripe/failure.js';
import type { Reading } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import type { Pace } from './pace.js';
import { giveBack } from './postpone.js';
import { readClaimed } from './read.js';
import { untilLost, type Held } from './renewal.js';
import { settle, type Proof, type Settled } from './settle.js';
import { PAUSE_MS, type Trust } from './trust.js';

export interface ProveDeps {
  database: Database;
  marks: Marks;
  mirror: Mirror;
  /** Absent: what proofs change is not kept. */
  changes?: Changes | undefined;
  gateways: Gateways;
  trust: Trust;
  pace: Pace;
  clock: Clock;
  log: Log;
  /** The worker stops: what is under way is given back. */
  stopping: AbortSignal;
  /** Runs in the transaction that writes a proof: what it throws undoes the proof, and the object is tried again. */
  onProof: (tx: Queryable, proof: Proof) => Promise<void>;
  /** After the commit. */
  onSettled: (key: ObjectKey, settled: Settled) => void;
  /** After each read of a claimed object, also after one that failed. */
  onOutcome?: ((claim: Claim, outcome: ProofOutcome, failure?: StripeFailure | 'unwritable') => void) | undefined;
}

/** `gone`: proven, and Stripe has no such object. `failed`: it is tried again. `dead`: it has become a dead letter. */
export type ProofOutcome = Settled | 'gone' | 'failed' | 'dead';

/** Proves one claimed object: read, write, clear. What fails is given back with its reason. */
export async function prove(held: Held, deps: ProveDeps): Promise<void> {
  const { claim } = held;
  const { type, id } = claim;
  try {
    const settled = await readAndSettle(held, deps);
    if (settled !== undefined) deps.onSettled(claim, settled);
  } catch (error) {
    if (held.isLost) {
      deps.log.debug({ event: 'sync.settled', type, id, settled: 'lost' });
      deps.onOutcome?.(claim, 'lost');
      return deps.onSettled(claim, 'lost');
    }
    if (deps.stopping.aborted) return deps.marks.release(claim);
    await putOff(claim, error, deps);
  }
}

/** Undefined: given back, since it may not be read now, or what was read proves nothing. */
async function readAndSettle(held: Held, deps: ProveDeps): Promise<Settled | undefined> {
  const { claim, onPage } = held;
  const { marks, trust, pace, clock, log } = deps;
  const { type, id } = claim;
  const now = clock.now();
  if (!(await trust.open(claim, now))) return void (await marks.postpone(claim, after(now, PAUSE_MS)));
  const notBefore = onPage === undefined ? pace.begin(claim, now) : undefined;
  if (notBefore !== undefined) return void (await marks.release(claim, notBefore));
  const reading = await untilLost(held, onPage ?? readAlone(held, deps));
  if (reading === undefined) return void (await marks.release(claim)); // the page does not show it: it is read by itself
  // A page says nothing about single reads, so it must not end a row of 404s.
  if (onPage === undefined && !(await trust.believes(claim, reading)))
    return void (await marks.postpone(claim, after(clock.now(), PAUSE_MS)));
  const settled = await write(claim, reading, deps);
  log.debug({ event: 'sync.settled', type, id, settled, found: reading.found !== null });
  deps.onOutcome?.(claim, settled === 'proven' && reading.found === null ? 'gone' : settled);
  return settled;
}

function readAlone({ claim, reading }: Held, { database, mirror, gateways }: ProveDeps): Promise<Reading> {
  return readClaimed(claim, { database, mirror, gateway: gateways(claim) }, reading.signal);
}

async function write(claim: Claim, reading: Reading, deps: ProveDeps): Promise<Settled> {
  const { database, marks, mirror, changes, onProof, clock } = deps;
  try {
    return await settle(claim, reading, { database, marks, mirror, changes, onProof, now: clock.now() });
  } catch (cause) {
    throw new UnwrittenProof(cause);
  }
}

async function putOff(claim: Claim, error: unknown, { marks, trust, clock, log, onOutcome }: ProveDeps): Promise<void> {
  const { type, id } = claim;
  const cause = error instanceof UnwrittenProof ? error.cause : error;
  if (databaseAway(cause)) return; // the lease runs out by itself, and nothing can be noted now
  const failure = error instanceof UnwrittenProof ? 'unwritable' : failureOfRead(error);
  if (failure === 'unauthenticated') trust.refused(claim);
  const { dead, afterMs } = await giveBack(marks, claim, { failure, error: cause }, clock.now());
  onOutcome?.(claim, dead ? 'dead' : 'failed', failure);
  log[failure === 'internal' ? 'error' : 'warn']({
    ...factsOf(cause),
    event: dead ? 'sync.dead' : 'sync.postponed',
    type,
    id,
    failure,
    afterMs,
    reason: messageOf(cause),
  });
}

// Not by the network's error codes: a Stripe that refuses connections has the same ones.
function databaseAway(error: unknown): boolean {
  return error instanceof LockstepError && error.code === 'database_unreachable';
}

/** An error that is not Stripe's may be the database's. Some of those end by themselves. */
function failureOfRead(error: unknown): StripeFailure {
  const failure = stripeFailureOf(error);
  const passes = failure === 'internal' && failureOf(error) !== 'broken' && failureOf(error) !== 'data';
  return passes ? 'unavailable' : failure;
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}

/** Stripe answered, but the answer could not be written: told apart from Stripe's own refusals. */
class UnwrittenProof extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

import { compareKeys, keyText, type ObjectKey, type Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import type { Sql } from '../store/sql.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Hint } from './hint.js';
import {
  claimDue,
  countDead,
  deleteMarks,
  giveBack,
  queueAgain,
  lockMark,
  nextDue,
  noteShown,
  postponeClaim,
  releaseClaim,
  renewLeases,
  selectIds,
  selectUnproven,
  suspendMark,
  upsertMarks,
  type Turn,
} from './mark-statements.js';

/** A mark after a hint. */
export interface Mark extends ObjectKey {
  gen: number;
  /** A snapshot was shown while a read was under way: nothing more is shown until a proof. */
  suspended: boolean;
  /** Nothing had hinted at the object before. */
  isNew: boolean;
}

/** The right to prove one object: the token was drawn, and the gen remembered, before the read begins. */
export interface Claim extends ObjectKey {
  /** The account whose key reads it: the object's own, or the platform that it is connected to. */
  platform: string;
  gen: number;
  token: number;
  parents: Record<string, string>;
  attempts: number;
  /** An event spoke of the object since it was last proven. */
  heard: boolean;
  /** There has been one hint at it since it was marked, and no other. */
  once: boolean;
  hintedAt: Date;
  lane: Lane;
}

/**
 * Why a mark was claimed before others:
 * - `urgent`: the order of its events is in doubt, so nothing is shown until it is proven, or somebody waits for it;
 * - `fresh`: an event was about it a moment ago;
 * - `backlog`: it has waited longest.
 */
export type Lane = 'urgent' | 'fresh' | 'backlog';

export interface ClaimOptions {
  /** How many at most, of all lanes together. */
  limit: number;
  now: Date;
  leaseMs: number;
  /** The accounts whose keys this process has; marks of others are left to others. */
  homes: readonly Source[];
  /** How many urgent and fresh ones at most, and which object types not at all. Default: `limit`, and none. */
  ahead?: Share;
  /** The same for the backlog. */
  backlog?: Share;
}

export interface Share {
  limit: number;
  without: readonly string[];
}

/** What a renewal found: whether each claim is still held, and whether its lease was moved. */
export interface Renewed {
  token: number;
  /** False if another transaction has the mark locked at this moment: the next renewal moves it. */
  renewed: boolean;
}

/** A mark under its lock. */
export interface LockedMark {
  gen: number;
  token: number | null;
  shown: boolean;
  /** The proven state that a shown snapshot replaced. */
  prior: { data: StripeObject } | null;
  /** An event spoke of the object since it was last proven. */
  heard: boolean;
  /** The ids of the first of these events. */
  events: readonly string[];
  /** Some hook, of any process, is about objects of this type. */
  watched: boolean;
}

/** How a claim goes back that was not proven. */
export interface Return {
  now: Date;
  /** When it is due again; if a hint arrived in between, `soon` instead. */
  due: Date;
  soon: Date;
  reason: string;
  dead: boolean;
}

/** The dirty set: one mark for each object hinted at and not yet proven. */
export interface Marks {
  /**
   * Marks objects as hinted at: each mark's gen moves, even if it is already there, so that a proof that began before
   * cannot clear it. Locks the marks, in key order, until the transaction ends.
   */
  mark(tx: Queryable, hints: readonly Hint[], at: Date): Promise<Mark[]>;
  /** Notes on the marks that snapshots are shown now, and which proven state each replaced. */
  noteShown(tx: Queryable, shown: readonly (ObjectKey & { prior: { data: unknown } | null })[]): Promise<void>;
  /**
   * Claims due marks: urgent ones first, the longest waiting first; then fresh ones, the latest first; then the backlog:
   * half of it the longest due, and half the longest due of each account in turn. Committed before the caller reads anything from Stripe.
   */
  claim(options: ClaimOptions): Promise<Claim[]>;
  /** Moves the leases of the claims that are still held, and reports which those are. Never waits for a lock. */
  renew(claims: readonly Claim[], now: Date, leaseMs: number): Promise<Renewed[]>;
  /** When the next mark falls due or the next lease ends; undefined while nothing is marked. */
  nextDue(homes: readonly Source[], now: Date): Promise<Date | undefined>;
  /** Gives a claim back unproven: due at once, or at `due`. */
  release(claim: Claim, due?: Date): Promise<void>;
  /** Gives a claim back unproven, and from then on it waits by age. */
  postpone(claim: Claim, due: Date): Promise<void>;
  /** Gives a claim back with the reason why it failed. */
  giveBack(claim: Claim, how: Return): Promise<void>;
  /** Locks the mark until the transaction ends. Every transaction locks the mark before anything else. */
  lock(tx: Queryable, key: ObjectKey): Promise<LockedMark | undefined>;
  /** `together`: a statement without a result that is sent with it, so that it costs no round trip of its own. */
  clear(tx: Queryable, keys: readonly ObjectKey[], together?: Sql): Promise<void>;
  /** Written, but hinted at since the claim: one more round. */
  again(tx: Queryable, claim: Claim, due: Date): Promise<void>;
  /** Not written, because a snapshot was shown in between: nothing more is shown until a proof. */
  suspend(tx: Queryable, key: ObjectKey, due: Date): Promise<void>;
  /** Those of the objects that no read has proven yet which began after their gen was drawn. */
  unproven(keys: readonly (ObjectKey & { gen: number })[]): Promise<ObjectKey[]>;
  /** The ids that are marked, of one type. */
  ids(source: Source, type: string): Promise<string[]>;
  /** How many of one type are dead letters. */
  dead(source: Source, type: string): Promise<number>;
}

/** @param leaveOut types that are not mirrored: nothing of them is marked. Default: all are mirrored */
export function createMarks(database: Database, leaveOut: readonly string[] = []): Marks {
  const turns = createTurns();
  return {
    async mark(tx, given, at) {
      const hints = given.filter(({ type }) => !leaveOut.includes(type));
      const distinct = onePerObject(hints);
      return distinct.length === 0 ? [] : tx.query<Mark>(upsertMarks(distinct, at));
    },
    noteShown: (tx, shown) => run(tx, noteShown(shown)),
    claim: (options) => turns.claim((turn) => database.query<Claim & ByTurn>(claimDue(options, turn))),
    async renew(claims, now, leaseMs) {
      return claims.length === 0 ? [] : database.query<Renewed>(renewLeases(claims, now, leaseMs));
    },
    async nextDue(homes, now) {
      const [row] = await database.query<{ at: Date | null }>(nextDue(homes, now));
      return row?.at ?? undefined;
    },
    release: (claim, due) => run(database, releaseClaim(claim, due)),
    postpone: (claim, due) => run(database, postponeClaim(claim, due)),
    giveBack: (claim, how) => run(database, giveBack(claim, how)),
    async lock(tx, key) {
      const [row] = await tx.query<LockedMark>(lockMark(key));
      return row;
    },
    async clear(tx, keys, together) {
      if (keys.length > 0) await tx.query(deleteMarks(keys, together));
    },
    again: (tx, claim, due) => run(tx, queueAgain(claim, due)),
    suspend: (tx, key, due) => run(tx, suspendMark(key, due)),
    unproven: (keys) => database.query<ObjectKey>(selectUnproven(keys)),
    async ids(source, type) {
      const rows = await database.query<{ id: string }>(selectIds(source, type));
      return rows.map(({ id }) => id);
    },
    async dead(source, type) {
      const [row] = await database.query<{ count: number }>(countDead(source, type));
      return row?.count ?? 0;
    },
  };
}

interface ByTurn {
  byTurn: boolean;
}

/** Of the backlog, half goes to the accounts in turn. Which one was last, this process alone remembers. */
function createTurns(): { claim(claiming: (turn: Turn) => Promise<(Claim & ByTurn)[]>): Promise<Claim[]> } {
  let turn: Turn = { account: '', livemode: false, odd: true };
  return {
    async claim(claiming) {
      const claimed = await claiming(turn);
      const last = claimed.findLast(({ byTurn }) => byTurn) ?? turn;
      if (claimed.some(({ lane }) => lane === 'backlog'))
        turn = { account: last.account, livemode: last.livemode, odd: !turn.odd };
      return claimed.map(({ byTurn: _, ...claim }) => claim);
    },
  };
}

/** The last hint at each object, with the events of all, in the order of the keys. */
export function onePerObject(hints: readonly Hint[]): Hint[] {
  const distinct = new Map<string, Hint>();
  for (const hint of hints) {
    const before = distinct.get(keyText(hint));
    const events = [...(before?.events ?? []), ...(hint.events ?? [])];
    distinct.set(keyText(hint), { ...hint, events });
  }
  return [...distinct.values()].sort(compareKeys);
}

async function run(database: Queryable, statement: Sql): Promise<void> {
  await database.query(statement);
}

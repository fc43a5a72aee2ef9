/**
 * What compares the mirror with Stripe's lists. In reading order:
 *
 * - `plan` says how each type is listed; `walk` lists it, page after page, with `pages`, `retry` and `skips`.
 * - `judge` compares each listed object with its row; `apply` inserts what is absent and marks what differs; `unlisted`
 *   finds the rows that were not listed, with `id-set` and `hints`.
 * - `backfill` loads everything (`backfill-progress`, `in-order`).
 * - `sweep` runs what is due by `due-sweep`; `sweep-type` sweeps one type; `sweep-history` is the record. `too-many`
 *   says which types are left out.
 * - `verify` compares on demand: `first-look`, `second-look`, `repair`; `verified-type` is its report, with
 *   `differing-object` and `failure-text`.
 */
import { LockstepError } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import { HOWEVER_YOUNG, type Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import { stripeFailureOf, unlistableOf } from '../stripe/failure.js';
import type { Gateway, ListPage } from '../stripe/gateway.js';
import { walkPasses } from './pages.js';
import type { ListingPlan, Way } from './plan.js';
import { askRetrying, type Retry } from './retry.js';

/** How far a walk has come: everything before it has been listed. */
export interface Position {
  way: number;
  pass: number;
  /** The parent whose objects are being listed; '' before the first. */
  parent: string;
  /** The last id of the last page; null: at the beginning. */
  after: string | null;
}

export const START: Position = { way: 0, pass: 0, parent: '', after: null };

export interface Walked {
  page: ListPage;
  /** The parents in the address of each listed object. */
  parents: Record<string, string>;
  /** The position after this page. */
  next: Position;
}

export interface WalkOptions {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  plan: ListingPlan;
  from?: Position;
  /** Lists only objects created since then, if the listing can. */
  since?: Date | undefined;
  /** Asks again if Stripe fails for a moment. Default: the first failure ends the walk. */
  retry?: Retry | undefined;
  /**
   * Receives each parent whose objects could not be listed, and the walk continues with the next. Default: the first
   * one ends it. It ends in any case when nothing at all could be listed.
   */
  onSkipped?: ((skipped: Skipped) => void) | undefined;
  signal: AbortSignal;
}

/** A parent whose objects could not be listed. */
export interface Skipped {
  /** The parent's type. */
  type: string;
  id: string;
  /** The field of a listed object that names the parent. */
  field: string;
  error: unknown;
}

/** If Stripe does not answer for so many parents in a row, then Stripe is away, and the parents are not the cause. */
const FAILING_MAX = 5;

/** Lists page after page, in a fixed order, from any position. */
export async function* walk(options: WalkOptions): AsyncGenerator<Walked, void> {
  const { onSkipped } = options;
  if (onSkipped === undefined) {
    yield* walkPlan(options);
    return;
  }
  let first: Skipped | undefined;
  let failedInARow = 0;
  let hasPages = false;
  const skip = (parent: Skipped): void => {
    first ??= parent;
    failedInARow = unlistableOf(parent.error) === undefined ? failedInARow + 1 : 0;
    if (failedInARow >= FAILING_MAX) throw parent.error;
    onSkipped(parent);
  };
  for await (const page of walkPlan({ ...options, onSkipped: skip })) {
    hasPages = true;
    failedInARow = 0;
    yield page;
  }
  // If nothing at all could be listed, the type could not be listed.
  if (!hasPages && first !== undefined && !isAboutTheParent(first.error)) throw first.error;
}

/** The account cannot be reached with this key. This says nothing about the key's rights. */
function isAboutTheParent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'account_invalid';
}

async function* walkPlan(options: WalkOptions): AsyncGenerator<Walked, void> {
  const { plan, from = START } = options;
  if (plan.kind === 'read') {
    yield* walkReads(options, plan, from);
    return;
  }
  let at = from;
  for (const [index, way] of plan.ways.entries()) {
    if (index < at.way) continue;
    if (index > at.way) at = { ...START, way: index };
    yield* way.parent === null ? walkPasses(options, way, at, null) : walkParents(options, way, at);
  }
}

async function* walkParents(options: WalkOptions, way: Way, from: Position): AsyncGenerator<Walked, void> {
  if (from.parent !== '') yield* walkParent(options, way, from, from.parent);
  for await (const parent of rowsAfter(options, way.parent?.type ?? '', from.parent)) {
    yield* walkParent(options, way, { ...START, way: from.way, parent }, parent);
  }
}

/** If one parent cannot be listed, the others still can. */
async function* walkParent(
  options: WalkOptions,
  way: Way,
  from: Position,
  parent: string,
): AsyncGenerator<Walked, void> {
  const { onSkipped, signal } = options;
  const pages = walkPasses(options, way, from, parent);
  for (;;) {
    let next: IteratorResult<Walked, void>;
    try {
      next = await pages.next();
    } catch (error) {
      if (onSkipped === undefined || signal.aborted || !isAnswer(error)) throw error;
      onSkipped({ type: way.parent?.type ?? '', id: parent, field: way.parent?.name ?? '', error });
      return;
    }
    if (next.done === true) return;
    yield next.value;
  }
}

/** Whether the error is about one request only. A key that is refused and a database that is away are about all. */
function isAnswer(error: unknown): boolean {
  if (error instanceof LockstepError && (error.code === 'stopped' || error.code === 'database_unreachable'))
    return false;
  return stripeFailureOf(error) !== 'unauthenticated';
}

/** Objects that an account, or each customer, has one of: one page for each. */
async function* walkReads(
  options: WalkOptions,
  { type, of }: Extract<ListingPlan, { kind: 'read' }>,
  from: Position,
): AsyncGenerator<Walked, void> {
  if (of === 'account') {
    yield await readOne(options, type, type, from);
    return;
  }
  for await (const customer of rowsAfter(options, 'customer', from.parent)) {
    try {
      yield await readOne(options, type, customer, { ...START, parent: customer });
    } catch (error) {
      if (options.onSkipped === undefined || options.signal.aborted || !isAnswer(error)) throw error;
      options.onSkipped({ type: 'customer', id: customer, field: 'customer', error });
    }
  }
}

async function readOne(options: WalkOptions, type: string, id: string, next: Position): Promise<Walked> {
  const { gateway, signal } = options;
  const { found, readAt } = await askRetrying(options, () => gateway.read(type, id, {}, signal));
  return { page: { data: found === null ? [] : [found], hasMore: false, readAt }, parents: {}, next };
}

const PARENTS = 100;

async function* rowsAfter(
  { database, mirror, source }: WalkOptions,
  type: string,
  after: string,
): AsyncGenerator<string, void> {
  for (let last = after; ;) {
    const rows = await mirror.scan(database, { source, type, after: last, asOf: HOWEVER_YOUNG, limit: PARENTS });
    for (const { id } of rows) yield id;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.id;
  }
}

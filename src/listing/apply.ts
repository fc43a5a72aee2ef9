import type { Changes } from '../changes/changes.js';
import { hintAt } from '../inbox/hint.js';
import type { Marks } from '../inbox/marks.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { compare } from '../mirror/compare.js';
import type { Marked, Mirror } from '../mirror/mirror.js';
import { isComplete, rowsOf, type MirrorRows } from '../mirror/row.js';
import type { Database, Queryable } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import type { StripeObject } from '../stripe/gateway.js';
import { candidateOf, judge, listedOn, type Judged, type ListedObject } from './judge.js';
import type { Walked } from './walk.js';

/** What a listing does with one listed object. Only a proof overwrites or deletes. */
export type ListingDecision = 'nothing' | 'insert proven' | 'insert shown' | 'mark';

/** Decides by the row and the mark as they are when the page is applied, not when it was listed. */
export function decide(listed: StripeObject, { row, marked }: Marked, type: string): ListingDecision {
  if (listed.deleted === true) return !marked && row?.deleted === true ? 'nothing' : 'mark';
  const complete = isComplete(type, listed);
  if (row === undefined) {
    if (!complete) return 'mark'; // sub-lists cut off at ten: only a read can complete them
    return marked ? 'insert shown' : 'insert proven';
  }
  if (marked || row.deleted) return 'mark';
  return compare(type, listed, row.data) === 'equal' ? 'nothing' : 'mark';
}

export interface ApplyDeps {
  database: Database;
  marks: Marks;
  mirror: Mirror;
  /** Absent: what is proven is not kept as a change. */
  changes?: Pick<Changes, 'insertedStatement' | 'takePlace'> | undefined;
  /** Called in the transaction that inserts objects as proven. */
  onInserted: (tx: Queryable, inserted: readonly { key: ObjectKey; object: StripeObject }[]) => Promise<void>;
}

export interface ApplyOptions {
  source: Source;
  type: string;
  now: Date;
  /** Whether Stripe can be asked for one such object. If not, the listing is the only proof, and overwrites. */
  readable: boolean;
}

export interface Applied {
  inserted: number;
  marked: number;
}

/**
 * Applies listed objects by their verdicts. An object that is absent and unmarked is inserted as proven; in a backfill
 * that is nearly every object. One that is equal and unmarked stays as it is; in a sweep that is nearly every object.
 * The rest is decided under the lock of its marks.
 */
export async function applyListed(deps: ApplyDeps, judged: readonly Judged[], options: ApplyOptions): Promise<Applied> {
  const unequal = judged.filter(({ verdict }) => verdict !== 'equal');
  if (unequal.length === 0) return { inserted: 0, marked: 0 };
  const apply = deps.database.transaction(async (tx) => {
    const rest = await withoutErased(tx, deps, unequal, options);
    if (!options.readable) return { inserted: await overwrite(tx, deps, rest, options), marked: 0 };
    const absent = rest.filter(({ key, object, verdict }) => verdict === 'missing' && isComplete(key.type, object));
    const inserted = await insertProven(tx, deps, absent, options);
    const others = rest.filter(({ key }) => !inserted.has(keyText(key)));
    return { inserted: inserted.size, marked: await markRest(tx, deps, others, options) };
  });
  return apply.catch((error: unknown) => {
    // One object that cannot be written must not block the others. So each becomes a mark and gets its own proof.
    if (failureOf(error) !== 'data' || !options.readable) throw error;
    return deps.database.transaction(async (tx) => {
      const hints = unequal.map(({ key, parents }) => ({ ...hintAt(key), parents }));
      return { inserted: 0, marked: (await deps.marks.mark(tx, hints, options.now)).length };
    });
  });
}

/**
 * Applies pages of a backfill. Nearly every object is new and is inserted as proven at once. Only the rest is judged,
 * after that.
 */
export async function fillFromPages(
  deps: ApplyDeps,
  pages: readonly Omit<Walked, 'next'>[],
  options: ApplyOptions,
): Promise<Applied & { listed: number }> {
  const { database, mirror } = deps;
  const listed = listedOn(pages, options);
  const whole = listed.filter(({ key, object }) => object.deleted !== true && isComplete(key.type, object));
  const inserted =
    !options.readable || whole.length === 0
      ? new Set<string>()
      : await database.transaction((tx) => insertWhole(tx, deps, whole, options)).catch(noneIfUnwritable);
  const rest = listed.filter(({ key }) => !inserted.has(keyText(key)));
  const judged = await judge(database, mirror, rest);
  const applied = await applyListed(deps, judged, options);
  return { listed: listed.length, inserted: inserted.size + applied.inserted, marked: applied.marked };
}

/** The objects that were not erased. Of those that were, a stub is left, also where a row is. */
async function withoutErased<T extends ListedObject>(
  tx: Queryable,
  { mirror }: ApplyDeps,
  listed: readonly T[],
  { now }: ApplyOptions,
): Promise<T[]> {
  const customers = await mirror.leftOut(tx, listed.map(candidateOf));
  const erased = listed.flatMap(({ key }, place) => {
    const customer = customers[place] ?? null;
    return customer === null ? [] : [{ ...key, customer }];
  });
  await mirror.leaveOut(tx, erased, now);
  return listed.filter((_, place) => customers[place] === null);
}

async function insertWhole(
  tx: Queryable,
  deps: ApplyDeps,
  whole: readonly ListedObject[],
  options: ApplyOptions,
): Promise<Set<string>> {
  return insertProven(tx, deps, await withoutErased(tx, deps, whole, options), options);
}

/** If one object cannot be written, none is inserted. Then each one is judged by itself. */
function noneIfUnwritable(error: unknown): Set<string> {
  if (failureOf(error) !== 'data') throw error;
  return new Set();
}

/** One statement has the same time for all rows: the time of the oldest object. */
async function insertProven(
  tx: Queryable,
  { mirror, changes, onInserted }: ApplyDeps,
  absent: readonly ListedObject[],
  { now }: ApplyOptions,
): Promise<Set<string>> {
  if (absent.length === 0) return new Set();
  await changes?.takePlace(tx);
  const asOf = new Date(Math.min(...absent.map(({ readAt }) => readAt.getTime())));
  const rows = absent.flatMap(({ key, object }) => rowsOf(key, object, { provenAt: now, asOf }).rows);
  const inserted = await mirror.insertAbsent(
    tx,
    rows.filter(({ owner }) => owner === null),
  );
  const type = absent[0]?.key.type ?? '';
  const children = rows.filter(
    ({ owner, ...key }) => owner !== null && inserted.has(keyText({ ...key, type, id: owner })),
  );
  if (children.length > 0) await mirror.write(tx, { rows: children, childSets: [] });
  const written = absent.filter(({ key }) => inserted.has(keyText(key)));
  if (written.length > 0) {
    await keepChanges(tx, changes, written, now);
    await onInserted(tx, written);
  }
  return inserted;
}

/** Readers of the feed have to hear of these too, or they would miss what a backfill finds while they follow. */
async function keepChanges(
  tx: Queryable,
  changes: ApplyDeps['changes'],
  inserted: readonly ListedObject[],
  provenAt: Date,
): Promise<void> {
  const [first] = inserted;
  if (changes === undefined || first === undefined) return;
  const ids = inserted.map(({ key }) => key.id);
  await tx.query(changes.insertedStatement(first.key, ids, provenAt));
}

/**
 * Marks the objects that a read must decide, and shows those that are absent. Nothing changes under the marks' lock.
 */
async function markRest(
  tx: Queryable,
  { marks, mirror }: ApplyDeps,
  rest: readonly Judged[],
  { now }: ApplyOptions,
): Promise<number> {
  if (rest.length === 0) return 0;
  const marked = await marks.mark(
    tx,
    rest.map(({ key, parents }) => ({ ...hintAt(key), parents })),
    now,
  );
  const fresh = new Set(marked.filter(({ isNew }) => isNew).map(keyText));
  const standing = await mirror.read(
    tx,
    rest.map(({ key }) => key),
  );
  const decided = rest.map((judged) => {
    const text = keyText(judged.key);
    const decision = decide(judged.object, { row: standing.get(text), marked: !fresh.has(text) }, judged.key.type);
    // It was absent a moment ago. If it is absent and marked now, the mark is our own.
    return { ...judged, decision: decision === 'insert proven' ? ('insert shown' as const) : decision };
  });
  const shown = decided.filter(({ decision }) => decision === 'insert shown');
  if (shown.length > 0) {
    await mirror.write(tx, rowsOfAll(shown, null));
  }
  return decided.length;
}

/** Objects that only listings show: the page is the proof, unless the row is younger. */
async function overwrite(
  tx: Queryable,
  { mirror }: ApplyDeps,
  rest: readonly Judged[],
  { now }: ApplyOptions,
): Promise<number> {
  const standing = await mirror.read(
    tx,
    rest.map(({ key }) => key),
  );
  const older = rest.filter(({ key, readAt }) => (standing.get(keyText(key))?.asOf.getTime() ?? 0) <= readAt.getTime());
  await mirror.write(tx, rowsOfAll(older, now));
  return older.length;
}

function rowsOfAll(listed: readonly ListedObject[], provenAt: Date | null): MirrorRows {
  const each = listed.map(({ key, object, readAt }) => rowsOf(key, object, { provenAt, asOf: readAt }));
  return { rows: each.flatMap(({ rows }) => rows), childSets: each.flatMap(({ childSets }) => childSets) };
}

import { catalogOf } from '../catalog/catalog.js';
import { hintAt, type Hint } from '../inbox/hint.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { childTypes } from '../mirror/row.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { ApplyDeps } from './apply.js';
import { hintsAtRows } from './hints.js';
import type { IdSet } from './id-set.js';

export interface Unlisted {
  source: Source;
  type: string;
  /** The ids that were listed. */
  ids: Pick<IdSet, 'has'>;
  /** When the listing began, by Stripe's clock. Younger rows may not be in it. */
  began: Date;
  /** Whether a row could not be listed because its parent could not. Such rows are left out. Default: none. */
  isSpared?: ((data: StripeObject) => boolean) | undefined;
  /** Called with rows that were not listed, marked or not, before anything is marked. Default: nobody is told. */
  onUnlisted?: ((hints: readonly Hint[]) => Promise<void>) | undefined;
}

type UnlistedDeps = Pick<ApplyDeps, 'database' | 'mirror'>;

const ROWS = 1_000;

/** Rows that are older than the listing and were not listed, page by page: with a mark, and without one. */
export async function* unlisted(
  deps: UnlistedDeps,
  { source, type, ids, began, isSpared, onUnlisted }: Unlisted,
): AsyncGenerator<{ unmarked: Hint[]; marked: Hint[] }> {
  const { database, mirror } = deps;
  const { account, livemode } = source;
  const hints = (rows: readonly { id: string }[]): Promise<Hint[]> =>
    hintsAtRows(
      database,
      mirror,
      rows.map(({ id }) => ({ account, livemode, type, id })),
    );
  for (let after = ''; ;) {
    const rows = await mirror.scan(database, { source, type, after, asOf: began, limit: ROWS });
    const absent = rows.filter(({ id }) => !ids.has(id));
    const gone = isSpared === undefined ? absent : await withoutSpared(deps, absent, { source, type, isSpared });
    const [marked, unmarked] = [gone.filter((row) => row.marked), gone.filter((row) => !row.marked)];
    if (gone.length > 0) {
      const found = { unmarked: await hints(unmarked), marked: await hints(marked) };
      await onUnlisted?.([...found.unmarked, ...found.marked]);
      yield found;
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** The rows that could be listed. */
async function withoutSpared<R extends { id: string }>(
  { database, mirror }: UnlistedDeps,
  rows: readonly R[],
  { source, type, isSpared }: { source: Source; type: string; isSpared: NonNullable<Unlisted['isSpared']> },
): Promise<R[]> {
  const keyOf = ({ id }: R): ObjectKey => ({ ...source, type, id });
  const standing = await mirror.read(database, rows.map(keyOf));
  return rows.filter((row) => {
    const data = standing.get(keyText(keyOf(row)))?.data;
    return data === undefined || !isSpared(data);
  });
}

/**
 * Hints at everything that was not listed: rows, and marks without a row, because a read under way may be older than
 * this listing. Returns the hints at rows that had no mark.
 */
export async function markUnlisted(deps: ApplyDeps, which: Unlisted, now: Date): Promise<Hint[]> {
  const { database, marks } = deps;
  const found: Hint[] = [];
  if (catalogOf(which.type)?.table == null) return found;
  const stale = (await marks.ids(which.source, which.type)).filter((id) => !which.ids.has(id));
  await database.transaction((tx) =>
    marks.mark(
      tx,
      stale.map((id) => hintAt({ ...which.source, type: which.type, id })),
      now,
    ),
  );
  for await (const { unmarked, marked } of unlisted(deps, which)) {
    await database.transaction((tx) => marks.mark(tx, [...unmarked, ...marked], now));
    found.push(...unmarked);
  }
  found.push(...(await markOrphans(deps, which, now)));
  return found;
}

/** Hints at the owner of children whose owner has no row: its proof makes tombstones of the children. */
async function markOrphans(deps: ApplyDeps, which: Unlisted, now: Date): Promise<Hint[]> {
  const owners = await orphansOf(deps, which);
  if (owners.length > 0) await which.onUnlisted?.(owners);
  await deps.database.transaction((tx) => deps.marks.mark(tx, owners, now));
  return owners;
}

/** Hints at the owners of children whose owner has no row. */
export async function orphansOf(
  { database, mirror }: UnlistedDeps,
  { source, type }: Pick<Unlisted, 'source' | 'type'>,
): Promise<Hint[]> {
  const owners = new Set<string>();
  for (const child of childTypes(type)) {
    for (const id of await mirror.orphans(database, source, type, child)) owners.add(id);
  }
  return [...owners].sort().map((id) => hintAt({ ...source, type, id }));
}

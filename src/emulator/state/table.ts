import type { ShelfState } from './shelf.js';
import { Shelf, rowsOf } from './shelf.js';

/** A row as stored: never changed in place, so that a reference to it is a snapshot. */
export interface Identified {
  readonly id: string;
}

interface Index {
  readonly path: readonly string[];
  /** By value the places, in order; most values have one alone, which needs no list. */
  readonly buckets: Map<unknown, number | number[]>;
}

/** Which rows, in which direction, from where. */
export interface Walk {
  /** Only rows whose indexed field has this value. */
  where?: { field: string; value: unknown };
  oldestFirst?: boolean;
  /** Start behind the row with this id (which may have been deleted meanwhile). */
  after?: string;
}

/**
 * All rows of one type in order of insertion, found by id at once and by indexed field without a scan.
 * Deleted rows leave their place behind, so that a cursor on one still works.
 */
export class Table<R extends Identified> {
  readonly #rows = new Shelf<R>();
  readonly #places = new Map<string, number>();
  readonly #indexes: ReadonlyMap<string, Index>;
  #count = 0;
  /** Below it are only places of expelled rows, which no walk needs to pass again. */
  #first = 0;

  /** @param fields indexed fields, dotted for nested ones: `customer`, `recurring.interval`. */
  constructor(fields: readonly string[] = []) {
    this.#indexes = new Map(fields.map((field) => [field, { path: field.split('.'), buckets: new Map() }]));
  }

  get count(): number {
    return this.#count;
  }

  get(id: string): R | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#rows.get(place);
  }

  /** True also for a deleted row's id. */
  knows(id: string): boolean {
    return this.#places.has(id);
  }

  /** Writes a row: at its old place when there was one, else at the end. Returns what was there. */
  put(row: R): R | undefined {
    const place = this.#places.get(row.id) ?? this.#rows.length;
    const old = this.#rows.get(place);
    this.#rows.set(place, row);
    this.#places.set(row.id, place);
    if (old === undefined) this.#count += 1;
    for (const index of this.#indexes.values()) reindex(index, place, old, row);
    return old;
  }

  /** Removes a row, keeping its place. Returns what was there. */
  remove(id: string): R | undefined {
    const place = this.#places.get(id);
    const old = place === undefined ? undefined : this.#rows.get(place);
    if (place === undefined || old === undefined) return undefined;
    this.#rows.set(place, undefined);
    this.#count -= 1;
    for (const index of this.#indexes.values()) reindex(index, place, old, undefined);
    return old;
  }

  /** Undoes an insertion: the place goes too, when it is the last one. */
  forget(id: string): void {
    const place = this.#places.get(id);
    this.remove(id);
    this.#places.delete(id);
    if (place === this.#rows.length - 1) this.#rows.pop();
  }

  /** A place for a row that was deleted before the table was filled. */
  bury(id: string): void {
    if (this.#places.has(id)) return;
    this.#places.set(id, this.#rows.length);
    this.#rows.set(this.#rows.length, undefined);
  }

  /** Removes a row for good, its place too: no cursor may stand on it any more. Meant for the oldest rows. */
  expel(id: string): void {
    this.remove(id);
    this.#places.delete(id);
    while (this.#first < this.#rows.length && this.#rows.get(this.#first) === undefined) this.#first += 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#rows.clear();
    this.#first = 0;
    this.#count = 0;
    this.#places.clear();
    for (const { buckets } of this.#indexes.values()) buckets.clear();
  }

  /** Every place in order, also those of deleted rows, as they are now: what is written meanwhile changes nothing. */
  entries(): { count: number; all: () => Generator<{ id: string; row: R | undefined }> } {
    const ids: string[] = [];
    for (const [id, place] of this.#places) ids[place] = id;
    const state = this.#rows.state();
    return { count: this.#places.size, all: () => entriesOf(ids, state) };
  }

  /** Rows one by one; nothing is copied, so a walk that stops early is cheap. */
  *walk({ where, oldestFirst = false, after }: Walk = {}): Generator<R> {
    const found = where === undefined ? undefined : (this.#indexOf(where.field).buckets.get(where.value) ?? []);
    const places = typeof found === 'number' ? [found] : found;
    const length = places?.length ?? this.#rows.length;
    const step = oldestFirst ? 1 : -1;
    const cursor = after === undefined ? undefined : this.#places.get(after);
    let at = oldestFirst ? (places === undefined ? this.#first : 0) : length - 1;
    if (cursor !== undefined) {
      if (places === undefined) at = cursor + step;
      else at = oldestFirst ? firstAtLeast(places, cursor + 1) : firstAtLeast(places, cursor) - 1;
    }
    for (; at >= 0 && at < length; at += step) {
      const row = this.#rows.get(places === undefined ? at : (places[at] ?? -1));
      if (row !== undefined) yield row;
    }
  }

  hasIndex(field: string): boolean {
    return this.#indexes.has(field);
  }

  #indexOf(field: string): Index {
    const index = this.#indexes.get(field);
    if (index === undefined) throw new Error(`no index on ${field}`);
    return index;
  }
}

function* entriesOf<R>(ids: readonly string[], state: ShelfState<R>): Generator<{ id: string; row: R | undefined }> {
  let place = 0;
  for (const row of rowsOf(state)) {
    const id = ids[place];
    place += 1;
    if (id !== undefined) yield { id, row };
  }
}

function reindex({ path, buckets }: Index, place: number, old: unknown, row: unknown): void {
  const was = old === undefined ? undefined : valueAt(old, path);
  const is = row === undefined ? undefined : valueAt(row, path);
  if (was === is) return;
  if (was !== undefined && was !== null) takeOut(buckets, was, place);
  if (is !== undefined && is !== null) putIn(buckets, is, place);
}

function takeOut(buckets: Index['buckets'], value: unknown, place: number): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) return;
  if (typeof bucket !== 'number') {
    bucket.splice(firstAtLeast(bucket, place), 1);
    if (bucket.length > 0) return;
  }
  buckets.delete(value);
}

function putIn(buckets: Index['buckets'], value: unknown, place: number): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, place);
  else if (typeof bucket === 'number') buckets.set(value, bucket < place ? [bucket, place] : [place, bucket]);
  else bucket.splice(firstAtLeast(bucket, place), 0, place);
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value at a dotted path, undefined where the path breaks off. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

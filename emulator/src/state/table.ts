import { Places, firstAtLeast } from './places.js';
import type { ShelfState } from './shelf.js';
import { Shelf, rowsOf } from './shelf.js';

/** A row as stored: never changed in place, so that a reference to it is a snapshot. */
export interface Identified {
  readonly id: string;
}

interface Index {
  readonly path: readonly string[];
  readonly places: Places;
}

/** Which rows, in which direction, from where. */
export interface Walk {
  /** Only rows whose indexed field has this value. */
  where?: { field: string; value: unknown };
  oldestFirst?: boolean;
  /** Start behind the row with this id (which may be deleted by now). */
  after?: string;
}

/**
 * All rows of one type in order of insertion, found by id at once and by indexed field without a scan.
 * Deleted rows leave their place behind, so that a cursor on one still works.
 */
export class RowTable<R extends Identified> {
  readonly #rows = new Shelf<R>();
  readonly #ids = new Places();
  /** Places of deleted rows, by id. */
  readonly #graves = new Map<string, number>();
  readonly #indexes: ReadonlyMap<string, Index>;
  #count = 0;
  /** Below it are only places of expelled rows, which no walk needs to pass again. */
  #first = 0;

  /** @param fields indexed fields, all of them text, dotted for nested ones: `customer`, `hidden.owner`. */
  constructor(fields: readonly string[] = []) {
    this.#indexes = new Map(fields.map((field) => [field, { path: field.split('.'), places: new Places() }]));
  }

  get count(): number {
    return this.#count;
  }

  get(id: string): R | undefined {
    return this.#find(id)?.row;
  }

  /** True also for a deleted row's id. */
  knows(id: string): boolean {
    return this.#placeOf(id) !== undefined;
  }

  /** Writes a row: at its old place when there was one, else at the end. Returns what was there. */
  put(row: R): R | undefined {
    const found = this.#find(row.id);
    const place = found?.place ?? this.#graves.get(row.id) ?? this.#rows.length;
    const old = found?.row;
    this.#rows.set(place, row);
    if (old === undefined) {
      this.#graves.delete(row.id);
      this.#ids.add(row.id, place);
      this.#count += 1;
    }
    for (const index of this.#indexes.values()) reindex(index, place, old, row);
    return old;
  }

  /** Removes a row, keeping its place. Returns what was there. */
  remove(id: string): R | undefined {
    const found = this.#find(id);
    if (found === undefined) return undefined;
    const { place, row } = found;
    this.#rows.set(place, undefined);
    this.#ids.remove(id, place);
    this.#graves.set(id, place);
    this.#count -= 1;
    for (const index of this.#indexes.values()) reindex(index, place, row, undefined);
    return row;
  }

  /** Undoes an insertion. If it is the last place, the place is removed too. */
  forget(id: string): void {
    this.remove(id);
    const place = this.#graves.get(id);
    this.#graves.delete(id);
    if (place === this.#rows.length - 1) this.#rows.pop();
  }

  /** A place for a row that was deleted before the table was filled. */
  bury(id: string): void {
    if (this.knows(id)) return;
    this.#graves.set(id, this.#rows.length);
    this.#rows.set(this.#rows.length, undefined);
  }

  /** Removes a row and its place, so no cursor on it works any more. Meant for the oldest rows. */
  expel(id: string): void {
    this.remove(id);
    this.#graves.delete(id);
    while (this.#first < this.#rows.length && this.#rows.get(this.#first) === undefined) this.#first += 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#rows.clear();
    this.#first = 0;
    this.#count = 0;
    this.#ids.clear();
    this.#graves.clear();
    for (const { places } of this.#indexes.values()) places.clear();
  }

  /** A snapshot of every place in order, including those of deleted rows. Later writes do not change it. */
  entries(): { count: number; all: () => Generator<{ id: string; row: R | undefined }> } {
    const graves = new Map([...this.#graves].map(([id, place]) => [place, id]));
    const state = this.#rows.state();
    return { count: this.#count + graves.size, all: () => entriesOf(graves, state) };
  }

  /** Rows one by one; nothing is copied, so a walk that stops early is cheap. */
  *walk({ where, oldestFirst = false, after }: Walk = {}): Generator<R> {
    const index = where === undefined ? undefined : this.#indexOf(where.field);
    const places = index?.places.of(String(where?.value));
    const length = places?.length ?? this.#rows.length;
    const step = oldestFirst ? 1 : -1;
    const cursor = after === undefined ? undefined : this.#placeOf(after);
    let at = oldestFirst ? (places === undefined ? this.#first : 0) : length - 1;
    if (cursor !== undefined) {
      if (places === undefined) at = cursor + step;
      else at = oldestFirst ? firstAtLeast(places, cursor + 1) : firstAtLeast(places, cursor) - 1;
    }
    for (; at >= 0 && at < length; at += step) {
      const row = this.#rows.get(places === undefined ? at : (places[at] ?? -1));
      if (row === undefined || (index !== undefined && valueAt(row, index.path) !== where?.value)) continue;
      yield row;
    }
  }

  hasIndex(field: string): boolean {
    return this.#indexes.has(field);
  }

  #find(id: string): { place: number; row: R } | undefined {
    for (const place of this.#ids.of(id)) {
      const row = this.#rows.get(place);
      if (row?.id === id) return { place, row };
    }
    return undefined;
  }

  #placeOf(id: string): number | undefined {
    return this.#find(id)?.place ?? this.#graves.get(id);
  }

  #indexOf(field: string): Index {
    const index = this.#indexes.get(field);
    if (index === undefined) throw new Error(`no index on ${field}`);
    return index;
  }
}

function* entriesOf<R extends Identified>(
  graves: ReadonlyMap<number, string>,
  state: ShelfState<R>,
): Generator<{ id: string; row: R | undefined }> {
  let place = 0;
  for (const row of rowsOf(state)) {
    const id = row?.id ?? graves.get(place);
    place += 1;
    if (id !== undefined) yield { id, row };
  }
}

function reindex({ path, places }: Index, place: number, old: unknown, row: unknown): void {
  const was = valueAt(old, path);
  const is = valueAt(row, path);
  if (was === is) return;
  if (typeof was === 'string') places.remove(was, place);
  if (typeof is === 'string') places.add(is, place);
}

/** The value at a dotted path; undefined if the path does not exist. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

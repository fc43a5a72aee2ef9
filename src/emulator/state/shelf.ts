import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Rows of a segment: what was written together is mostly alike, and so packs well. */
const SEGMENT = 32;
/** Writes to a shelf after which a segment that had none of them is packed. */
const COLD_AFTER = 4096;
/** Segments unpacked at a time. */
const OPEN_MAX = 16;
/** Packed at most per write, so that no request waits long. */
const PACK_EVERY = SEGMENT / 2;

const PACKED = Symbol('packed');
type Place<R> = R | typeof PACKED | undefined;

/** A moment of a shelf: later writes do not change it. */
export interface ShelfState<R> {
  places: Place<R>[];
  packed: (Buffer | undefined)[];
}

/**
 * Rows by place. Those long unwritten are packed, a tenth of their size, and unpacked to be read: a hundred thousand
 * customers with all their objects and events fit into memory.
 */
export class Shelf<R> {
  readonly #places: Place<R>[] = [];
  readonly #packed: (Buffer | undefined)[] = [];
  /** Segments with rows that are not packed, the one written longest ago first, and when that was. */
  readonly #warm = new Map<number, number>();
  readonly #open = new Map<number, (R | null)[]>();
  #writes = 0;

  get length(): number {
    return this.#places.length;
  }

  get(place: number): R | undefined {
    const row = this.#places[place];
    return row === PACKED ? (this.#unpacked(segmentOf(place))[place % SEGMENT] ?? undefined) : row;
  }

  set(place: number, row: R | undefined): void {
    this.#places[place] = row;
    const segment = segmentOf(place);
    this.#warm.delete(segment);
    this.#warm.set(segment, (this.#writes += 1));
    if (this.#writes % PACK_EVERY === 0) this.#packOne();
  }

  pop(): void {
    this.#places.pop();
  }

  clear(): void {
    this.#places.length = 0;
    this.#packed.length = 0;
    this.#warm.clear();
    this.#open.clear();
  }

  state(): ShelfState<R> {
    return { places: [...this.#places], packed: [...this.#packed] };
  }

  #packOne(): void {
    for (const [segment, written] of this.#warm) {
      if (this.#writes - written < COLD_AFTER) return;
      this.#warm.delete(segment);
      return this.#pack(segment);
    }
  }

  #pack(segment: number): void {
    const from = segment * SEGMENT;
    const rows: (R | null)[] = [];
    for (let place = from; place < Math.min(from + SEGMENT, this.#places.length); place += 1) {
      rows.push(this.get(place) ?? null);
    }
    // A copy: what the library gives is a small part of a large block, which would be kept whole.
    this.#packed[segment] = Buffer.from(deflateRawSync(JSON.stringify(rows), { level: 1 }));
    this.#open.delete(segment);
    rows.forEach((row, index) => {
      if (row !== null) this.#places[from + index] = PACKED;
    });
  }

  #unpacked(segment: number): (R | null)[] {
    const known = this.#open.get(segment);
    if (known !== undefined) return known;
    const rows = unpack<R>(this.#packed[segment]);
    this.#open.set(segment, rows);
    const [first] = this.#open.keys();
    if (this.#open.size > OPEN_MAX && first !== undefined) this.#open.delete(first);
    return rows;
  }
}

/** The rows of a shelf's moment, place by place. */
export function* rowsOf<R>({ places, packed }: ShelfState<R>): Generator<R | undefined> {
  let open: { segment: number; rows: (R | null)[] } | undefined;
  for (const [place, row] of places.entries()) {
    if (row !== PACKED) {
      yield row;
      continue;
    }
    const segment = segmentOf(place);
    if (open?.segment !== segment) open = { segment, rows: unpack<R>(packed[segment]) };
    yield open.rows[place % SEGMENT] ?? undefined;
  }
}

const segmentOf = (place: number): number => Math.floor(place / SEGMENT);

function unpack<R>(packed: Buffer | undefined): (R | null)[] {
  if (packed === undefined) throw new Error('a packed segment is gone');
  return JSON.parse(inflateRawSync(packed).toString('utf8')) as (R | null)[];
}

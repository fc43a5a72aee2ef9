import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** Rows of a segment: what was written together is mostly alike, and so packs well. */
const SEGMENT = 32;
/** Writes to a shelf after which a segment that had none of them is packed. */
const COLD_AFTER = 1024;
/** Packed segments kept open at a time, for those who read. */
const OPEN_MAX = 64;
/** A segment packed at most per so many writes, so that no request waits long. */
const PACK_EVERY = SEGMENT / 2;
/** Measured on a customer's rows: a third smaller than deflate at its fastest, in the same time; the window holds a segment. */
const PACKING = { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 } };

/** Some rows by place, or the same packed. */
type Segment<R> = Packed | (R | undefined)[];
interface Packed {
  readonly packed: Buffer;
}

/** A moment of a shelf: later writes do not change it. */
export interface ShelfState<R> {
  segments: readonly (Segment<R> | undefined)[];
  length: number;
}

/**
 * Rows by place. Those long unwritten are packed, a tenth of their size and outside the heap, and unpacked to be read: a
 * hundred thousand customers with all their objects and events fit into memory.
 */
export class Shelf<R> {
  readonly #segments: (Segment<R> | undefined)[] = [];
  /** Segments that are not packed, the one written longest ago first, and when that was. */
  readonly #warm = new Map<number, number>();
  /** Packed segments as they were read, the one read longest ago first. */
  readonly #open = new Map<number, (R | undefined)[]>();
  #writes = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get(place: number): R | undefined {
    const number = segmentOf(place);
    const segment = this.#segments[number];
    return (isPacked(segment) ? this.#opened(number, segment) : segment)?.[place % SEGMENT];
  }

  set(place: number, row: R | undefined): void {
    const number = segmentOf(place);
    const segment = this.#segments[number];
    const rows = isPacked(segment) ? this.#opened(number, segment) : (segment ?? []);
    rows[place % SEGMENT] = row;
    this.#segments[number] = rows;
    this.#open.delete(number);
    this.#length = Math.max(this.#length, place + 1);
    this.#warm.delete(number);
    this.#warm.set(number, (this.#writes += 1));
    if (this.#writes % PACK_EVERY === 0) this.#packOne();
  }

  pop(): void {
    this.#length -= 1;
    const last = this.#segments[segmentOf(this.#length)];
    if (Array.isArray(last)) last.length = this.#length % SEGMENT;
  }

  clear(): void {
    this.#segments.length = 0;
    this.#length = 0;
    this.#warm.clear();
    this.#open.clear();
  }

  state(): ShelfState<R> {
    const segments = this.#segments.map((segment) => (Array.isArray(segment) ? [...segment] : segment));
    return { segments, length: this.#length };
  }

  #packOne(): void {
    for (const [number, written] of this.#warm) {
      if (this.#writes - written < COLD_AFTER) return;
      this.#warm.delete(number);
      const rows = this.#segments[number];
      if (Array.isArray(rows)) this.#segments[number] = pack(rows);
      return;
    }
  }

  #opened(number: number, segment: Packed): (R | undefined)[] {
    const rows = this.#open.get(number) ?? unpacked<R>(segment);
    this.#open.delete(number);
    this.#open.set(number, rows);
    const [first] = this.#open.keys();
    if (this.#open.size > OPEN_MAX && first !== undefined) this.#open.delete(first);
    return rows;
  }
}

/** The rows of a shelf's moment, place by place. */
export function* rowsOf<R>({ segments, length }: ShelfState<R>): Generator<R | undefined> {
  for (const [number, segment] of segments.entries()) {
    const rows = isPacked(segment) ? unpacked<R>(segment) : (segment ?? []);
    const there = Math.min(SEGMENT, length - number * SEGMENT);
    for (let at = 0; at < there; at += 1) yield rows[at];
  }
}

const isPacked = <R>(segment: Segment<R> | undefined): segment is Packed =>
  segment !== undefined && 'packed' in segment;

const segmentOf = (place: number): number => Math.floor(place / SEGMENT);

/** Undefined where no row is left. */
function pack<R>(rows: readonly (R | undefined)[]): Packed | undefined {
  if (rows.every((row) => row === undefined)) return undefined;
  // A copy: what the library gives may be a small part of a large block, which would be kept whole.
  return { packed: Buffer.from(brotliCompressSync(JSON.stringify(rows), PACKING)) };
}

function unpacked<R>({ packed }: Packed): (R | undefined)[] {
  const rows = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as (R | null)[];
  return rows.map((row) => row ?? undefined);
}

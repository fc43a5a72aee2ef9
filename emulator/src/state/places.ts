/** Slots at first; always a power of two. */
const SLOTS = 16;
/** Above this share of taken slots there are twice as many. */
const FULL = 0.7;

/**
 * Places by text, in about sixteen bytes each and outside the heap. As keys of a `Map` the ids of a hundred thousand
 * customers' objects and events are most of the heap, and the runtime lets several times a heap's size of garbage lie.
 * The texts are not kept: an answer may hold places of another text (with the same hash: one in four thousand million),
 * so the caller looks at the rows.
 */
export class Places {
  /** By slot the hash of a text; 0: the slot is free. A text whose slot was taken has the next free one. */
  #hashes = new Int32Array(SLOTS);
  /** By slot the place, or of several the list: -1 is the first list. */
  #values = new Int32Array(SLOTS);
  #taken = 0;
  readonly #lists: number[][] = [];
  readonly #free: number[] = [];

  /** In ascending order. */
  of(text: string): readonly number[] {
    const slot = this.#slotOf(hashOf(text));
    if (this.#hashes[slot] === 0) return [];
    const value = this.#values[slot] ?? 0;
    return value < 0 ? (this.#lists[-1 - value] ?? []) : [value];
  }

  add(text: string, place: number): void {
    const hash = hashOf(text);
    const slot = this.#slotOf(hash);
    if (this.#hashes[slot] === 0) return this.#take(slot, hash, place);
    const value = this.#values[slot] ?? 0;
    if (value === place) return;
    if (value >= 0) {
      const list = this.#free.pop() ?? this.#lists.length;
      this.#lists[list] = value < place ? [value, place] : [place, value];
      this.#values[slot] = -1 - list;
      return;
    }
    const list = this.#lists[-1 - value] ?? [];
    const at = firstAtLeast(list, place);
    if (list[at] !== place) list.splice(at, 0, place);
  }

  remove(text: string, place: number): void {
    const slot = this.#slotOf(hashOf(text));
    if (this.#hashes[slot] === 0) return;
    const value = this.#values[slot] ?? 0;
    if (value >= 0) {
      if (value === place) this.#leave(slot);
      return;
    }
    const list = this.#lists[-1 - value] ?? [];
    const at = firstAtLeast(list, place);
    if (list[at] === place) list.splice(at, 1);
    if (list.length > 0) return;
    this.#free.push(-1 - value);
    this.#leave(slot);
  }

  clear(): void {
    this.#hashes = new Int32Array(SLOTS);
    this.#values = new Int32Array(SLOTS);
    this.#taken = 0;
    this.#lists.length = 0;
    this.#free.length = 0;
  }

  /** The slot of the hash, or the free slot for it. */
  #slotOf(hash: number): number {
    const last = this.#hashes.length - 1;
    let slot = hash & last;
    while (this.#hashes[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & last;
    return slot;
  }

  #take(slot: number, hash: number, value: number): void {
    this.#hashes[slot] = hash;
    this.#values[slot] = value;
    this.#taken += 1;
    if (this.#taken > FULL * this.#hashes.length) this.#grow();
  }

  /** Frees a slot, and moves those behind it up that had to step aside. */
  #leave(slot: number): void {
    const last = this.#hashes.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & last; this.#hashes[next] !== 0; next = (next + 1) & last) {
      const wanted = (this.#hashes[next] ?? 0) & last;
      if (((next - wanted) & last) < ((next - gap) & last)) continue;
      this.#hashes[gap] = this.#hashes[next] ?? 0;
      this.#values[gap] = this.#values[next] ?? 0;
      gap = next;
    }
    this.#hashes[gap] = 0;
    this.#taken -= 1;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const values = this.#values;
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#values = new Int32Array(hashes.length * 2);
    hashes.forEach((hash, old) => {
      if (hash === 0) return;
      const slot = this.#slotOf(hash);
      this.#hashes[slot] = hash;
      this.#values[slot] = values[old] ?? 0;
    });
  }
}

/** FNV-1a, its bits mixed once more because the lowest ones choose the slot; never 0. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return hash === 0 ? 1 : hash;
}

/** The index of the first number in a sorted list that is not smaller. */
export function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { randomInt } from 'node:crypto';

/**
 * The ids in a listing, as hashes of 8 bytes instead of text: a million take 16 MB. Two ids have the same hash with a
 * chance of 2^-63. Each sweep draws its own seed, so the next sweep sees what this one may have missed.
 */
export interface IdSet {
  add(id: string): void;
  has(id: string): boolean;
  readonly size: number;
}

const SEEDS_MAX = 2 ** 32;

export function createIdSet(seed = randomInt(SEEDS_MAX)): IdSet {
  let slots = new Uint32Array(2 * 1_024);
  let size = 0;
  const hash: [number, number] = [0, 0];

  const place = (table: Uint32Array, high: number, low: number): number => {
    const mask = table.length / 2 - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const [h, l] = [table[2 * at] as number, table[2 * at + 1] as number];
      if ((h === 0 && l === 0) || (h === high && l === low)) return at;
    }
  };
  const grow = (): void => {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      const [high, low] = [slots[at] as number, slots[at + 1] as number];
      if (high === 0 && low === 0) continue;
      const to = place(larger, high, low);
      larger[2 * to] = high;
      larger[2 * to + 1] = low;
    }
    slots = larger;
  };

  return {
    get size() {
      return size;
    },
    add(id) {
      hashOf(id, seed, hash);
      const at = place(slots, hash[0], hash[1]);
      if (slots[2 * at] !== 0 || slots[2 * at + 1] !== 0) return;
      slots[2 * at] = hash[0];
      slots[2 * at + 1] = hash[1];
      size += 1;
      if (size > slots.length / 4) grow();
    },
    has(id) {
      hashOf(id, seed, hash);
      const at = place(slots, hash[0], hash[1]);
      return slots[2 * at] !== 0 || slots[2 * at + 1] !== 0;
    },
  };
}

// Two 32-bit halves mixed as in MurmurHash3. 0,0 means an empty slot and is never returned.
function hashOf(text: string, seed: number, into: [number, number]): void {
  let a = seed ^ 0x9e37_79b9;
  let b = seed ^ 0x85eb_ca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x85eb_ca6b);
    a ^= a >>> 15;
    b = Math.imul(b ^ code, 0xc2b2_ae35);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (b >>> 16) ^ text.length, 0xc2b2_ae35);
  b = Math.imul(b ^ (a >>> 15), 0x27d4_eb2f);
  into[0] = ((a ^ (a >>> 16)) | 1) >>> 0;
  into[1] = (b ^ (b >>> 13)) >>> 0;
}

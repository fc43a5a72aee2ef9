import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const POOL_BYTES = 16_384;

let pool = Buffer.alloc(0);
let next = 0;

/** Random text of base-62 letters. Ids carry no order, as Stripe's carry none that may be relied on. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    if (next === pool.length) {
      pool = randomBytes(POOL_BYTES);
      next = 0;
    }
    const byte = pool[next++] ?? 0;
    // 248 = 4 × 62: higher bytes would favour the first letters.
    if (byte < 248) text += LETTERS[byte % 62] ?? '';
  }
  return text;
}

const LENGTHS: Readonly<Record<string, number>> = { cus: 14, prod: 14 };

/** What gives a chosen id, while `choosing` runs. Work is synchronous, so nothing else can see it. */
let chosenId: ((prefix: string) => string | undefined) | undefined;

/** Runs work whose new ids are asked for first. @param choose undefined for a prefix: the id is random */
export function choosing<T>(choose: (prefix: string) => string | undefined, work: () => T): T {
  const before = chosenId;
  chosenId = choose;
  try {
    return work();
  } finally {
    chosenId = before;
  }
}

/** A new id in Stripe's form, e.g. `newId('cus')` → `cus_…` (14 letters, as for products; 24 for the rest). */
export function newId(prefix: string): string {
  const chosen = chosenId?.(prefix);
  if (chosen !== undefined) return chosen;
  const length = LENGTHS[prefix];
  return length === undefined ? `${prefix}_1${randomText(23)}` : `${prefix}_${randomText(length)}`;
}

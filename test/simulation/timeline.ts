/** Virtual time: everything that waits, waits here, and time moves only when there is nothing left to do now. */
export interface Timeline {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Runs `work` later; the answer cancels it. */
  after(ms: number, work: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** Real work (a database's) that takes no virtual time: time stands still until it is done. */
  busy<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass, up to `ms` from now or until `done`. */
  pass(ms: number, done?: () => boolean): Promise<void>;
}

interface Entry {
  at: number;
  order: number;
  work: (() => void) | null;
}

/** A turn of Node's event loop that long after a promise was left waiting is a defect of the simulation. */
const TURNS_MAX = 1_000_000;

export function createTimeline(begin: number): Timeline {
  let now = begin;
  let order = 0;
  let working = 0;
  const heap: Entry[] = [];

  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < TURNS_MAX; turns += 1) {
      // Every promise that can go on does so before the next turn of the event loop.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (working === 0) return;
    }
    throw new Error('work inside a transaction waits for time to pass');
  };

  const after: Timeline['after'] = (ms, work) => {
    const entry: Entry = { at: now + Math.max(0, ms), order: (order += 1), work };
    push(heap, entry);
    return () => void (entry.work = null);
  };

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async busy(work) {
      working += 1;
      try {
        return await work;
      } finally {
        working -= 1;
      }
    },
    async pass(ms, done = () => false) {
      const end = now + ms;
      for (;;) {
        await settle();
        if (done()) return;
        while (heap[0]?.work === null) pop(heap);
        const next = heap[0];
        if (next === undefined || next.at > end) break;
        pop(heap);
        now = Math.max(now, next.at);
        next.work?.();
      }
      now = end;
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent] as Entry)) break;
    heap[at] = heap[parent] as Entry;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
    if (!isBefore(heap[child] as Entry, last)) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = last;
}

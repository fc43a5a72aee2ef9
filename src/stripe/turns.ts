import { burstMs, followClock, type Bucket } from './bucket.js';

/** Stands for all endpoints together. */
export const ALL = '';

/** Moves the time at which the requests reserved so far are used up. `endpoint` '' is all endpoints together. */
export interface Move {
  endpoint: string;
  /** First it is moved to so many milliseconds from now, if it is earlier. */
  leastMs: number;
  /** Then it is moved on by so many milliseconds. */
  addMs: number;
}

/** Where all processes that use one key reserve their requests. */
export interface Turns {
  /** Returns, in the order of the moves, in how many milliseconds the reserved requests are used up. */
  move(moves: readonly Move[]): Promise<readonly number[]>;
}

interface SharingParts {
  bucketOf: (endpoint: string) => Bucket;
  now: () => number;
}

interface Waiting {
  endpoint: string;
  go: (waitMs: number) => void;
}

/** Reserves requests of this process among those of all. Those that come while a statement runs share the next one. */
export function createSharing(turns: Turns, { bucketOf, now }: SharingParts) {
  let waiting: Waiting[] = [];
  let isRunning = false;

  const move = async (moves: readonly Move[]): Promise<readonly number[]> => {
    const usedUpIn = await turns.move(moves);
    const at = now();
    for (const [index, { endpoint }] of moves.entries()) {
      const bucket = bucketOf(endpoint);
      followClock(bucket, at);
      bucket.free = Math.max(bucket.free, at + (usedUpIn[index] ?? 0));
    }
    return usedUpIn;
  };

  const reserveAll = async (batch: readonly Waiting[]): Promise<void> => {
    const counts = new Map([[ALL, batch.length]]);
    for (const { endpoint } of batch) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
    const spaceOf = (endpoint: string): number => 1_000 / bucketOf(endpoint).rate;
    const moves = [...counts].map(([endpoint, count]) => ({ endpoint, leastMs: 0, addMs: count * spaceOf(endpoint) }));
    const usedUpIn = await move(moves);
    // When the next of the reserved requests may be sent, by endpoint.
    const next = new Map(moves.map(({ endpoint, addMs }, index) => [endpoint, (usedUpIn[index] ?? 0) - addMs]));
    const turn = (endpoint: string): number => {
      const usedUp = (next.get(endpoint) ?? 0) + spaceOf(endpoint);
      next.set(endpoint, usedUp);
      return usedUp - burstMs(bucketOf(endpoint));
    };
    for (const { endpoint, go } of batch) go(Math.max(0, turn(ALL), turn(endpoint)));
  };

  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await reserveAll(batch).catch(() => batch.forEach(({ go }) => go(0)));
    }
    isRunning = false;
  };

  return {
    reserve: (endpoint: string) =>
      new Promise<number>((go) => {
        waiting.push({ endpoint, go });
        if (!isRunning) void run();
      }),
    hold(endpoint: string, ms: number) {
      move([{ endpoint, leastMs: burstMs(bucketOf(endpoint)), addMs: ms }]).catch(() => {});
    },
  };
}

import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { KeptChange, Changes } from './changes.js';

export interface ChangeWatchDeps {
  changes: Pick<Changes, 'after' | 'now' | 'notify'>;
  /** Whether `NOTIFY lockstep_changes` says that there is something new. */
  notifies: boolean;
  clock: Clock;
  log: Log;
}

/** Looks for new changes, once for all readers of this process that wait, and not at all while nobody does. */
export interface ChangeWatch {
  /**
   * Waits for changes after a cursor. Some of them, or none if the time is up, the signal was aborted, or the watch was
   * stopped.
   * @throws database_unreachable, cursor_expired, cursor_foreign
   */
  wait(cursor: string, ms: number, signal?: AbortSignal): Promise<readonly KeptChange[]>;
  /** Whether the last look has seen this cursor and nothing after it: then waiting needs no read before it. */
  isAt(cursor: string): boolean;
  /** A proof of this process was committed: looks soon. */
  wake(): void;
  /** Looks all the time, if it notifies. */
  start(): void;
  /** Ends every wait, and every wait to come at once. A second call does nothing. */
  stop(): Promise<void>;
  readonly isStopped: boolean;
}

/** How often changes of other processes are looked for. */
const POLL_MS = 1_000;
/** After a proof of this process. It may be held back for some milliseconds by others that are under way. */
const HURRY_MS = 40;
const HURRIES = 4;
/** How long it keeps looking when nobody waits any more. */
const LINGER_MS = 5_000;
const LOOKED_MAX = 1_000;
const AWAY_MS = 1_000;
/** A reason of our own, so that no exception with a stack is made each time. */
const WOKEN = 'woken';

interface Waiter {
  cursor: string;
  /** Resolves its wait. */
  tell(news: readonly KeptChange[]): void;
  fail(error: unknown): void;
}

export function createChangeWatch(deps: ChangeWatchDeps): ChangeWatch {
  return new Watch(deps);
}

class Watch implements ChangeWatch {
  readonly #deps: ChangeWatchDeps;
  readonly #waiters = new Set<Waiter>();
  /** Up to where the last look has seen. Undefined while nobody waits. */
  #head: string | undefined;
  #nap = new AbortController();
  #hurries = 0;
  /** When the last waiter left. Most come again with their next request. */
  #leftAt = 0;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: ChangeWatchDeps) {
    this.#deps = deps;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  wait(cursor: string, ms: number, signal?: AbortSignal): Promise<readonly KeptChange[]> {
    if (this.#isStopped || signal?.aborted === true) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiters.delete(waiter);
        this.#leftAt = this.#deps.clock.now().getTime();
        clearTimeout(timer);
        signal?.removeEventListener('abort', nothing);
      };
      const waiter: Waiter = {
        cursor,
        tell: (news) => (end(), resolve(news)),
        fail: (error) => (end(), reject(error instanceof Error ? error : new Error(messageOf(error)))),
      };
      const nothing = (): void => waiter.tell([]);
      const timer = setTimeout(nothing, ms);
      signal?.addEventListener('abort', nothing);
      this.#waiters.add(waiter);
      this.#head ??= cursor;
      this.#run();
    });
  }

  isAt(cursor: string): boolean {
    return this.#running !== undefined && this.#head === cursor;
  }

  wake(): void {
    if (this.#running === undefined) return;
    this.#hurries = HURRIES;
    this.#nap.abort(WOKEN);
  }

  start(): void {
    if (this.#deps.notifies) this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const waiter of [...this.#waiters]) waiter.tell([]);
    this.#nap.abort(WOKEN);
    await this.#running;
  }

  #run(): void {
    this.#running ??= this.#loop().finally(() => {
      this.#running = undefined;
      this.#head = undefined;
      if (this.#isNeeded()) this.#run(); // somebody came in the very step that ended it
    });
  }

  #isNeeded(): boolean {
    const { clock, notifies } = this.#deps;
    const isLate = Math.abs(clock.now().getTime() - this.#leftAt) > LINGER_MS;
    return !this.#isStopped && (this.#waiters.size > 0 || notifies || !isLate);
  }

  async #loop(): Promise<void> {
    const { clock } = this.#deps;
    while (this.#isNeeded()) {
      this.#nap = new AbortController(); // before the look: a proof that it misses wakes the next one
      const found = await this.#look().catch((error: unknown) => this.#failed(error));
      if (found === LOOKED_MAX) continue;
      const isHurried = this.#hurries > 0;
      if (isHurried) this.#hurries = found > 0 ? 0 : this.#hurries - 1;
      // A look is never sooner than this after the last one, however many proofs there are.
      await clock.sleep(HURRY_MS);
      if (!isHurried && this.#isNeeded()) await clock.sleep(POLL_MS - HURRY_MS, this.#nap.signal);
    }
  }

  /** Returns how many changes are new. */
  async #look(): Promise<number> {
    const { changes, notifies } = this.#deps;
    const from = (this.#head ??= await changes.now());
    const found = await changes.after(from, LOOKED_MAX);
    const last = found.at(-1);
    if (last !== undefined) this.#head = last.cursor;
    const places = new Map(found.map(({ cursor }, index) => [cursor, index]));
    for (const waiter of [...this.#waiters]) {
      const place = waiter.cursor === from ? -1 : places.get(waiter.cursor);
      if (place === undefined) await this.#catchUp(waiter, this.#head);
      else if (place + 1 < found.length) waiter.tell(found.slice(place + 1));
      else waiter.cursor = this.#head;
    }
    if (notifies && last !== undefined) await changes.notify(last.cursor);
    return found.length;
  }

  /** A waiter that came with a cursor of its own: once nothing is after it, it stands where all others do. */
  async #catchUp(waiter: Waiter, head: string): Promise<void> {
    try {
      const found = await this.#deps.changes.after(waiter.cursor, LOOKED_MAX);
      if (found.length > 0) waiter.tell(found);
      // One that is ahead has read what this look did not see yet: the next look finds its cursor.
      else if (isBefore(waiter.cursor, head)) waiter.cursor = head;
    } catch (error) {
      waiter.fail(error);
    }
  }

  async #failed(error: unknown): Promise<number> {
    const { clock, log } = this.#deps;
    this.#head = undefined;
    for (const waiter of [...this.#waiters]) waiter.fail(error);
    const isForeign = error instanceof LockstepError && error.code === 'cursor_foreign';
    if (!isForeign) log.warn({ event: 'changes.look_failed', reason: messageOf(error) });
    await clock.sleep(AWAY_MS, this.#nap.signal);
    return 0;
  }
}

/** Compares places in the order of the feed, as `lockstep.change_position` reads them. */
function isBefore(a: string, b: string): boolean {
  const [[xidA, sequenceA], [xidB, sequenceB]] = [placeOf(a), placeOf(b)];
  return xidA === xidB ? sequenceA < sequenceB : xidA < xidB;
}

function placeOf(cursor: string): [xid: bigint, sequence: bigint] {
  const [, xid = '0', sequence = '0'] = cursor.split('-');
  return [BigInt(xid), BigInt(sequence)];
}

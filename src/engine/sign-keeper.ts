import type { Clock } from '../kernel/clock.js';
import type { Database } from '../store/database.js';
import type { Core } from './core.js';
import type { ProcessRecord } from './process-record.js';
import { readHolds } from './holds.js';
import { ANYBODY, type Signs } from './signs.js';

/** Keeps the signs of this process and those in the database the same, so that a restart and other processes know them. */
export interface SignKeeper {
  start(): void;
  /** Notes what has to be asked for, writes what is new, reads what others wrote. @throws database_unreachable */
  exchange(): Promise<void>;
  stop(): Promise<void>;
}

export interface SignKeeperOptions {
  core: Pick<Core, 'worker' | 'watch' | 'poll' | 'homes' | 'hold'>;
  signs: Signs;
  /** The row that says that this process lives. */
  record: ProcessRecord;
  database: Database;
  clock: Clock;
  /** Whether Stripe's list is looked at when deliveries are refused. */
  looks: boolean;
}

const EVERY_MS = 5_000;
/** However many deliveries are refused, Stripe is asked no more often than this. */
const LOOK_EVERY_MS = 10_000;
/** A database that is silent does not hold up the end. */
const LAST_MS = 1_000;

export function createSignKeeper({ core, signs, record, database, clock, looks }: SignKeeperOptions): SignKeeper {
  const { worker, watch, poll, homes } = core;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let lookedAt = -Infinity;
  let exchangedAt = -Infinity;
  let beatAt = -Infinity;
  let nap = new AbortController();
  // By the distance: a clock that is set back must not stop it.
  const hasPassed = (ms: number, since: number): boolean => Math.abs(clock.now().getTime() - since) >= ms;
  const mayLook = (): boolean => looks && hasPassed(LOOK_EVERY_MS, lookedAt);
  watch.onRefused(() => {
    if (mayLook()) nap.abort();
  });

  const look = async (): Promise<void> => {
    const doubted = homes.filter(({ source, webhookSecrets }) => webhookSecrets.length > 0 && watch.inDoubt(source));
    if (doubted.length === 0 || !mayLook()) return;
    lookedAt = clock.now().getTime();
    for (const { source } of doubted) {
      const reached = { ...source, platform: source.account };
      await poll.readNewest(reached).catch((error: unknown) => watch.onPolled(reached, error));
    }
  };

  const exchange = async (): Promise<void> => {
    exchangedAt = clock.now().getTime();
    notePause(signs, worker.paused());
    await signs.exchange(database);
    await watch.writeRefusals(database);
    core.hold(await readHolds(database, clock.now()));
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      nap = new AbortController();
      await look();
      if (hasPassed(EVERY_MS, exchangedAt)) await exchange().catch(() => {}); // the health check says by itself that the database is away
      if (hasPassed(EVERY_MS, beatAt)) {
        beatAt = clock.now().getTime();
        await record.beat().catch(() => {});
      }
      if (!stopping.signal.aborted) await clock.sleep(EVERY_MS, nap.signal);
    }
  };

  return {
    start: () => void (running ??= run()),
    exchange,
    async stop() {
      stopping.abort();
      nap.abort();
      const over = new AbortController();
      const last = (running ?? Promise.resolve())
        .then(() => Promise.all([exchange(), running === undefined ? undefined : record.end()]))
        .catch(() => {});
      await Promise.race([last, clock.sleep(LAST_MS, over.signal)]).finally(() => over.abort());
    },
  };
}

/** Said again and again while it lasts, so that others know it from the pause of a process that is gone. */
export function notePause(signs: Signs, reason: string | null): void {
  if (reason !== null) return signs.note(ANYBODY, 'paused', { detail: reason });
  const paused = signs.get(ANYBODY, 'paused');
  const resumed = signs.get(ANYBODY, 'resumed');
  if (paused !== undefined && (resumed === undefined || resumed.at <= paused.at)) signs.note(ANYBODY, 'resumed');
}

import { catalogOf, objects } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Mirror } from '../mirror/mirror.js';
import type { ObjectKey, Source } from '../mirror/source.js';
import type { Database, Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { Gateway, StripeObject } from '../stripe/gateway.js';
import { applyPage, markUnlisted, type ApplyOptions } from './listing.js';

export interface SweepOptions {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  clock: Clock;
  log: Log;
  /** Which types a scheduled sweep lists, in this order. */
  types: readonly string[];
  /** Between two scheduled sweeps; undefined: only on request. */
  everyMs?: number | undefined;
  onInserted: (tx: Queryable, key: ObjectKey, object: StripeObject) => Promise<void>;
  /** After a sweep of one type: there may be new marks. */
  onSwept: (type: string, result: Swept) => void;
}

export interface Swept {
  listed: number;
  /** Differences that nothing had hinted at. */
  found: number;
}

export interface Sweep {
  start(): void;
  /** Lists one type from beginning to end and compares it with the mirror. Differences become marks. */
  sweep(type: string): Promise<Swept>;
  stop(): Promise<void>;
}

/** Every type that can be listed whole without naming a parent, and whose members can be read one by one. */
export const sweepable: readonly string[] = objects
  .filter(
    ({ table, retrieve, key, object }) =>
      table !== null && retrieve !== null && key === 'id' && wholeList(object) !== undefined,
  )
  .map(({ object }) => object);

export function createSweep(options: SweepOptions): Sweep {
  const { database, mirror, gateway, source, clock, log } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const sweep = async (type: string): Promise<Swept> => {
    const ids = new Set<string>();
    const { path, passes } = listingOf(type);
    const startedAt = clock.now();
    let began: Date | undefined; // by Stripe's clock: it also dates what stands in the mirror
    let found = 0;
    const apply = (): ApplyOptions => ({ database, mirror, source, now: clock.now(), onInserted: options.onInserted });
    for (const pass of passes) {
      for (let after: string | undefined; ;) {
        const page = await gateway.list(path, { ...pass, starting_after: after }, stopping.signal);
        began ??= page.readAt;
        for (const { id } of page.data) if (id !== undefined) ids.add(id);
        found += (await applyPage(type, page, apply())).found;
        after = page.data.at(-1)?.id;
        if (!page.hasMore || after === undefined) break;
      }
    }
    found += (await markUnlisted(type, ids, began ?? startedAt, apply())).found;
    const swept = { listed: ids.size, found };
    await record(database, source, type, { startedAt, finishedAt: clock.now(), ...swept });
    log.info({ event: 'sweep.finished', type, ...swept });
    options.onSwept(type, swept);
    return swept;
  };

  const run = async (everyMs: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const type of options.types) {
        if (stopping.signal.aborted) return;
        await sweep(type).catch((error: unknown) => {
          if (!stopping.signal.aborted) log.warn({ event: 'sweep.failed', type, reason: messageOf(error) });
        });
      }
      await clock.sleep(everyMs, stopping.signal);
    }
  };

  return {
    start: () => void (options.everyMs !== undefined && (running ??= run(options.everyMs))),
    sweep,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function wholeList(type: string): string | undefined {
  return catalogOf(type)?.lists.find(({ parent, required }) => parent === null && required.length === 0)?.path;
}

function listingOf(type: string): { path: string; passes: readonly Readonly<Record<string, string>>[] } {
  const path = wholeList(type);
  if (path === undefined) throw new Error(`${type} cannot be listed whole`);
  return { path, passes: catalogOf(type)?.listPasses ?? [{}] };
}

interface SweepRecord extends Swept {
  startedAt: Date;
  finishedAt: Date;
}

async function record(
  database: Database,
  { account, livemode }: Source,
  type: string,
  { startedAt, finishedAt, listed, found }: SweepRecord,
): Promise<void> {
  await database.query(sql`
    insert into lockstep.sweeps (account, livemode, type, began_at, finished_at, listed, found)
    values (${account}, ${livemode}, ${type}, ${startedAt}::timestamptz, ${finishedAt}::timestamptz, ${listed}, ${found})
    on conflict (account, livemode, type, began_at) do nothing`);
}

import { readFile } from 'node:fs/promises';
import Stripe from 'stripe';
import { inject } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { resolveConfig, type ServiceOptions } from '../../src/engine/config.js';
import { startEngine, type Engine } from '../../src/engine/engine.js';
import type { HookRegistry } from '../../src/hooks/registry.js';
import { createApp } from '../../src/http/app.js';
import { identifyService } from '../../src/http/caller.js';
import { createDeliveries } from '../../src/http/deliveries.js';
import { listen, type Listening } from '../../src/http/listen.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent, type Log } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { openInMemory } from '../../src/store/pglite/pglite.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { createDatabase } from './database.js';
import { eventually } from './eventually.js';
import { MIGRATED } from './global-postgres.js';

/** The databases that every suite of the core runs on. */
export const databases = ['PostgreSQL', 'PGlite'] as const;
export type DatabaseKind = (typeof databases)[number];

export const TOKEN = 'a-token-for-tests';
export const METRICS_TOKEN = 'a-token-for-metrics';
export const WEBHOOK_SECRET = 'whsec_testtesttesttesttesttesttest';

/** A database of the kind: migrated already, which saves each suite seconds, or empty. */
export async function openTestDatabase(kind: DatabaseKind, { empty = false } = {}): Promise<Database> {
  if (kind === 'PGlite') return empty ? openInMemory() : openInMemory(new Blob([await readFile(inject('pgliteDump'))]));
  return openPostgres({ url: (await createDatabase(empty ? {} : { template: MIGRATED })).url, log: silent });
}

/** Emulator, engine and HTTP server together, as the demo composes them. */
export interface World {
  kind: DatabaseKind;
  emulator: Emulator;
  engine: Engine;
  database: Database;
  service: Listening;
  stripe: Stripe;
  /** Lets Stripe's clock tick: objects made before and after differ in their `created`. */
  tick(): void;
  /** Resolves when nothing is marked. */
  rest(): Promise<void>;
  /**
   * Changes an object at Stripe while every event is lost. Waits before it until all earlier events of the object are
   * here and proven, since a read of theirs could see the change.
   */
  unheard<T>(id: string, change: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  kind: DatabaseKind;
  options?: Partial<ServiceOptions>;
  /** One that other worlds follow too, stopped by whoever started it. Default: one of this world's own. */
  emulator?: Emulator;
  /** Whether the emulator delivers to the service. Default true. */
  deliver?: boolean;
  /** Runs before the engine starts: the app's own tables. */
  prepare?: (database: Database) => Promise<void>;
  log?: Log;
  hooks?: HookRegistry;
  /** The built pages, for the console. Default: there is none. */
  webDir?: string;
}

export async function startWorld({
  kind,
  options = {},
  emulator: shared,
  deliver = true,
  prepare,
  log = silent,
  hooks,
  webDir,
}: WorldOptions): Promise<World> {
  const emulator = shared ?? (await startEmulator({ port: 0, retryDelaysMs: [50, 100, 200, 400, 800] }));
  const database = await openTestDatabase(kind);
  await prepare?.(database);
  const config = resolveConfig({
    stripeKey: emulator.secretKey,
    stripeApiBase: emulator.url,
    webhookSecret: WEBHOOK_SECRET,
    ratePerEndpoint: 5_000,
    rateTotal: 5_000,
    sweepEveryMs: 0,
    sweepRecentEveryMs: 0,
    catchUpEveryMs: 0,
    ...options,
  });
  const engine = await startEngine(config, {
    clock: systemClock,
    log,
    database,
    ...(hooks === undefined ? {} : { hooks }),
  });
  const identify = [identifyService(TOKEN)];
  const app = createApp({ engine, identify, metricsToken: METRICS_TOKEN, webDir, log });
  const deliveries = createDeliveries({ engine, log });
  const service = await listen({ fetch: (request) => app.fetch(request), deliveries, host: '127.0.0.1', port: 0 });
  if (deliver) emulator.createWebhookEndpoint({ url: `${service.url}/stripe-webhooks`, secret: WEBHOOK_SECRET });
  const stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
  const stop = async (): Promise<void> => {
    if (shared === undefined) await emulator.stop();
    await service.close();
    await engine.stop();
  };
  const rest = async (): Promise<void> => {
    const isClear = async () => (await database.query(sql`select 1 from lockstep.dirty`)).length === 0;
    await eventually(isClear, 'no mark is left');
  };
  return {
    kind,
    emulator,
    engine,
    database,
    service,
    stripe,
    tick: () => emulator.clock.advance(1_000),
    rest,
    async unheard(id, change) {
      await eventually(() => hasAllEventsOf({ database, stripe }, id), `every event of ${id} is here`);
      await rest();
      emulator.faults.set({ lose_every: 1 });
      const changed = await change();
      emulator.faults.set({ lose_every: 0 });
      return changed;
    },
    stop,
  };
}

async function hasAllEventsOf({ database, stripe }: Pick<World, 'database' | 'stripe'>, id: string): Promise<boolean> {
  const { data } = await stripe.events.list({ limit: 100 });
  const ids = data.filter((event) => (event.data.object as { id?: string }).id === id).map((event) => event.id);
  const here = await database.query(sql`select 1 from lockstep.inbox where id = any(${ids}::text[])`);
  return here.length === ids.length;
}

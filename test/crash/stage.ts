import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import type { Query } from './compare.js';
import { createService, type Service } from './service.js';
import type { Json } from './truth.js';

export type DatabaseKind = 'PostgreSQL' | 'PGlite';

/** Where it all happens: a database, and the services that share it. */
export interface Stage {
  readonly services: readonly Service[];
  /** null where the database lives inside the service. */
  readonly server: PostgresServer | null;
  /** Plain access to the database; on PGlite while no service runs. */
  open: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

export const WEBHOOK_SECRET = 'whsec_crashcrashcrashcrashcrash';
const TOKEN = 'a-token-for-the-crash-suite';
/** For what only the service's own token may see. */
export const bearer = { headers: { authorization: `Bearer ${TOKEN}` } };

export interface StageOptions {
  /** How many services share the database. */
  workers: number;
  stripeUrl: string;
  /** Flags of every service. Default: none. */
  flags?: readonly string[];
  /** Flags of one of them, by its place. Default: `flags`. */
  flagsOf?: (index: number) => readonly string[];
}

export async function openStage(
  kind: DatabaseKind,
  { workers, stripeUrl, flags = [], flagsOf = () => flags }: StageOptions,
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-crash-'));
  const server = kind === 'PostgreSQL' ? await startPostgres() : null;
  const services = Array.from({ length: workers }, (_, index) =>
    createService({
      cwd: directory,
      flags: flagsOf(index),
      env: {
        STRIPE_SECRET_KEY: 'sk_test_crash',
        STRIPE_API_BASE: stripeUrl,
        STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
        LOCKSTEP_TOKEN: TOKEN,
        ...(server === null ? {} : { DATABASE_URL: server.url }),
      },
    }),
  );
  const open: Stage['open'] = (work) =>
    server === null ? withPGlite(join(directory, '.lockstep', 'db'), work) : withPostgres(server.url, work);
  return {
    ...{ services, server, open },
    async close() {
      await Promise.all(services.map((service) => service.kill()));
      await server?.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function withPostgres<T>(connectionString: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(async (text) => (await client.query<Json>(text)).rows);
  } finally {
    await client.end();
  }
}

async function withPGlite<T>(directory: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await PGlite.create(directory);
  try {
    return await work(async (text) => (await client.query<Json>(text)).rows);
  } finally {
    await client.close();
  }
}

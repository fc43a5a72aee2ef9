import { mkdirSync } from 'node:fs';
import { PGlite, types, type PGliteOptions, type Results } from '@electric-sql/pglite';
import { LockstepError, messageOf } from '../../kernel/error.js';
import { parseBigint, type Database, type Queryable } from '../database.js';
import { failureOf } from '../failure.js';
import type { Sql } from '../sql.js';
import { placeCluster } from './cluster.js';
import { DurableFS } from './durable-fs.js';
import { lockDirectory } from './directory-lock.js';

/**
 * PGlite starts with syncs switched off (`-F`); and of the methods PostgreSQL may sync its log with, only `fsync`
 * reaches the disk: `fdatasync`, the default, is an empty function in PGlite's build (0.5.16).
 */
export const durableParams: string[] = [
  ...PGlite.defaultStartParams.filter((flag) => flag !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'],
];

/**
 * PostgreSQL in this process. `directory` absent: in memory, gone at close. One connection: statements and transactions
 * queue behind each other.
 * @throws database_locked another process has the directory; database_not_durable a commit does not reach the disk
 */
export async function openPGlite(directory?: string): Promise<Database> {
  return directory === undefined ? openInMemory() : openOnDisk(directory);
}

/** In memory, as a dump of PGlite's (`dumpDataDir`) left it; absent: empty. */
export async function openInMemory(dump?: Blob): Promise<Database> {
  return wrapPGlite(await create({ dataDir: 'memory://', ...(dump === undefined ? {} : { loadDataDir: dump }) }));
}

async function openOnDisk(directory: string): Promise<Database> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(directory);
  try {
    placeCluster(directory);
    const fs = new DurableFS(directory);
    const pglite = await create({ fs, startParams: durableParams });
    await proveDurable(pglite, fs);
    return wrapPGlite(pglite, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error instanceof LockstepError ? error : unopened(directory, error);
  }
}

async function create(options: PGliteOptions): Promise<PGlite> {
  return PGlite.create({ ...options, parsers: { [types.INT8]: parseBigint, [types.NUMERIC]: (text: string) => text } });
}

// The trick behind DurableFS depends on PGlite's insides, so every start sees for itself that a commit syncs.
async function proveDurable(pglite: PGlite, fs: DurableFS): Promise<void> {
  await pglite.exec('drop table if exists public.lockstep_sync_probe');
  const before = fs.syncs;
  await pglite.exec('create table public.lockstep_sync_probe ()'); // a commit alone: no checkpoint that would sync anyway
  if (fs.syncs === before) {
    throw new LockstepError('database_not_durable', 'the embedded database does not sync its commits to disk', {
      hint: 'use the exact PGlite version of package.json, or set DATABASE_URL to a PostgreSQL',
    });
  }
  await pglite.exec('drop table public.lockstep_sync_probe');
  fs.syncDirectory();
}

/** The port over a PGlite that the caller made. */
export function wrapPGlite(pglite: PGlite, onClose: () => Promise<void> = async () => {}): Database {
  let closing: Promise<void> | undefined;
  const on = (target: Pick<PGlite, 'query' | 'exec'>): Queryable => ({
    async query<Row>(statement: Sql): Promise<Row[]> {
      const result: Results<Row> = await guard(() => target.query<Row>(statement.text, [...statement.values]));
      return result.rows;
    },
    async script(text) {
      await guard(() => target.exec(text));
    },
  });
  const close = async (): Promise<void> => {
    await pglite.close();
    await onClose();
  };
  return {
    capabilities: { concurrent: false },
    ...on(pglite),
    transaction: (work) => guard(() => pglite.transaction((tx) => work(on(tx as unknown as PGlite)))),
    close: () => (closing ??= close()),
  };
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (failureOf(cause) !== 'away') throw cause;
    throw new LockstepError('database_unreachable', `the embedded database failed: ${messageOf(cause)}`, {
      hint: 'check the free space and the permissions of its directory',
      cause,
    });
  }
}

function unopened(directory: string, cause: unknown): LockstepError {
  return new LockstepError(
    'database_unreachable',
    `the embedded database in ${directory} does not open: ${messageOf(cause)}`,
    {
      hint: 'check the free space and the permissions of the directory; a damaged database is replaced by deleting it',
      cause,
    },
  );
}

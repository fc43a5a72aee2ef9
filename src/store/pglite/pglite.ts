import { mkdirSync } from 'node:fs';
import { PGlite, types, type PGliteOptions, type Results } from '@electric-sql/pglite';
import { LockstepError, messageOf } from '../../kernel/error.js';
import { parseBigint, type Database, type Queryable } from '../database.js';
import { failureOf } from '../failure.js';
import { settleSession } from '../session-settings.js';
import type { Sql } from '../sql.js';
import { placeCluster } from './cluster.js';
import { DurableFS } from './durable-fs.js';
import { lockDirectory } from './directory-lock.js';

/**
 * PGlite starts with syncs switched off (`-F`). Of PostgreSQL's methods to sync its log, only `fsync` reaches the disk:
 * `fdatasync`, the default, is an empty function in PGlite's build (0.5.16).
 */
export const durableParams: string[] = [
  ...PGlite.defaultStartParams.filter((flag) => flag !== '-F'),
  ...['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'],
];

/**
 * Opens PostgreSQL in this process. Without `directory`, it is in memory and lost at close. It has one connection, so
 * statements and transactions wait for each other.
 * @throws database_locked another process has the directory; database_not_durable a commit does not reach the disk
 */
export async function openPGlite(directory?: string): Promise<Database> {
  return directory === undefined ? openInMemory() : openOnDisk(directory);
}

/** Opens a database in memory, from a dump of PGlite's (`dumpDataDir`). Without a dump, it is empty. */
export async function openInMemory(dump?: Blob): Promise<Database> {
  return wrapPGlite(await create({ dataDir: 'memory://', ...(dump === undefined ? {} : { loadDataDir: dump }) }));
}

async function openOnDisk(directory: string): Promise<Database> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(directory);
  try {
    await placeCluster(directory);
    const open = (): Promise<Instance> => openDurable(directory);
    return wrapInstance(await open(), { reopen: open, onClose: () => lock.release() });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openDurable(directory: string): Promise<Instance> {
  const fs = new DurableFS(directory);
  try {
    const pglite = await create({ fs, startParams: durableParams });
    await proveDurable(pglite, fs);
    return { pglite, abandon: () => fs.abandon() };
  } catch (error) {
    fs.abandon();
    throw error instanceof LockstepError ? error : unopened(directory, error);
  }
}

async function create(options: PGliteOptions): Promise<PGlite> {
  const parsers = { [types.INT8]: parseBigint, [types.NUMERIC]: (text: string) => text };
  const pglite = await PGlite.create({ ...options, parsers });
  await pglite.exec(settleSession);
  return pglite;
}

// DurableFS depends on PGlite's internals, so every start checks that a commit syncs.
async function proveDurable(pglite: PGlite, fs: DurableFS): Promise<void> {
  await pglite.exec('drop table if exists public.lockstep_sync_probe');
  const before = fs.syncs;
  await pglite.exec('create table public.lockstep_sync_probe ()'); // a commit alone: no checkpoint that would sync anyway
  if (fs.syncs === before) {
    throw new LockstepError('database_not_durable', 'The embedded database does not sync its commits to disk', {
      hint: 'use the exact PGlite version of package.json, or set DATABASE_URL to a PostgreSQL',
    });
  }
  await pglite.exec('drop table public.lockstep_sync_probe');
  fs.syncDirectory();
}

/** Wraps a PGlite that the caller created. */
export function wrapPGlite(pglite: PGlite): Database {
  return wrapInstance({ pglite });
}

interface Instance {
  pglite: PGlite;
  /** Releases what a panicked instance still holds after its close. */
  abandon?: () => void;
}

interface WrapOptions {
  /** Opens another instance of the same database after this one has panicked. Default: none is opened. */
  reopen?: () => Promise<Instance>;
  onClose?: () => Promise<void>;
}

function wrapInstance(first: Instance, { reopen, onClose = async () => {} }: WrapOptions = {}): Database {
  /** The running instance. Undefined if the last one panicked; the next use opens another. */
  let standing: Promise<Instance> | undefined = Promise.resolve(first);
  let fallen: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  // After a PANIC (the log cannot be written, because the disk is full), a server ends, and the next start recovers
  // from the log. A PGlite instance does not end, but refuses everything. So another instance is opened here.
  const fall = ({ pglite, abandon }: Instance, chosen: Promise<Instance>): void => {
    if (reopen === undefined || standing !== chosen) return;
    standing = undefined;
    fallen = pglite
      .close()
      .catch(() => {})
      .then(abandon);
  };
  const use = async <T>(work: (pglite: PGlite) => Promise<T>): Promise<T> => {
    const chosen = (standing ??= fallen.then(reopen));
    const instance = await chosen.catch((error: unknown) => {
      if (standing === chosen) standing = undefined;
      throw error;
    });
    return guard(
      () => work(instance.pglite),
      () => fall(instance, chosen),
    );
  };
  const close = async (): Promise<void> => {
    const last = await standing?.catch(() => undefined);
    await last?.pglite.close();
    await fallen;
    await onClose();
  };
  const database: Database = {
    capabilities: { concurrent: false },
    query: (statement) => use((pglite) => on(pglite).query(statement)),
    script: (text) => use((pglite) => on(pglite).script(text)),
    transaction: (work) => use((pglite) => pglite.transaction((tx) => work(on(tx as unknown as PGlite)))),
    within: () => database, // a statement in this process cannot be interrupted
    close: () => (closing ??= close()),
  };
  return database;
}

function on(target: Pick<PGlite, 'query' | 'exec'>): Queryable {
  return {
    async query<Row>(statement: Sql): Promise<Row[]> {
      const result: Results<Row> = await target.query<Row>(statement.text, [...statement.values]);
      return result.rows;
    },
    async script(text) {
      await target.exec(text);
    },
  };
}

async function guard<T>(work: () => Promise<T>, onPanic: () => void): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const panicked = hasPanicked(cause);
    if (panicked) onPanic();
    if (!panicked && failureOf(cause) !== 'away' && failureOf(cause) !== 'session') throw cause;
    throw new LockstepError('database_unreachable', `The embedded database failed: ${messageOf(cause)}`, {
      hint: 'check the free space and the permissions of its directory',
      cause,
    });
  }
}

function hasPanicked(error: unknown): boolean {
  const severity = typeof error === 'object' && error !== null && 'severity' in error ? error.severity : undefined;
  return severity === 'PANIC' || severity === 'FATAL' || (error instanceof Error && error.name === 'RuntimeError');
}

function unopened(directory: string, cause: unknown): LockstepError {
  return new LockstepError(
    'database_unreachable',
    `Cannot open the embedded database in ${directory}: ${messageOf(cause)}`,
    {
      hint: 'check the free space and permissions of the directory; delete a damaged database to start over',
      cause,
    },
  );
}

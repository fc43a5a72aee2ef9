import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../src/engine/database.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { wrapPGlite } from '../../src/store/pglite/pglite.js';
import { startPostgres } from './postgres.js';
import { pathWithStripeCli } from './stripe-cli.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the PostgreSQL server that this test run started for itself. */
    postgresUrl: string;
    /** A dump of an embedded database that is migrated already: loading it takes a quarter of the time of making one. */
    pgliteDump: string;
  }
}

/** The database, migrated, that suites copy. */
export const MIGRATED = 'lockstep_migrated';

/** One PostgreSQL for the whole test run; each suite makes its own database in it (`createDatabase`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  // What tests put into the temporary directory, and leave there, ends with the run. PostgreSQL may run as somebody else.
  await chmod(folder, 0o711);
  process.env['TMPDIR'] = folder;
  process.env['PATH'] = pathWithStripeCli(process.env['PATH']);
  const dump = join(folder, 'pglite.tar');
  const dumped = dumpPGlite(dump);
  const server = await startPostgres();
  await Promise.all([migratePostgres(server.url), dumped]);
  project.provide('postgresUrl', server.url);
  project.provide('pgliteDump', dump);
  return async () => {
    await server.destroy();
    await rm(folder, { recursive: true, force: true });
  };
}

async function migratePostgres(url: string): Promise<void> {
  const superuser = new pg.Client({ connectionString: url });
  await superuser.connect();
  await superuser.query(`create database ${MIGRATED}`);
  await superuser.end();
  const database = openPostgres({
    connectMs: 60_000,
    url: Object.assign(new URL(url), { pathname: `/${MIGRATED}` }).href,
    log: silent,
  });
  await migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: url });
  await database.close();
}

async function dumpPGlite(file: string): Promise<void> {
  // Every suite loads the dump, so it is kept small: short segments of the log, and no databases that nobody uses.
  const pglite = await PGlite.create('memory://', { initDbStartParams: ['--wal-segsize=1'] });
  await migrateDatabase(wrapPGlite(pglite), { mirrorSchema: 'stripe', databaseUrl: 'the users are left to each test' });
  for (const name of ['template0', 'template1']) {
    await pglite.query('update pg_database set datistemplate = false where datname = $1', [name]);
    await pglite.exec(`drop database ${name}`);
  }
  await pglite.exec('checkpoint');
  const dump = await pglite.dumpDataDir('none');
  await writeFile(file, Buffer.from(await dump.arrayBuffer()));
  await pglite.close();
}

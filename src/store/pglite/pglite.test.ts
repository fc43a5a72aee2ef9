import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect, test } from 'vitest';
import { emptyDisk, fillDisk, mountSmallDisk, unmount } from '../../../test/support/small-disk.js';
import { sql } from '../sql.js';
import { DurableFS } from './durable-fs.js';
import { durableParams, openPGlite } from './pglite.js';

const directory = (): string => mkdtempSync(join(tmpdir(), 'lockstep-pglite-'));

test('every commit of the embedded database syncs to the disk', async () => {
  const fs = new DurableFS(directory());
  const pglite = await PGlite.create({ fs, startParams: durableParams });
  await pglite.exec('create table t (n int)');
  const before = fs.syncs;
  for (let n = 0; n < 50; n += 1) await pglite.query('insert into t values ($1)', [n]);
  expect(fs.syncs - before).toBeGreaterThanOrEqual(50);
  await pglite.close();
});

test('a second opening of the same directory is refused, and possible again after the first has closed', async () => {
  const path = directory();
  const first = await openPGlite(path);
  await first.script('create table t (n int); insert into t values (7)');
  await expect(openPGlite(path)).rejects.toMatchObject({ code: 'database_locked' });
  await first.close();
  const second = await openPGlite(path);
  expect(await second.query(sql`select n from t`)).toEqual([{ n: 7 }]);
  await second.close();
  await second.close();
});

const small = mountSmallDisk('140m');

test.skipIf(small === null)('what a full disk broke in the database is whole again when there is space', async () => {
  const folder = small as string;
  try {
    const database = await openPGlite(join(folder, 'db'));
    await database.script(`create table t (a text); insert into t values ('kept')`);
    fillDisk(folder);
    const write = sql`insert into t select string_agg(md5(random()::text), '') from generate_series(1, 5000) n group by n % 5`;
    await expect(database.query(write)).rejects.toMatchObject({ code: 'database_unreachable' });
    // Without a next file for its log PostgreSQL panics; PGlite would then refuse everything until the process ends.
    for (let segment = 0; segment < 3; segment += 1) {
      await database.transaction(async (tx) => tx.query(write)).catch(() => {});
      await database.query(sql`select pg_switch_wal()`).catch(() => {});
    }
    await expect(database.query(write)).rejects.toMatchObject({ code: 'database_unreachable' });
    emptyDisk(folder);
    await database.query(write);
    expect(await database.query(sql`select count(*) from t`)).toEqual([{ count: 6 }]);
    await database.close();
  } finally {
    unmount(folder);
  }
});

// A cursor is refused, with the way out, if changes after it may be missing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChanges, type Changes, type NewChange } from '../../src/changes/changes.js';
import { createChangeUpkeep } from '../../src/changes/upkeep.js';
import type { Database } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { changesAreReadable } from '../support/readable-changes.js';
import { databases, openTestDatabase } from '../support/world.js';

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
const start = new Date('2026-11-02T09:00:00Z');
const after = (ms: number): Date => new Date(start.getTime() + ms);

const change = (id: string, provenAt = start): NewChange => ({
  account: 'acct_1',
  livemode: false,
  type: 'customer',
  id,
  kind: 'updated',
  fields: ['name', 'metadata'],
  provenAt,
  events: ['evt_1'],
});

describe.each(databases)('the cursor on %s', (kind) => {
  let database: Database;
  let changes: Changes;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    changes = createChanges(database);
    await changes.begin();
  });
  afterAll(() => database.close());

  const write = async (...news: NewChange[]): Promise<void> => {
    await database.query(changes.statement(news));
    await changesAreReadable(database);
  };
  const idsAfter = async (cursor: string) => (await changes.after(cursor, 100)).map(({ id }) => id);

  test('continues where it stands, also in the middle of a transaction', async () => {
    const from = await changes.now();
    await write(change('cus_1'), change('cus_2'), change('cus_3'));
    const [first] = await changes.after(from, 1);
    expect(first).toEqual({
      cursor: first?.cursor,
      sequence: expect.any(Number),
      account: 'acct_1',
      livemode: false,
      type: 'customer',
      id: 'cus_1',
      kind: 'updated',
      changed: ['name', 'metadata'],
      provenAt: start,
      events: ['evt_1'],
    });
    expect(await idsAfter(first?.cursor ?? '')).toEqual(['cus_2', 'cus_3']);
    expect(await idsAfter(await changes.now())).toEqual([]);
    expect(await idsAfter('oldest')).toEqual(['cus_1', 'cus_2', 'cus_3']);
  });

  test.each(['', 'newest', '1234', "12345678-1-1-' or true", `12345678-${'9'.repeat(30)}-1-00000000`])(
    'is refused if it is none: %s',
    async (text) => {
      await expect(changes.after(text, 1)).rejects.toMatchObject({
        code: 'cursor_invalid',
        hint: expect.stringContaining('lockstep.changes_now()'),
      });
    },
  );

  test('is refused if it is of another database', async () => {
    const cursor = await changes.now();
    const foreign = cursor.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    await expect(changes.after(foreign, 1)).rejects.toMatchObject({
      code: 'cursor_foreign',
      hint: expect.stringContaining('read the mirror'),
    });
  });

  test('is refused if its change is not there, or is another one: the database went back to before', async () => {
    const from = await changes.now();
    await write(change('cus_gone'));
    const [gone] = await changes.after(from, 1);
    await database.query(sql`update lockstep.changes set id = 'cus_other' where id = 'cus_gone'`);
    await expect(changes.after(gone?.cursor ?? '', 1)).rejects.toMatchObject({ code: 'cursor_foreign' });
    await database.query(sql`delete from lockstep.changes where id = 'cus_other'`);
    await expect(changes.after(gone?.cursor ?? '', 1)).rejects.toMatchObject({ code: 'cursor_foreign' });
    expect(await idsAfter(from)).toEqual([]);
  });

  test('is refused if it is ahead of the database', async () => {
    const [epoch] = (await changes.now()).split('-');
    await expect(changes.after(`${epoch}-900000000000-0-00000000`, 1)).rejects.toMatchObject({
      code: 'cursor_foreign',
    });
  });

  test('is refused once changes after it have expired, before any of them is deleted', async () => {
    await database.query(sql`delete from lockstep.changes`);
    const from = await changes.now();
    await write(change('cus_a'), change('cus_b', after(DAY_MS)), change('cus_c', after(20 * DAY_MS)));
    const [a, b] = await changes.after(from, 3);
    const { upkeep } = createChangeUpkeep(database, { changeDays: 14 });
    const count = async () => (await database.query(sql`select from lockstep.changes`)).length;
    await upkeep(after(16 * DAY_MS));
    await expect(changes.after(from, 1)).rejects.toMatchObject({
      code: 'cursor_expired',
      hint: expect.stringContaining('read the mirror'),
    });
    await expect(changes.after(a?.cursor ?? '', 1)).rejects.toMatchObject({ code: 'cursor_expired' });
    expect(await idsAfter(b?.cursor ?? '')).toEqual(['cus_c']);
    expect(await idsAfter('oldest')).toEqual(['cus_c']);
    expect(await count()).toBe(3);
    await upkeep(after(16 * DAY_MS + 5 * MINUTE_MS));
    expect(await count()).toBe(3);
    await upkeep(after(16 * DAY_MS + 20 * MINUTE_MS));
    expect(await count()).toBe(1);
    expect(await idsAfter(b?.cursor ?? '')).toEqual(['cus_c']);
  });

  test('holds although its change has expired, if nothing was lost', async () => {
    const { upkeep } = createChangeUpkeep(database, { changeDays: 14 });
    const last = await changes.now();
    await upkeep(after(60 * DAY_MS));
    await upkeep(after(60 * DAY_MS + 20 * MINUTE_MS));
    expect(await database.query(sql`select from lockstep.changes`)).toEqual([]);
    expect(await idsAfter(last)).toEqual([]);
    expect(await changes.now()).toBe(last);
    await write(change('cus_d', after(60 * DAY_MS)));
    expect(await idsAfter(last)).toEqual(['cus_d']);
  });

  test('keeps changes in weeks, and drops those that are past', async () => {
    const partitions = async () =>
      (
        await database.query<{ name: string }>(sql`
          select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'lockstep.changes'::regclass order by 1`)
      ).map(({ name }) => name);
    const { upkeep } = createChangeUpkeep(database, { changeDays: 14 });
    const { made } = await upkeep(after(100 * DAY_MS));
    expect(made).toHaveLength(5);
    expect(made[0]).toBe('changes_w20270208');
    // First cursors from before are refused, and only later the partition is dropped.
    expect((await upkeep(after(130 * DAY_MS))).dropped).not.toContain('changes_w20270208');
    const { dropped } = await upkeep(after(130 * DAY_MS + 20 * MINUTE_MS));
    expect(dropped).toContain('changes_w20270208');
    expect(await partitions()).not.toContain('changes_w20270208');
    expect(await partitions()).toContain('changes_default');
  });

  test('is refused if a week after it was dropped by hand, until the feed has begun again', async () => {
    const { upkeep } = createChangeUpkeep(database, { changeDays: 365 });
    await upkeep(start);
    const from = await changes.now();
    await write(change('cus_week_1'), change('cus_week_3', after(14 * DAY_MS)));
    expect(await idsAfter(from)).toEqual(['cus_week_1', 'cus_week_3']);
    await write(change('cus_week_2', after(7 * DAY_MS)));
    await database.query(sql`drop table lockstep.changes_w20261109`);
    for (const cursor of [from, 'oldest']) {
      await expect(changes.after(cursor, 10)).rejects.toMatchObject({
        code: 'cursor_expired',
        hint: expect.stringContaining('read the mirror'),
      });
    }
    expect(await changes.begin()).toBe(true);
    await expect(changes.after(from, 10)).rejects.toMatchObject({ code: 'cursor_foreign' });
    const next = await changes.now();
    await write(change('cus_week_4'));
    expect(await idsAfter(next)).toEqual(['cus_week_4']);
  });

  test('of a feed without a change is before every change that will ever come, also after the files went back', async () => {
    await database.query(sql`delete from lockstep.change_feed`);
    await database.query(sql`delete from lockstep.changes`);
    await changes.begin();
    const empty = await changes.now();
    await write(change('cus_first'));
    const [first] = await changes.after(empty, 10);
    expect(first?.id).toBe('cus_first');
    // As if the change had never been, and the database had gone on from there.
    await database.query(sql`delete from lockstep.changes`);
    await write(change('cus_other_first'));
    expect(await idsAfter(empty)).toEqual(['cus_other_first']);
    await expect(changes.after(first?.cursor ?? '', 10)).rejects.toMatchObject({ code: 'cursor_foreign' });
    await database.query(sql`update lockstep.change_feed set database = '1@1/1'`);
    await changes.begin();
    await expect(changes.after(empty, 10)).rejects.toMatchObject({ code: 'cursor_foreign' });
  });

  test('is refused on a database that was restored elsewhere, until the feed has begun again', async () => {
    const cursor = await changes.now();
    await write(change('cus_old_world'));
    await database.query(sql`update lockstep.change_feed set database = '1@1/1'`);
    await expect(changes.after(cursor, 1)).rejects.toMatchObject({
      code: 'cursor_foreign',
      hint: expect.stringContaining('lockstep serve'),
    });
    await expect(changes.now()).rejects.toMatchObject({ code: 'cursor_foreign' });
    expect(await changes.begin()).toBe(true);
    expect(await changes.begin()).toBe(false);
    await expect(changes.after(cursor, 1)).rejects.toMatchObject({ code: 'cursor_foreign' });
    expect(await idsAfter('oldest')).toEqual([]);
  });
});

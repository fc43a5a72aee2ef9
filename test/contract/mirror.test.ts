import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMirror } from '../../src/mirror/mirror.js';
import type { Row } from '../../src/mirror/row.js';
import type { Queryable } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, startWorld, type World } from '../support/world.js';

describe.each(databases)('on %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind });
  });
  afterAll(() => world.stop());

  test('a customer made at Stripe is a proven row, and its deletion a tombstone', async () => {
    const { stripe, database } = world;
    const { id } = await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
    const row = await eventually(
      async () =>
        (await database.query(sql`select * from stripe.customers where id = ${id} and proven_at is not null`))[0],
      'the customer is proven',
    );
    expect(row).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      deleted: false,
      livemode: false,
      account: world.emulator.account,
    });
    await stripe.customers.del(id);
    const gone = await eventually(
      async () => (await database.query(sql`select * from stripe.customers where id = ${id} and deleted`))[0],
      'the customer is a tombstone',
    );
    expect(gone).toMatchObject({ data: { id, object: 'customer', deleted: true }, name: null });
    await eventually(
      async () => (await database.query(sql`select 1 from lockstep.dirty`)).length === 0,
      'no mark is left',
    );
  });

  test('each row is looked up by its key, also where the statement was planned while the table was empty', async () => {
    const { database } = world;
    const mirror = createMirror('stripe');
    const at = new Date();
    const page = (n: number): Row[] =>
      Array.from({ length: 100 }, (_, index) => {
        const id = `cus_${n}_${index}`;
        const key = { account: 'acct_plan', livemode: false, type: 'customer', id };
        return { ...key, owner: null, data: { id, object: 'customer' }, deleted: false, provenAt: at, asOf: at };
      });
    const wholeScans = async (tx: Queryable): Promise<number> => {
      const [row] = await tx.query<{ scans: number }>(sql`
        select sum(seq_scan)::integer as scans from pg_stat_xact_user_tables where relname in ('customers', 'dirty')`);
      return row?.scans ?? NaN;
    };
    const more = await database.transaction(async (tx) => {
      const before = await wholeScans(tx);
      for (let n = 0; n < 20; n += 1) {
        const rows = page(n);
        await mirror.readMarked(tx, rows);
        await mirror.insertAbsent(tx, rows);
        await mirror.read(tx, rows);
      }
      return (await wholeScans(tx)) - before;
    });
    expect(more).toBe(0);
  });
});

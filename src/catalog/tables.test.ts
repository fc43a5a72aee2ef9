import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogOf, knownObject, objects, ownedObjects } from './catalog.js';
import { columnSql } from './column-sql.js';
import { ownColumns } from './objects.js';
import { tableName } from './table-name.js';
import { mirrorTables } from './tables.js';

const mirrored = objects.flatMap((object) => (object.table === null ? [] : [{ ...object, table: object.table }]));

describe('table and column names', () => {
  it('are plurals of Stripe’s own names', () => {
    expect(tableName('customer')).toBe('customers');
    expect(tableName('checkout.session')).toBe('checkout_sessions');
    expect(tableName('treasury.transaction_entry')).toBe('treasury_transaction_entries');
    expect(tableName('balance_settings')).toBe('balance_settings');
  });

  it('never collide', () => {
    expect(new Set(mirrored.map((object) => object.table)).size).toBe(mirrored.length);
    for (const { object, table, columns } of mirrored) {
      const names = columns.map((column) => column.name);
      expect(new Set(names).size, object).toBe(names.length);
      expect(
        names.filter((name) => ownColumns.has(name)),
        object,
      ).toEqual([]);
      expect(Math.max(table.length, ...names.map((name) => name.length)), object).toBeLessThanOrEqual(63);
    }
    expect(catalogOf('person')?.columns).toContainEqual(
      expect.objectContaining({ field: 'account', name: 'stripe_account' }),
    );
  });

  it('are quoted, whatever they hold', () => {
    expect(columnSql({ name: 'o"dd', field: "it's", kind: 'text' })).toBe(
      `"o""dd" text generated always as ("data" ->> 'it''s') stored`,
    );
  });
});

describe('the mirror tables on PGlite', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
    await database.exec('create schema lockstep; create schema stripe');
    await database.exec(mirrorTables('stripe'));
  });
  afterAll(() => database.close());

  const insert = async (object: string, id: string, data: unknown): Promise<Record<string, unknown>> => {
    const table = `stripe."${catalogOf(object)?.table ?? ''}"`;
    const owner = ownedObjects.has(object) ? [', owner', ", 'parent'"] : ['', ''];
    const { rows } = await database.query<Record<string, unknown>>(
      `insert into ${table} (account, livemode, id, data, as_of${owner[0]})
       values ('acct_1', false, $1, $2::jsonb, now()${owner[1]}) returning *`,
      [id, JSON.stringify(data)],
    );
    return rows[0] ?? {};
  };

  it('can be created again without an error', async () => {
    const count = async (): Promise<unknown> =>
      (await database.query(`select count(*) from information_schema.columns where table_schema = 'stripe'`)).rows;
    const before = await count();
    await database.exec(mirrorTables('stripe'));
    expect(await count()).toEqual(before);
  });

  it('get the columns and tables that a later catalog adds, even if they already have rows', async () => {
    await insert('review', 'prv_1', { id: 'prv_1', reason: 'rule', billing_zip: '1010' });
    await database.exec('alter table stripe.reviews drop column billing_zip; drop table stripe.refunds');
    await database.exec(mirrorTables('stripe'));
    expect((await database.query('select billing_zip from stripe.reviews')).rows).toEqual([{ billing_zip: '1010' }]);
    expect((await database.query('select id from stripe.refunds')).rows).toEqual([]);
  });

  it('can be in a schema of any name', async () => {
    await database.exec('create schema "Pay ""me"""');
    await database.exec(mirrorTables('Pay "me"'));
    expect((await database.query('select id from "Pay ""me""".customers')).rows).toEqual([]);
  });

  it('are one for each stored type, with a column `owner` if a parent owns the rows', async () => {
    const { rows } = await database.query<{ table: string; owned: boolean }>(
      `select table_name as table, bool_or(column_name = 'owner') as owned
       from information_schema.columns where table_schema = 'stripe' group by 1 order by 1`,
    );
    const expected = mirrored.map(({ object, table }) => ({ table, owned: ownedObjects.has(object) }));
    expect(rows).toEqual(expected.sort((a, b) => (a.table < b.table ? -1 : 1)));
  });

  it('have typed columns for a subscription’s fields', async () => {
    const row = await insert('subscription', 'sub_1', {
      id: 'sub_1',
      object: 'subscription',
      status: 'active',
      cancel_at_period_end: false,
      created: 1_790_000_000,
      cancel_at: null,
      customer: { id: 'cus_1', object: 'customer' },
      latest_invoice: 'in_1',
      days_until_due: 30,
      application_fee_percent: 12.5,
      metadata: { seat: '4' },
      pause_collection: null,
    });
    expect(row).toMatchObject({
      status: 'active',
      cancel_at_period_end: false,
      created: new Date(1_790_000_000_000),
      cancel_at: null,
      customer: 'cus_1',
      latest_invoice: 'in_1',
      days_until_due: 30,
      application_fee_percent: '12.5',
      metadata: { seat: '4' },
      pause_collection: null,
    });
  });

  it('keep every digit of whole amounts, and of decimals sent as strings', async () => {
    const row = await database.query<{ big: string; exact: string }>(
      `select lockstep.as_bigint('9223372036854775807')::text as big, lockstep.as_numeric('"0.000000000001"')::text as exact`,
    );
    expect(row.rows[0]).toEqual({ big: '9223372036854775807', exact: '0.000000000001' });
  });

  it('read the times of API v2, which are RFC 3339 texts', async () => {
    const row = await insert('v2.core.account', 'acct_2', { id: 'acct_2', created: '2026-10-28T10:00:00.250+02:00' });
    expect(row['created']).toEqual(new Date('2026-10-28T08:00:00.250Z'));
  });

  const hostile: readonly unknown[] = [
    null,
    true,
    '',
    'x'.repeat(5_000),
    '2026-02-30T00:00:00Z',
    '2026-99-99T99:99:99Z',
    'infinity',
    'NaN',
    '9'.repeat(500),
    -0.5,
    1e300,
    -1e300,
    9_223_372_036_854_775_808,
    253_402_300_800,
    [],
    [['deep']],
    {},
    { id: null },
    { id: { id: 'x' } },
    { id: 'x'.repeat(5_000) },
    '☃\u{1F4A9}',
  ];

  it('store rows of every type, whatever values the fields hold', async () => {
    for (const { table, object, columns } of mirrored) {
      const rows = hostile.map((value, index) => ({
        id: `hostile_${index}`,
        data: Object.fromEntries(columns.map((column) => [column.field, value])),
      }));
      await database.query(
        `insert into stripe."${table}" (account, livemode, id, data, as_of${ownedObjects.has(object) ? ', owner' : ''})
         select 'acct_1', false, id, data, now()${ownedObjects.has(object) ? ", 'parent'" : ''}
         from jsonb_to_recordset($1::jsonb) as r(id text, data jsonb)`,
        [JSON.stringify(rows)],
      );
      const { rows: kept } = await database.query(
        `select count(*)::int as n from stripe."${table}" where id like 'hostile_%'`,
      );
      expect(kept, table).toEqual([{ n: hostile.length }]);
    }
    const { rows } = await database.query(
      `select id, created, quantity, price from stripe.subscription_items
       where created is not null or quantity is not null or length(price) > 0 order by id`,
    );
    const at = (value: unknown): string => `hostile_${hostile.indexOf(value)}`;
    expect(rows).toEqual(
      [
        { id: at('2026-02-30T00:00:00Z'), created: null, quantity: null, price: '2026-02-30T00:00:00Z' },
        { id: at('2026-99-99T99:99:99Z'), created: null, quantity: null, price: '2026-99-99T99:99:99Z' },
        { id: at('infinity'), created: null, quantity: null, price: 'infinity' },
        { id: at('NaN'), created: null, quantity: null, price: 'NaN' },
        { id: at(-0.5), created: new Date(-500), quantity: null, price: null },
        { id: at(253_402_300_800), created: null, quantity: 253_402_300_800, price: null },
        { id: at('☃\u{1F4A9}'), created: null, quantity: null, price: '☃\u{1F4A9}' },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }, 60_000);

  it('store data that is not an object at all', async () => {
    expect(await insert('customer', 'cus_scalar', 'text')).toMatchObject({ name: null, created: null });
    expect(await insert('customer', 'cus_array', [1])).toMatchObject({ name: null, created: null });
  });

  it('are searched by an index on a reference', async () => {
    await database.exec('set enable_seqscan = off');
    const { rows } = await database.query(`explain select id from stripe.subscriptions where customer = 'cus_1'`);
    expect(JSON.stringify(rows)).toContain('subscriptions_by_customer');
    expect(knownObject('subscription').columns.filter((column) => column.kind === 'reference').length).toBeGreaterThan(
      8,
    );
  });
});

// Two transactions that wait for each other: PostgreSQL ends one of them, and when that is ours it is run again.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';

let core: Core;
let other: pg.Client;
beforeAll(async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  // PostgreSQL ends the transaction that detects the deadlock. Ours detects it, and only once the other one waits too.
  await admin.query(`alter database ${new URL(url).pathname.slice(1)} set deadlock_timeout = '2s'`);
  await admin.end();
  other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query(`set deadlock_timeout = '60s'`);
  core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log: silent }) });
});
afterAll(async () => {
  await other.end();
  await core.stop();
});

/** Another transaction has the row, waits until ours has the mark and wants the row, and then wants the mark. */
async function meetOther(id: string, ours: () => Promise<unknown>): Promise<void> {
  await other.query('begin');
  await other.query('select from stripe.customers where id = $1 for update', [id]);
  const done = ours();
  done.catch(() => {});
  await eventually(async () => {
    const { rows } = await other.query(
      'select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))',
    );
    return rows.length > 0;
  }, 'ours waits for the row');
  await other.query('select from lockstep.dirty where id = $1 for update', [id]);
  await other.query('commit');
  await done;
}

async function proven(id: string): Promise<void> {
  core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'first' }));
  await core.deliver(eventOf('customer.created', customer(id)));
  await core.rest();
}
const troubles = () =>
  core.logged.filter(({ event, settled }) => settled === undefined && /^inbox\.not_|^sync\./.test(event));

test('an event whose transaction PostgreSQL ends for another one is stored all the same', async () => {
  const id = 'cus_stored';
  await proven(id);
  await core.database.query(sql`
    insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
    values ('acct_scripted', false, 'customer', ${id}, nextval('lockstep.tick'), 0, now(), now() + interval '1 h')`);
  const created = Math.floor(Date.now() / 1_000) + 60;
  const event = eventOf('customer.updated', customer(id, { name: 'second' }), { created, previous: { name: 'first' } });
  await meetOther(id, async () => expect(await core.deliver(event)).toBe('stored'));
  expect(await core.row('customers', id)).toMatchObject({ name: 'second', proven_at: null });
  expect(troubles()).toEqual([]);
  await core.database.query(sql`delete from lockstep.dirty where id = ${id}`);
});

test('a proof whose transaction PostgreSQL ends for another one is written without another read', async () => {
  const id = 'cus_proven';
  await proven(id);
  core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'second' }));
  const reads = core.stripe.reads.length;
  await meetOther(id, () =>
    core.deliver(eventOf('customer.updated', customer(id, { name: 'second' }), { version: '2020-08-27' })),
  );
  await core.rest();
  expect(await core.row('customers', id)).toMatchObject({ name: 'second', proven_at: expect.any(Date) });
  const again = core.stripe.reads.slice(reads).filter((path) => path === `/v1/customers/${id}`);
  expect(again).toHaveLength(1);
  expect(troubles()).toEqual([]);
});

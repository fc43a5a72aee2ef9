import pg from 'pg';
import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { meaningOf } from '../../src/store/sqlstate.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, signed, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';
import type { Json } from '../support/scripted-stripe.js';
import { startSilentProxy } from '../support/silent-proxy.js';
import { serverStates } from '../support/sqlstates.js';

/** What is promised, in milliseconds; a machine that runs other tests meanwhile gets twice that. */
const BACK_MS = 5_000;
const SLACK = 2;

let made = 0;

/** The answer's status, and how long it took. */
async function deliver(core: Core): Promise<{ status: number; ms: number }> {
  const object = customer(`cus_silent_${(made += 1)}`);
  core.stripe.put(`/v1/customers/${String(object['id'])}`, object);
  return deliverEvent(core, eventOf('customer.created', object, { version: '2020-08-27' }));
}

async function deliverEvent({ engine }: Core, event: Json): Promise<{ status: number; ms: number }> {
  const app = createApp({ engine, identify: [], log: silent });
  const { body, signature } = signed(event);
  const began = performance.now();
  const headers = { 'stripe-signature': signature };
  const { status } = await app.request('/stripe-webhooks', { method: 'POST', body, headers });
  return { status, ms: performance.now() - began };
}

async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

test('a database that falls silent: every delivery is answered in time, and ingest is back soon after it', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const proxy = await startSilentProxy(url);
  const core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url: proxy.url, log: silent }) });
  const together = (): Promise<{ status: number; ms: number }[]> =>
    Promise.all(Array.from({ length: 20 }, () => deliver(core)));
  expect((await together()).map(({ status }) => status)).toEqual(Array(20).fill(200));
  await core.rest();

  // The connections that stand go silent, as in a failover that resets none of them. New ones work.
  await Promise.all(Array.from({ length: 9 }, () => core.database.query(sql`select pg_sleep(0.05)`)));
  const before = proxy.opened;
  proxy.silence();
  const turned = performance.now();
  await eventually(async () => (await deliver(core)).status === 200, 'an event is stored again', SLACK * BACK_MS);
  expect(performance.now() - turned).toBeLessThan(SLACK * BACK_MS);
  expect(proxy.opened).toBeGreaterThan(before);
  // Not one time-out for each of the others: for one who needs a second connection, and for all at once.
  const began = performance.now();
  await core.database.transaction(async (tx) => {
    await tx.query(sql`select 1`);
    await core.database.query(sql`select 1`);
  });
  await Promise.all(Array.from({ length: 9 }, () => core.database.query(sql`select 1`)));
  expect(performance.now() - began).toBeLessThan(BACK_MS);

  // Nothing answers, and new connections do not either.
  proxy.freeze();
  const away = await together();
  expect(new Set(away.map(({ status }) => status))).toEqual(new Set([503]));
  expect(Math.max(...away.map(({ ms }) => ms))).toBeLessThan(SLACK * BACK_MS);
  expect(await core.engine.health.probe()).toMatchObject({ ok: false, reason: expect.any(String) });
  // Events that take the transaction do not wait for the database once more behind those that take one statement.
  const upcoming = (): Promise<{ status: number; ms: number }> =>
    deliverEvent(core, eventOf('invoice.upcoming', { object: 'invoice' }));
  const both = await Promise.all([deliver(core), upcoming(), deliver(core), upcoming()]);
  expect(both.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  const times = both.map(({ ms }) => ms);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1_000);
  proxy.thaw();
  const thawed = performance.now();
  await eventually(async () => (await deliver(core)).status === 200, 'an event is stored again', SLACK * BACK_MS);
  expect(performance.now() - thawed).toBeLessThan(SLACK * BACK_MS);

  // It stops while nothing answers.
  proxy.freeze();
  const stopping = performance.now();
  await core.stop();
  expect(performance.now() - stopping).toBeLessThan(15_000);
  await proxy.stop();
}, 120_000);

test('a server that becomes read-only is answered 503, and its connections are not kept', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const name = new URL(url).pathname.slice(1);
  const core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log: silent }) });
  expect((await deliver(core)).status).toBe(200);
  const modes = async (): Promise<Set<string>> => {
    const read = () =>
      core.database.query<{ mode: string }>(
        sql`select current_setting('transaction_read_only') as mode from pg_sleep(0.2)`,
      );
    return new Set((await Promise.all(Array.from({ length: 8 }, read))).map(([row]) => row?.mode ?? ''));
  };
  const client = await openClient(url);
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter database ${name} set default_transaction_read_only = on`);
  expect(await core.engine.health.probe()).toMatchObject({ ok: true }); // shared for a second, if no delivery was refused
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
  );
  await eventually(
    () =>
      modes().then(
        (seen) => seen.has('on'),
        () => false,
      ),
    'every session is a new one',
  );
  expect((await deliver(core)).status).toBe(503);
  expect((await deliver(core)).status).toBe(503);
  expect(await core.engine.health.probe()).toMatchObject({ ok: false, reason: expect.stringMatching(/read-only/) });
  await client.query(`alter database ${name} set default_transaction_read_only = off`);
  // The sessions from meanwhile would stay read-only for as long as they live, also those that were only read over.
  expect((await deliver(core)).status).toBe(200);
  expect(await modes()).toEqual(new Set(['off']));
  await client.end();
  await core.stop();
}, 120_000);

test('a lock that is not to be had is answered 503 in time, and a killed session is not a defect', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log: silent }) });
  const client = await openClient(url);
  await client.query('begin; lock table lockstep.inbox in access exclusive mode');
  const { status, ms } = await deliver(core);
  expect(status).toBe(503);
  expect(ms).toBeLessThan(SLACK * BACK_MS);
  await client.query('rollback');
  expect((await deliver(core)).status).toBe(200);

  const killed = core.database.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await client.query('select pg_terminate_backend($1)', [row?.pid]);
    await tx.query(sql`select 1`);
  });
  await expect(killed).rejects.toMatchObject({ code: 'database_unreachable' });
  // A statement that failed, and whose error was not passed on: nothing was committed, so nothing is reported as such.
  const swallowed = core.database.transaction(async (tx) => {
    await tx.query(sql`select 1 / 0`).catch(() => {});
  });
  await expect(swallowed).rejects.toMatchObject({ code: 'database_unreachable' });
  await client.end();
  await core.stop();
}, 120_000);

test('every error that PostgreSQL can send comes out as decided, and the next statement works', async () => {
  const { url } = await createDatabase();
  const database: Database = openPostgres({ url, log: silent });
  for (const { state } of ((await serverStates()) ?? []).filter(({ isError }) => isError)) {
    const failed = database.script(`do $$ begin raise exception using errcode = '${state}'; end $$`);
    const isAway = ['away', 'session'].includes(meaningOf(state) ?? '');
    await expect(failed, state).rejects.toMatchObject({ code: isAway ? 'database_unreachable' : state });
    expect(await database.query(sql`select ${state}::text as after`), state).toEqual([{ after: state }]);
  }
  await database.close();
}, 120_000);

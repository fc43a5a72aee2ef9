import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { readLocalFacts } from '../../src/cli/commands/doctor/local-facts.js';
import { resolveConfig, resolveOptions, type ServiceOptions } from '../../src/engine/config.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { plans } from '../../src/listing/plan.js';
import { checks } from '../../src/operate/doctor/checks.js';
import type { DatabaseFacts } from '../../src/operate/doctor/database-facts.js';
import type { Facts, LocalFacts } from '../../src/operate/doctor/facts.js';
import { areas, findingsOf, learn, type Finding } from '../../src/operate/doctor/finding.js';
import { readStripeFacts, type StripeFacts } from '../../src/operate/doctor/stripe-facts.js';
import { createReports } from '../../src/operate/reports.js';
import type { Database } from '../../src/store/database.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { asSuperuser, createDatabase, type TestDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { startScriptedStripe } from '../support/scripted-stripe.js';

const SECRET = 'whsec_0123456789abcdef0123456789abcdef';
const MINUTE_MS = 60_000;
const directory = mkdtempSync(join(tmpdir(), 'lockstep-doctor-'));

let rig: Rig;
let receiver: Server;
let url: string;
/** What the receiver answers to a delivery without a signature. */
let answer: { status: number; location?: string };
let at: TestDatabase;
let database: Database;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const { status, location } = answer;
    request.resume().on('end', () => response.writeHead(status, location === undefined ? {} : { location }).end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/stripe-webhooks`;
});
afterAll(() => void receiver.close());

beforeEach(async () => {
  answer = { status: 400 };
  [rig, at] = await Promise.all([startRig(), createDatabase({ template: MIGRATED })]);
  rig.emulator.createWebhookEndpoint({ url, enabled_events: ['*'], api_version: API_VERSION, secret: SECRET });
  database = openPostgres({ url: at.url, log: silent });
  await makeWell();
  return async () => {
    await database.close();
    await Promise.all([rig.stop(), at.drop()]);
  };
});

const run = (text: string, ...values: unknown[]) => database.query({ text, values });

/** A database on which a process works, that was compared a moment ago, and to which everything came. */
async function makeWell(): Promise<void> {
  const { account } = rig.emulator;
  const about = { host: 'h', pid: 1, proves: true, sweeps: true, feed: 'webhook', sweepTypes: null, paused: null };
  const more = { budgets: [], ended: false, duties: { webhooks: true, pollEveryMs: 60_000, sweepEveryMs: 60_000 } };
  await run(`insert into lockstep.sources values ($1, false, $1, now(), 'key')`, account);
  await run(`insert into lockstep.cursors values ($1, false, 'poll', now())`, account);
  await run(
    `insert into lockstep.processes values ('00000000-0000-4000-8000-000000000001', now(), now(), $1::jsonb)`,
    JSON.stringify({ ...about, ...more }),
  );
  await run(
    `insert into lockstep.signs (account, livemode, sign, at, since) select $1, false, s, now(), now()
     from unnest(array['accepted', 'polled', 'answered']) s`,
    account,
  );
  await run(
    `insert into lockstep.sweeps (account, livemode, type, scope, started_at, began_at, finished_at)
     select $1, false, t, 'all', now(), now(), now() from jsonb_array_elements_text($2::jsonb) t`,
    account,
    JSON.stringify(plans.map(({ type }) => type)),
  );
}

interface Look {
  options?: Partial<ServiceOptions>;
  clock?: Clock;
  now?: Date;
  database?: Database;
  /** What cannot be planted in a real server or machine is planted in the facts. */
  change?: (facts: Changeable) => void;
}

interface Changeable {
  local: LocalFacts;
  database: DatabaseFacts;
  stripe: StripeFacts[];
}

async function look({ options: more = {}, clock = systemClock, ...given }: Look = {}): Promise<Finding[]> {
  const options: ServiceOptions = {
    stripeKey: rig.emulator.secretKey,
    stripeApiBase: rig.emulator.url,
    webhookSecret: SECRET,
    directory,
    ...more,
  };
  const looked = given.database ?? database;
  const reports = createReports({
    database: looked,
    config: resolveOptions({ leaveOut: more.leaveOut }),
    clock: systemClock,
  });
  const facts: Facts = {
    now: given.now ?? new Date(),
    local: readLocalFacts(options),
    database: await learn(() => reports.examine()),
    stripe: await learn(() => {
      const { stripeKey, stripeApiBase } = options;
      const { sources } = resolveConfig({ ...({ stripeKey, stripeApiBase } as ServiceOptions), feed: 'poll' });
      return Promise.all(sources.map((source) => readStripeFacts({ source, url, clock })));
    }),
  };
  if (given.change !== undefined && 'value' in facts.database && 'value' in facts.stripe) {
    given.change({ local: facts.local, database: facts.database.value, stripe: [...facts.stripe.value] });
  }
  return findingsOf(checks, facts);
}

type Server_ = Extract<DatabaseFacts['server'], { value: unknown }>['value'];
const onServer = (change: Partial<Server_>): Look => ({
  change: ({ database: { server } }) => 'value' in server && Object.assign(server.value, change),
});
const shifted = (ms: number): Clock => ({ ...systemClock, now: () => new Date(Date.now() + ms) });

/** A misconfiguration: what is planted, and which check has to find it. */
interface Planted {
  area: string;
  check: string;
  verdict: 'warning' | 'failure';
  says: RegExp;
  plant: () => Promise<Look | void> | Look;
}

const planted: Planted[] = [
  {
    ...{ area: 'settings', check: 'options', verdict: 'failure', says: /inboxDays/ },
    plant: () => ({ options: { inboxDays: 3 } }),
  },
  {
    ...{ area: 'key', check: 'works', verdict: 'failure', says: /does not accept this key/ },
    async plant() {
      const stripe = await startScriptedStripe();
      stripe.fail('/v1/account', 401, 9);
      return { options: { stripeApiBase: stripe.url } };
    },
  },
  {
    ...{ area: 'key', check: 'works', verdict: 'failure', says: /Could not reach Stripe at .*: connection refused/ },
    plant: () => ({ options: { stripeApiBase: 'http://127.0.0.1:1' } }),
  },
  {
    ...{ area: 'key', check: 'works', verdict: 'failure', says: /No Stripe key is configured/ },
    plant: () => ({ options: { stripeKey: '' } }),
  },
  {
    ...{ area: 'key', check: 'account', verdict: 'failure', says: /mirrors acct_other, and the key belongs to acct_/ },
    plant: async () => void (await run(`update lockstep.sources set account = 'acct_other', platform = 'acct_other'`)),
  },
  {
    ...{ area: 'key', check: 'permissions', verdict: 'warning', says: /may not list .*products/ },
    plant: () => ({ options: { stripeKey: rig.emulator.createRestrictedKey({ customer: 'read', event: 'read' }) } }),
  },
  {
    ...{ area: 'key', check: 'events', verdict: 'failure', says: /cannot read the list of events/ },
    plant: () => ({ options: { stripeKey: rig.emulator.createRestrictedKey({ account: 'read', customer: 'read' }) } }),
  },
  {
    ...{ area: 'endpoint', check: 'exists', verdict: 'failure', says: /no webhook endpoint/ },
    plant: async () => void (await rig.stripe.webhookEndpoints.del(await endpoint())),
  },
  {
    ...{ area: 'endpoint', check: 'enabled', verdict: 'failure', says: /is disabled/ },
    plant: async () => void (await rig.stripe.webhookEndpoints.update(await endpoint(), { disabled: true })),
  },
  {
    ...{ area: 'endpoint', check: 'single', verdict: 'warning', says: /both deliver to/ },
    plant: async () => void rig.emulator.createWebhookEndpoint({ url, api_version: API_VERSION }),
  },
  {
    ...{
      area: 'endpoint',
      check: 'event types',
      verdict: 'warning',
      says: /is not sent \d+ types, such as customer\.sub/,
    },
    plant: async () =>
      void (await rig.stripe.webhookEndpoints.update(await endpoint(), { enabled_events: ['customer.created'] })),
  },
  {
    ...{ area: 'reachability', check: 'answers', verdict: 'failure', says: /answers 307 and leads to https:\/\/www/ },
    plant: async () => void (answer = { status: 307, location: 'https://www.example.com/' }),
  },
  {
    ...{ area: 'reachability', check: 'answers', verdict: 'failure', says: /answers 401 to a delivery/ },
    plant: async () => void (answer = { status: 401 }),
  },
  {
    ...{ area: 'reachability', check: 'answers', verdict: 'failure', says: /answers 200 to a delivery/ },
    plant: async () => void (answer = { status: 200 }),
  },
  {
    ...{ area: 'secret', check: 'configured', verdict: 'failure', says: /does not look like whsec_/ },
    plant: () => ({ options: { webhookSecret: 'sk_test_in_the_wrong_place' } }),
  },
  {
    ...{ area: 'secret', check: 'accepted', verdict: 'warning', says: /the last delivery was refused \(3 in all\)/ },
    plant: async () =>
      void (await run(
        `insert into lockstep.signs values ('', false, 'refused', now() + interval '1 s', now(), null, 3, null)`,
      )),
  },
  {
    ...{ area: 'traffic', check: 'silent', verdict: 'failure', says: /made evt_\w+ \(customer.created\) \d+ min ago/ },
    async plant() {
      await rig.stripe.customers.create({});
      await run(`update lockstep.signs set at = now() - interval '1 hour' where sign = 'accepted'`);
      return { now: new Date(Date.now() + 20 * MINUTE_MS) };
    },
  },
  {
    ...{ area: 'traffic', check: 'lost', verdict: 'warning', says: /5 of 25 events/ },
    plant: async () =>
      void (await run(
        `insert into lockstep.inbox (created, account, livemode, id, type, feed, body)
         select now(), 'a', false, 'evt_' || n, 't', case when n <= 5 then 'poll' else 'webhook' end, '{}' from generate_series(1, 25) n`,
      )),
  },
  {
    ...{ area: 'traffic', check: 'list of events', verdict: 'failure', says: /Could not read events of acct_/ },
    plant: async () =>
      void (await run(
        `insert into lockstep.signs select account, livemode, 'poll_failed', now() + interval '1 s', now(), null, 1, 'no route'
         from lockstep.sources`,
      )),
  },
  {
    ...{
      area: 'clock',
      check: 'offset',
      verdict: 'failure',
      says: /(599|60[01])\.\d s ahead of Stripe's: every delivery/,
    },
    plant: () => ({ clock: shifted(10 * MINUTE_MS) }),
  },
  {
    ...{ area: 'clock', check: 'offset', verdict: 'warning', says: /[456]\.\d s behind Stripe's/ },
    plant: () => ({ clock: shifted(-5_000) }),
  },
  {
    ...{ area: 'database', check: 'reachable', verdict: 'failure', says: /ECONNREFUSED|refused|reach/i },
    plant: () => ({ database: openPostgres({ url: 'postgres://127.0.0.1:1/nowhere', log: silent }) }),
  },
  {
    ...{ area: 'database', check: 'version', verdict: 'failure', says: /PostgreSQL 13 is too old/ },
    plant: () => onServer({ version: 130_012 }),
  },
  {
    ...{ area: 'database', check: 'version', verdict: 'failure', says: /encoded in SQL_ASCII/ },
    plant: () => onServer({ encoding: 'SQL_ASCII' }),
  },
  {
    ...{ area: 'database', check: 'takes writes', verdict: 'failure', says: /read-only/ },
    async plant() {
      const name = new URL(at.url).pathname.slice(1);
      await asSuperuser(`alter database ${name} set default_transaction_read_only = on`);
      return { database: openPostgres({ url: at.url, log: silent }) };
    },
  },
  {
    ...{ area: 'database', check: 'durable', verdict: 'failure', says: /fsync is off/ },
    plant: () => onServer({ fsync: false }),
  },
  {
    ...{ area: 'database', check: 'rights', verdict: 'failure', says: /the role poor\w+ lacks rights/ },
    async plant() {
      const role = `poor${Date.now()}`;
      await asSuperuser(`create role ${role} login password 'poor'`);
      const poor = new URL(at.url);
      [poor.username, poor.password] = [role, 'poor'];
      return { database: openPostgres({ url: poor.href, log: silent }) };
    },
  },
  {
    ...{ area: 'database', check: 'connections', verdict: 'warning', says: /95 of 100 connections/ },
    plant: () => onServer({ connections: { used: 95, max: 100 } }),
  },
  {
    ...{ area: 'database', check: 'long transactions', verdict: 'warning', says: /psql \(pid 7\) is open for 60 min/ },
    plant: () => onServer({ oldest: { seconds: 3_600, application: 'psql', pid: 7 } }),
  },
  {
    ...{ area: 'database', check: 'write-ahead log', verdict: 'failure', says: /slot old, which keeps 2\.0 GiB/ },
    plant: () => onServer({ idleSlots: [{ name: 'old', bytes: 2 * 1024 ** 3 }] }),
  },
  {
    ...{ area: 'database', check: 'disk', verdict: 'failure', says: /0\.0 GiB are free/ },
    plant: () => ({ change: ({ local }) => void (local.freeBytes = { value: 1_000_000 }) }),
  },
  {
    ...{ area: 'schema', check: 'migrations', verdict: 'failure', says: /pending: 0009-processes/ },
    plant: async () => void (await run(`delete from lockstep.migrations where version = 9`)),
  },
  {
    ...{ area: 'schema', check: 'as expected', verdict: 'failure', says: /index stripe\.i \(missing\)/ },
    plant: () => ({
      change: ({ database: facts }) => {
        facts.differences = { value: [{ object: 'index stripe.i', problem: 'missing', sql: ['create index i'] }] };
      },
    }),
  },
  {
    ...{ area: 'schema', check: 'other tables', verdict: 'warning', says: /stripe\.mine/ },
    plant: async () => void (await run('create table stripe.mine (id integer)')),
  },
  {
    ...{ area: 'schema', check: 'bloat', verdict: 'warning', says: /lockstep\.dirty has 900,000 deleted rows/ },
    plant: () => ({
      change: ({ database: facts }) => {
        facts.bloat = { value: [{ table: 'lockstep.dirty', live: 10, dead: 900_000 }] };
      },
    }),
  },
  {
    ...{ area: 'work', check: 'processes', verdict: 'failure', says: /No process works/ },
    plant: async () => void (await run(`update lockstep.processes set seen_at = now() - interval '5 min'`)),
  },
  {
    ...{ area: 'work', check: 'processes', verdict: 'warning', says: /no process reads marked objects/ },
    plant: async () => void (await run(`update lockstep.processes set about = about || '{"proves": false}'`)),
  },
  {
    ...{ area: 'work', check: 'paused', verdict: 'failure', says: /the key was revoked/ },
    plant: async () =>
      void (await run(
        `insert into lockstep.signs values ('', false, 'paused', now(), now(), null, 1, 'the key was revoked')`,
      )),
  },
  {
    ...{ area: 'work', check: 'queue', verdict: 'warning', says: /1 object waits, the oldest for 30 min/ },
    plant: () => mark('null'),
  },
  {
    ...{ area: 'work', check: 'dead letters', verdict: 'warning', says: /1 object and 0 hook runs kept/ },
    plant: () => mark('now()'),
  },
  {
    ...{ area: 'work', check: 'hooks', verdict: 'warning', says: /1 run waits for the hook mail/ },
    async plant() {
      await run(
        `insert into lockstep.hooks values ('mail', 'after', 'customer', false, now(), now() - interval '2 days')`,
      );
      await run(
        `insert into lockstep.hook_deliveries (hook, account, livemode, type, id, payload, made_at, due_at)
         values ('mail', 'a', false, 'customer', 'cus_1', '{}', now(), now())`,
      );
    },
  },
  {
    ...{
      area: 'work',
      check: 'endpoints',
      verdict: 'failure',
      says: /the endpoint app is disabled: it took no message since/,
    },
    async plant() {
      await run(`
        insert into lockstep.hooks (name, kind, topic, endpoint, backfill, since, seen_at, failing_since, disabled_at)
        values ('endpoint app customer', 'after', 'customer', 'app', false, now(), now(), now() - interval '5 days', now())`);
    },
  },
  {
    ...{
      area: 'work',
      check: 'sweeps',
      verdict: 'failure',
      says: /last sweep failed for customer: Stripe returned 500/,
    },
    plant: async () =>
      void (await run(
        `insert into lockstep.sweeps (account, livemode, type, scope, started_at, finished_at, note)
         select account, livemode, 'customer', 'all', now() + interval '1 s', now(), 'Stripe returned 500' from lockstep.sources`,
      )),
  },
  {
    ...{ area: 'edge', check: 'window', verdict: 'failure', says: /26 days ago: Stripe drops them after 30/ },
    plant: async () => void (await run(`update lockstep.cursors set position = now() - interval '26 days'`)),
  },
  {
    ...{
      area: 'exposure',
      check: 'who may read',
      verdict: 'failure',
      says: /PUBLIC may read \d+ tables of schema stripe/,
    },
    async plant() {
      await run('grant usage on schema stripe to public');
      await run('grant select on all tables in schema stripe to public');
    },
  },
  {
    ...{
      area: 'schema',
      check: 'not mirrored',
      verdict: 'warning',
      says: /charges are not mirrored, and still have rows/,
    },
    async plant() {
      await run(
        `insert into stripe.charges (account, livemode, id, data, as_of) values ('acct_1', false, 'ch_1', '{}', now())`,
      );
      return { options: { leaveOut: ['charge'] } };
    },
  },
  {
    ...{
      area: 'exposure',
      check: 'who may read later',
      verdict: 'failure',
      says: /PUBLIC will be able to read each table that a later version adds to schema stripe/,
    },
    plant: async () => void (await run('alter default privileges in schema stripe grant select on tables to public')),
  },
  {
    ...{
      area: 'version',
      check: 'endpoint',
      verdict: 'warning',
      says: /sends 2025-03-31\.basil, and Lockstep is pinned/,
    },
    async plant() {
      await rig.stripe.webhookEndpoints.del(await endpoint());
      rig.emulator.createWebhookEndpoint({ url, api_version: '2025-03-31.basil' });
    },
  },
  {
    ...{ area: 'version', check: 'node', verdict: 'failure', says: /Node 18\.1\.0 is too old/ },
    plant: () => ({ change: ({ local }) => void (local.node = '18.1.0') }),
  },
];

async function endpoint(): Promise<string> {
  return (await rig.stripe.webhookEndpoints.list()).data[0]?.id ?? '';
}

const mark = async (deadSince: string): Promise<void> =>
  void (await run(
    `insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, dead_since)
     select account, livemode, 'customer', 'cus_1', 1, 1, now() - interval '30 min', now(), ${deadSince} from lockstep.sources`,
  ));

test('nothing is wrong with what is well, and every area of the list is looked at', async () => {
  const findings = await look();
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ evidence }) => evidence).filter((text) => text.includes('not checked'))).toEqual([]);
  expect([...new Set(findings.map(({ area }) => area))]).toEqual([...areas]);
});

test.each(planted)('$area: $check finds $says', async ({ area, check, verdict, says, plant }) => {
  const findings = await look((await plant()) ?? {});
  const found = findings.filter((one) => one.area === area && one.check === check && says.test(one.evidence));
  expect(found, JSON.stringify(findings.filter((one) => one.area === area))).toHaveLength(1);
  expect(found[0]).toMatchObject({ verdict, next: expect.any(String) });
  // However much is wrong, every check has a finding.
  const looked = new Set(findings.map((one) => `${one.area} ${one.check}`));
  expect(checks.map((one) => `${one.area} ${one.check}`).filter((name) => !looked.has(name))).toEqual([]);
});

test('every check but those that only inform has a misconfiguration that it finds', () => {
  const inform = ['version account default'];
  const found = new Set(planted.map(({ area, check }) => `${area} ${check}`));
  const names = checks.map(({ area, check }) => `${area} ${check}`);
  expect(names.filter((name) => !found.has(name))).toEqual(inform);
});

test('with the feed polling, an endpoint and a secret are not missed', async () => {
  await rig.stripe.webhookEndpoints.del(await endpoint());
  const findings = await look({ options: { feed: 'poll', webhookSecret: undefined } as never });
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
});

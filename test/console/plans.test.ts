import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.js';
import { createMirror } from '../../src/mirror/mirror.js';
import { createAudit } from '../../src/operate/console/audit.js';
import { readDeadGroups } from '../../src/operate/console/dead-groups.js';
import { openDrift, readDriftPage } from '../../src/operate/console/drift-list.js';
import { filterOf, matchingEvents, readEventView } from '../../src/operate/console/event-view.js';
import { readHooksPage } from '../../src/operate/console/hook-list.js';
import { readRelated } from '../../src/operate/console/related.js';
import { readPlots } from '../../src/operate/console/samples.js';
import { createSessions } from '../../src/operate/console/sessions.js';
import { listEvents } from '../../src/operate/events.js';
import { explainObject } from '../../src/operate/explain.js';
import type { Database } from '../../src/store/database.js';
import type { Sql } from '../../src/store/sql.js';
import { openTestDatabase } from '../support/world.js';

const ROWS = 30_000;
let database: Database;

beforeAll(async () => {
  database = await openTestDatabase('PostgreSQL');
  await database.script(`
    insert into lockstep.sources (account, livemode, platform, bound_by) values ('acct_1', false, 'acct_1', 'key');
    insert into stripe.customers (account, livemode, id, data, as_of)
      select 'acct_1', false, 'cus_' || n, jsonb_build_object('id', 'cus_' || n, 'object', 'customer'), now()
      from generate_series(1, ${ROWS}) n;
    insert into stripe.subscriptions (account, livemode, id, data, as_of)
      select 'acct_1', false, 'sub_' || n, jsonb_build_object('id', 'sub_' || n, 'object', 'subscription', 'customer', 'cus_' || n), now()
      from generate_series(1, ${ROWS}) n;
    insert into lockstep.inbox (created, account, livemode, id, type, object_type, object_id, feed, body, received_at)
      select now() - n * interval '1 second', 'acct_1', false, 'evt_' || n, 'customer.updated', 'customer', 'cus_' || n, 'webhook', '{}',
        now() - n * interval '1 second'
      from generate_series(1, ${ROWS}) n;
    insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, dead_since, reason)
      select 'acct_1', false, 'customer', 'cus_' || n, n, n, now(), now(), case when n % 100 = 0 then now() end, 'no'
      from generate_series(1, ${ROWS}) n;
    insert into lockstep.drift (account, livemode, type, id, found_at, seen_at, found_by, how, cause, repaired_at)
      select 'acct_1', false, 'customer', 'cus_' || n, now(), now(), 'sweep', 'different', 'edited', case when n % 100 > 0 then now() end
      from generate_series(1, ${ROWS}) n;
    insert into lockstep.audit (at, who, token, action, target)
      select now(), 'ada', 'x', 'prove', 'cus_' || n from generate_series(1, ${ROWS}) n;
    insert into lockstep.hooks (name, kind, topic, backfill, since, seen_at) values ('mail', 'after', 'customer', false, now(), now());
    insert into lockstep.hook_deliveries (hook, account, livemode, type, id, payload, made_at, due_at)
      select 'mail', 'acct_1', false, 'customer', 'cus_' || n, '{}', now(), now() from generate_series(1, ${ROWS}) n;
    insert into lockstep.samples (at, process, counted)
      select now() - n * interval '1 minute', gen_random_uuid(), '{}' from generate_series(1, ${ROWS}) n;
    analyze;`);
});
afterAll(() => database.close());

/** The statements that this work sends, with their plans. */
async function plansOf(work: (database: Database) => Promise<unknown>): Promise<string[]> {
  const statements: Sql[] = [];
  const query: Database['query'] = (statement) => {
    statements.push(statement);
    return database.query(statement);
  };
  const recorded: Database = { ...database, query, within: () => recorded };
  await work(recorded);
  expect(statements.length).toBeGreaterThan(0);
  return Promise.all(
    statements.map(async ({ text, values }) => {
      const rows = await database.query<Record<string, string>>({ text: `explain ${text}`, values });
      return rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
    }),
  );
}

const large =
  /Seq Scan on (inbox\w*|dirty|drift|audit|hook_deliveries|samples|customers|subscriptions|console_sessions)\b/;
const schema = 'stripe';
const pages: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  'the latest events': (db) => listEvents(db, { limit: 100 }),
  'events of a type': (db) => listEvents(db, { type: 'customer.*', limit: 100 }),
  'events of an object': (db) => listEvents(db, { object: 'cus_7', limit: 100 }),
  'events whose object waits': (db) => listEvents(db, { waiting: true, limit: 100 }),
  'events about a customer': async (db) =>
    listEvents(db, { ...(await filterOf({ database: db, schema }, { customer: 'cus_7' })), limit: 100 }),
  'the count before a replay': (db) => matchingEvents(db, { object: 'cus_7' }),
  'one event': (db) => readEventView({ database: db, mirror: createMirror(schema) }, 'evt_7'),
  'one object': (db) => explainObject(db, schema, 'cus_7'),
  'a customer': (db) => readRelated(db, schema, 'cus_7'),
  'drift that is open': (db) => openDrift(db, {}),
  'dead letters': (db) => readDeadGroups(db, new Date()),
  hooks: (db) => readHooksPage(db),
  'the audit': (db) => createAudit(db, systemClock).list({ limit: 100 }),
  'the audit of an object': (db) => createAudit(db, systemClock).list({ target: 'cus_7', limit: 100 }),
  plots: (db) => readPlots(db, systemClock, '1h'),
  'a session': (db) => createSessions(db, systemClock).find('x'.repeat(43)),
};

test.each(Object.keys(pages))('%s: no statement reads a large table from its start', async (page) => {
  const plans = await plansOf(pages[page] ?? (() => Promise.resolve()));
  expect(plans.filter((plan) => large.test(plan))).toEqual([]);
});

test('the list of drift is read in its order', async () => {
  const plans = await plansOf((db) => readDriftPage(db, { limit: 100 }));
  expect(plans.join('\n')).toContain('drift_pkey');
});

import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/engine/config.js';
import type { Companion } from '../../src/engine/engine.js';
import { UNAUTHENTICATED } from '../../src/engine/light.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { LockstepError } from '../../src/kernel/error.js';
import { silent, type Log, type LogFacts } from '../../src/kernel/log.js';
import { runbook } from '../../src/operate/alarms/alarm.js';
import { createAlarmWatch } from '../../src/operate/alarms/alarm-watch.js';
import type { Database } from '../../src/store/database.js';
import { sql, type Sql } from '../../src/store/sql.js';
import { ALERT_SECRET, startAlarmReceiver, type AlarmReceiverServer } from '../support/alarm-receiver.js';
import { customer, eventOf, startCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { databases, openTestDatabase } from '../support/world.js';

const SOURCE = { account: 'acct_alarms', livemode: false };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A clock that the test moves. */
function movableClock(): Clock & { pass(ms: number): void } {
  let past = 0;
  return {
    ...systemClock,
    now: () => new Date(Date.now() + past),
    pass: (ms) => void (past += ms),
  };
}

const configOf = (url: string) =>
  resolveConfig({
    stripeKey: 'sk_test_alarms',
    webhookSecret: 'whsec_alarms_alarms',
    alertUrl: url,
    alertSecret: ALERT_SECRET,
    sweepTypes: ['customer'],
  });

/** A round that fails is a failure of the test. */
const strict: Log = {
  ...silent,
  error: (facts) => {
    if (facts.event === 'alarm.not_decided') console.error(facts);
  },
};

const watchOn = (database: Database, clock: Clock, { url }: AlarmReceiverServer, log = strict): Companion => {
  const watch = createAlarmWatch({ database, clock, config: configOf(url), log });
  if (watch === null) throw new Error('there is no receiver');
  return watch;
};

/** The kind and the alarm of each notice, in order. */
const toldBy = ({ taken }: AlarmReceiverServer): string[] =>
  taken.map(({ body }) => `${body.data.alarm} ${body.type.replace('lockstep.alarm.', '')} ${body.data.severity}`);

describe.each(databases)('alarms on %s', (kind) => {
  let database: Database;
  let receiver: AlarmReceiverServer;
  let clock: ReturnType<typeof movableClock>;
  let watch: Companion;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    await database.query(sql`
      insert into lockstep.sources (account, livemode, platform, bound_by)
      values (${SOURCE.account}, ${SOURCE.livemode}, ${SOURCE.account}, 'key')`);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    receiver = await startAlarmReceiver();
    clock = movableClock();
    watch = watchOn(database, clock, receiver);
    for (const table of [
      'alarms',
      'alarm_notices',
      'dirty',
      'signs',
      'cursors',
      'holds',
      'hook_deliveries',
      'sweeps',
      'processes',
    ])
      await database.script(`delete from lockstep.${table}`);
    await database.query(swept(0));
    await alive();
  });
  afterEach(() => receiver.stop());

  const at = (agoMs: number): Date => new Date(clock.now().getTime() - agoMs);
  const swept = (different: number, type = 'customer'): Sql => sql`
    insert into lockstep.sweeps (account, livemode, type, scope, started_at, began_at, finished_at, different)
    values (${SOURCE.account}, ${SOURCE.livemode}, ${type}, 'all', ${at(0)}::timestamptz, ${at(0)}::timestamptz,
      ${at(0)}::timestamptz, ${different})`;
  const alive = (more: object = {}): Promise<unknown> => {
    const about = {
      ...{ host: 'h', pid: 1, proves: true, sweeps: true, feed: 'webhook', sweepTypes: ['customer'], paused: null },
      ...{ duties: { webhooks: true, pollEveryMs: 60_000, sweepEveryMs: 7 * DAY_MS }, budgets: [], ended: false },
      ...more,
    };
    return database.query(sql`
      insert into lockstep.processes (id, started_at, seen_at, about)
      values ('00000000-0000-4000-8000-000000000001', now(), ${at(0)}::timestamptz, ${JSON.stringify(about)}::jsonb)
      on conflict (id) do update set seen_at = excluded.seen_at, about = excluded.about`);
  };
  const sign = (name: string, agoMs: number, detail = ''): Promise<unknown> =>
    database.query(sql`
      insert into lockstep.signs as s (account, livemode, sign, at, since, detail)
      values (${['paused', 'resumed'].includes(name) ? '' : SOURCE.account}, ${SOURCE.livemode}, ${name},
        ${at(agoMs)}::timestamptz, ${at(agoMs)}::timestamptz, ${detail})
      on conflict (account, livemode, sign) do update set at = excluded.at, since = excluded.since, detail = excluded.detail`);
  const mark = (agoMs: number, isDead = false): Promise<unknown> =>
    database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, dead_since)
      values (${SOURCE.account}, ${SOURCE.livemode}, 'customer', 'cus_1', 1, 1, ${at(agoMs)}::timestamptz, ${at(0)}::timestamptz,
        ${isDead ? at(agoMs) : null}::timestamptz)`);
  const hookRun = async (agoMs: number): Promise<unknown> => {
    await database.query(sql`
      insert into lockstep.hooks (name, kind, topic, backfill, since, seen_at)
      values ('mail', 'after', 'customer', false, now(), now()) on conflict do nothing`);
    return database.query(sql`
      insert into lockstep.hook_deliveries (hook, account, livemode, type, id, gen, payload, made_at, due_at)
      values ('mail', ${SOURCE.account}, ${SOURCE.livemode}, 'customer', 'cus_1', 1, '{}', ${at(agoMs)}::timestamptz,
        ${at(0)}::timestamptz)`);
  };
  const polled = (): Promise<unknown> => sign('polled', 0);
  /** Time passes, in which the process lives and reads the events. */
  const later = async (ms: number): Promise<void> => {
    clock.pass(ms);
    await alive();
    await polled();
  };
  const clear = (table: string) => (): Promise<unknown> => database.script(`delete from lockstep.${table}`);

  /** Each alarm with its incident, and what ends it. */
  const incidents: Record<string, { begin: () => Promise<unknown>; end: () => Promise<unknown> }> = {
    behind: { begin: () => mark(6 * MINUTE_MS), end: clear('dirty') },
    dead_letters: { begin: () => mark(MINUTE_MS, true), end: clear('dirty') },
    silent: {
      begin: async () => {
        await sign('accepted', 3 * HOUR_MS);
        await sign('recovered', 61 * MINUTE_MS, 'evt_1QabcDEF');
      },
      end: () => sign('accepted', 0),
    },
    webhooks_refused: {
      begin: async () => {
        await sign('accepted', HOUR_MS - MINUTE_MS);
        await sign('undelivered', 10 * MINUTE_MS);
        await database.query(sql`
          insert into lockstep.signs (account, livemode, sign, at, since) values ('', false, 'refused', ${at(0)}::timestamptz, ${at(0)}::timestamptz)`);
      },
      end: () => sign('accepted', -MINUTE_MS),
    },
    events_unread: {
      begin: async () => {
        await sign('polled', 20 * MINUTE_MS);
        await sign('poll_failed', 0, 'a server error');
      },
      end: () => sign('polled', -MINUTE_MS),
    },
    edge: {
      begin: () =>
        database.query(sql`
          insert into lockstep.cursors (account, livemode, feed, position)
          values (${SOURCE.account}, ${SOURCE.livemode}, 'poll', ${at(8 * DAY_MS)}::timestamptz)`),
      end: () => database.query(sql`update lockstep.cursors set position = ${at(0)}::timestamptz`),
    },
    key_refused: {
      begin: () => sign('poll_failed', 0, `${UNAUTHENTICATED}Invalid API Key provided: sk_test_****1234`),
      end: () => sign('polled', -MINUTE_MS),
    },
    stripe_away: {
      begin: async () => {
        await sign('answered', 6 * MINUTE_MS);
        await sign('unanswered', 0, 'connection refused');
      },
      end: () => sign('answered', -MINUTE_MS),
    },
    paused: { begin: () => sign('paused', 0, 'many objects are missing'), end: () => sign('resumed', -MINUTE_MS) },
    drift: {
      begin: async () => {
        clock.pass(1_000);
        await database.query(swept(3));
      },
      end: async () => {
        clock.pass(1_000);
        await database.query(swept(0));
      },
    },
    hooks_failing: { begin: () => hookRun(20 * MINUTE_MS), end: clear('hook_deliveries') },
    sweep_overdue: {
      begin: () => database.query(sql`update lockstep.sweeps set started_at = started_at - interval '16 days'`),
      end: () => database.query(swept(0)),
    },
    nobody_works: {
      begin: async () => {
        await alive({ proves: false });
        await mark(3 * MINUTE_MS);
      },
      end: clear('dirty'),
    },
  };
  /** Decided by other tests: below, without the database; and test/contract/rights.test.ts, from the rights of its role. */
  const elsewhere = ['database_away', 'partitions_due'];

  test('every alarm has an incident here', () => {
    expect([...Object.keys(incidents), ...elsewhere].sort()).toEqual(Object.keys(runbook).sort());
  });

  test('in a mirror that is in step, nothing is reported', async () => {
    await polled();
    await watch.round();
    clock.pass(3 * MINUTE_MS);
    await alive();
    await watch.round();
    expect(receiver.asked).toBe(0);
  });

  test.each(Object.keys(incidents))('%s is raised by its incident, once, and clears', async (code) => {
    const { begin, end } = incidents[code]!;
    await polled();
    await begin();
    await watch.round();
    await watch.round();
    const ofThis = (): string[] => toldBy(receiver).filter((told) => told.startsWith(`${code} `));
    expect(ofThis()).toEqual([expect.stringMatching(/ raised /)]);
    await end();
    await watch.round();
    clock.pass(3 * MINUTE_MS);
    await alive();
    await watch.round();
    expect(ofThis()).toEqual([expect.stringMatching(/ raised /), expect.stringMatching(/ cleared /)]);
    expect(await database.query(sql`select code from lockstep.alarms where code = ${code}`)).toEqual([]);
  });

  test('what only a sweep can find is no drift', async () => {
    await polled();
    await alive();
    await database.query(swept(0, 'shipping_rate'));
    clock.pass(1_000);
    await database.query(swept(3, 'shipping_rate'));
    await watch.round();
    expect(receiver.asked).toBe(0);
  });

  test('one that lasts gets worse, and says so once', async () => {
    await polled();
    await mark(6 * MINUTE_MS);
    await watch.round();
    clock.pass(40 * MINUTE_MS);
    await alive();
    await polled();
    await watch.round();
    await watch.round();
    expect(toldBy(receiver)).toEqual(['behind raised warning', 'behind escalated critical']);
  });

  test('a restart and other processes report nothing twice', async () => {
    await polled();
    await mark(6 * MINUTE_MS);
    const others = [watch, watchOn(database, clock, receiver), watchOn(database, clock, receiver)];
    await Promise.all(others.map((one) => one.round()));
    await watch.stop();
    await watchOn(database, clock, receiver).round();
    expect(toldBy(receiver)).toEqual(['behind raised warning']);
  });

  test('what is posted has no secret, no id of a customer, and the words of the runbook', async () => {
    await polled();
    await database.query(sql`
      insert into lockstep.holds (account, livemode, by_whom, reason, since)
      values (${SOURCE.account}, ${SOURCE.livemode}, 'anna@example.com', 'see cus_Q4k2JdAbCd', ${at(2 * DAY_MS)}::timestamptz)`);
    await watch.round();
    const [notice] = receiver.taken;
    const text = JSON.stringify(notice);
    expect(text).not.toMatch(/anna|example|Q4k2JdAbCd/);
    expect(notice?.body).toMatchObject({
      type: 'lockstep.alarm.raised',
      text: expect.stringContaining('Lockstep: paused raised (warning).') as string,
      data: { alarm: 'paused', account: '', runbook: 'docs/operations/alerts.md#paused' },
    });
  });

  const failures: [string, (port: string) => Parameters<AlarmReceiverServer['answer']>[0]][] = [
    ['is down', () => (response) => void response.socket?.destroy()],
    ['answers 500', () => (response) => void response.writeHead(500).end()],
    ['redirects', (url) => (response) => void response.writeHead(307, { location: url }).end()],
  ];
  test.each(failures)('a receiver that %s gets it later, with the same id', async (_, how) => {
    const elsewhereUrl = await startAlarmReceiver();
    await polled();
    await mark(6 * MINUTE_MS);
    receiver.answer(how(elsewhereUrl.url));
    await watch.round();
    await watch.round(); // not due again
    expect([receiver.asked, receiver.taken, elsewhereUrl.asked]).toEqual([1, [], 0]);
    const [{ id = '' } = {}] = await database.query<{ id: string }>(sql`select id from lockstep.alarm_notices`);
    await database.script('delete from lockstep.dirty');
    for (let minute = 0; minute < 3; minute += 1) {
      await later(MINUTE_MS);
      await watch.round();
    }
    receiver.answer();
    await watch.round(); // it is over by now, and its beginning is not due
    expect(receiver.taken).toEqual([]);
    await later(10 * MINUTE_MS);
    await watch.round();
    expect(toldBy(receiver)).toEqual(['behind raised warning', 'behind cleared warning']);
    expect(receiver.taken[0]?.id).toBe(id);
    expect(await database.query(sql`select 1 from lockstep.alarm_notices`)).toEqual([]);
    await elsewhereUrl.stop();
  });

  test('what nobody takes for three days is dropped', async () => {
    await polled();
    await mark(6 * MINUTE_MS);
    receiver.answer((response) => void response.writeHead(500).end());
    await watch.round();
    clock.pass(4 * DAY_MS);
    await database.query(sql`delete from lockstep.dirty`);
    await alive();
    await polled();
    await watch.round();
    expect(await database.query(sql`select 1 from lockstep.alarm_notices where id like '%_raised'`)).toEqual([]);
  });
});

test('a database that is away is reported after a minute, by each process for itself, and its return too', async () => {
  const receiver = await startAlarmReceiver();
  const real = await openTestDatabase('PGlite');
  const clock = movableClock();
  let isAway = true;
  const query: Database['query'] = (statement) =>
    isAway ? Promise.reject(new LockstepError('database_unreachable', 'it does not answer')) : real.query(statement);
  const database: Database = { ...real, query };
  const watch = watchOn(database, clock, receiver);
  await watch.round();
  expect(receiver.asked).toBe(0);
  clock.pass(MINUTE_MS);
  receiver.answer((response) => void response.writeHead(503).end());
  await watch.round();
  receiver.answer();
  await watch.round();
  await watch.round();
  isAway = false;
  await watch.round();
  const told = toldBy(receiver).filter((one) => one.startsWith('database_away'));
  expect(told).toEqual(['database_away raised critical', 'database_away cleared critical']);
  await real.close();
  await receiver.stop();
});

test('a receiver that is slow is given ten seconds and tried again', async () => {
  const receiver = await startAlarmReceiver();
  const database = await openTestDatabase('PGlite');
  const logged: LogFacts[] = [];
  const clock = movableClock();
  const watch = watchOn(database, clock, receiver, { ...silent, error: (facts) => void logged.push(facts) });
  receiver.answer(() => {}); // no answer at all
  await database.query(sql`
    insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
    values ('acct_1', false, 'customer', 'cus_1', 1, 1, now() - interval '10 minutes', now())`);
  await watch.round();
  expect(logged).toContainEqual(
    expect.objectContaining({ event: 'alarm.not_posted', reason: expect.stringContaining('10 s') }),
  );
  expect(JSON.stringify(logged)).not.toContain('/alarms'); // the address may be a secret
  receiver.answer();
  clock.pass(MINUTE_MS);
  await watch.round();
  expect(toldBy(receiver)).toContain('behind raised warning');
  await database.close();
  await receiver.stop();
}, 40_000);

test('webhooks that Stripe does not deliver are silent after an hour, until one comes', async () => {
  const receiver = await startAlarmReceiver();
  const core = await startCore({ kind: 'PGlite' });
  const clock = movableClock();
  const watch = watchOn(core.database, clock, receiver);
  core.stripe.put('/v1/customers/cus_1', customer('cus_1'));
  const event = eventOf('customer.created', customer('cus_1'));
  core.stripe.put(`/v1/events/${String(event['id'])}`, event);
  await core.engine.poll();
  await core.engine.poll();
  await core.rest();
  await core.engine.status(); // writes the signs
  await watch.round();
  expect(toldBy(receiver).filter((told) => told.startsWith('silent'))).toEqual([]);
  clock.pass(61 * MINUTE_MS);
  await watch.round();
  expect(toldBy(receiver)).toContain('silent raised warning');
  await core.deliver(event); // late, but it came
  await core.engine.status();
  await watch.round();
  clock.pass(3 * MINUTE_MS);
  await watch.round();
  expect(toldBy(receiver)).toContain('silent cleared warning');
  await core.stop();
  await receiver.stop();
});

test('a key that Stripe does not accept is reported by the reading of events', async () => {
  const receiver = await startAlarmReceiver();
  const core = await startCore({ kind: 'PGlite' });
  const watch = watchOn(core.database, systemClock, receiver);
  core.stripe.fail('/v1/events', 401, 1);
  await core.engine.poll().catch(() => {});
  await core.engine.status();
  await watch.round();
  expect(toldBy(receiver)).toContain('key_refused raised critical');
  await core.stop();
  await receiver.stop();
});

test('the engine runs the watch by itself, and stops it', async () => {
  const receiver = await startAlarmReceiver();
  let rounds = 0;
  const clock = movableClock();
  const sped: Clock = {
    ...clock,
    sleep: (ms, signal) => (ms === 15_000 ? (rounds++, systemClock.sleep(20, signal)) : systemClock.sleep(ms, signal)),
  };
  const database = await openTestDatabase('PGlite');
  const watch = watchOn(database, sped, receiver);
  watch.start();
  await eventually(async () => rounds > 2, 'some rounds have passed');
  await watch.stop();
  const after = rounds;
  await systemClock.sleep(100);
  expect(rounds).toBe(after);
  await database.close();
  await receiver.stop();
});

test('the signature is the one of the specification', () => {
  // Source: the test vector of the Standard Webhooks libraries.
  const webhook = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const signature = webhook.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}');
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test.each([
  ['http://alerts.example.com/x', 'must begin with https://'],
  ['https://user:pass@alerts.example.com/x', 'no user and password'],
  ['ftp://127.0.0.1/x', 'must begin with https://'],
  ['nonsense', 'must be a URL'],
])('the address %s is refused', (alertUrl, reason) => {
  const options = { stripeKey: 'sk_test_1', webhookSecret: 'whsec_12345678', alertUrl, alertSecret: ALERT_SECRET };
  expect(() => resolveConfig(options)).toThrow(expect.objectContaining({ message: expect.stringContaining(reason) }));
});

test.each([[undefined], ['secret'], ['whsec_short']])('an address with the secret %s is refused', (alertSecret) => {
  const alertUrl = 'https://alerts.example.com/x';
  const options = { stripeKey: 'sk_test_1', webhookSecret: 'whsec_12345678', alertUrl, alertSecret };
  expect(() => resolveConfig(options)).toThrow(/alertSecret/);
});

test('each alarm has its section in the runbook, which names it', () => {
  const page = readFileSync('docs/operations/alerts.md', 'utf8');
  for (const [code, anchor] of Object.entries(runbook)) {
    const title = [...page.matchAll(/^## (.+)$/gm)]
      .map(([, one]) => one as string)
      .find((one) => one.toLowerCase().replaceAll(' ', '-') === anchor);
    const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
    expect(section, code).toContain(`\`${code}\``);
  }
});

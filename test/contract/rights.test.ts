import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveConfig } from '../../src/engine/config.js';
import { migrateDatabase } from '../../src/engine/database.js';
import { createDriftRecord } from '../../src/listing/drift/drift-record.js';
import { createSweepHistory } from '../../src/listing/sweep-history.js';
import { Maintenance, partitionsDueSince } from '../../src/inbox/maintenance.js';
import { systemClock } from '../../src/kernel/clock.js';
import { LockstepError } from '../../src/kernel/error.js';
import { silent } from '../../src/kernel/log.js';
import { createAlarmWatch } from '../../src/operate/alarms/alarm-watch.js';
import type { Database } from '../../src/store/database.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql, trusted } from '../../src/store/sql.js';
import { ALERT_SECRET, startAlarmReceiver } from '../support/alarm-receiver.js';
import { asSuperuser, createDatabase, type TestDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';

const role = `small_${randomBytes(6).toString('hex')}`;
const opened: { database: TestDatabase; owner: Database; small: Database }[] = [];
const DAY_MS = 24 * 60 * 60_000;

/** The database of an administrator, and the same one as a role that nobody has granted anything but to connect. */
async function open(template?: string): Promise<{ owner: Database; small: Database; name: string }> {
  const database = await createDatabase(template === undefined ? {} : { template });
  const owner = openPostgres({ url: database.url, log: silent });
  const url = new URL(database.url);
  url.username = role;
  url.password = 'small';
  const small = openPostgres({ url: url.href, log: silent });
  opened.push({ database, owner, small });
  const name = url.pathname.slice(1);
  await owner.script(`revoke all on database ${name} from public; grant connect on database ${name} to ${role}`);
  return { owner, small, name };
}

beforeAll(async () => {
  const { url, drop } = await createDatabase();
  const owner = openPostgres({ url, log: silent });
  await owner.script(`create role ${role} login password 'small'`);
  await owner.close();
  await drop();
});
afterAll(async () => {
  for (const { database, owner, small } of opened) {
    await Promise.all([owner.close(), small.close()]);
    await database.drop();
  }
});

const where = { mirrorSchema: 'stripe', databaseUrl: 'postgres://' };

/** Migrates as the role, and runs each grant that is asked for, until none is. */
async function grantWhatIsAsked(owner: Database, small: Database): Promise<string[]> {
  const asked: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const error = await migrateDatabase(small, where).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) return asked;
    expect(error).toMatchObject({ code: 'database_forbidden', message: expect.stringContaining(role) });
    const grants = (error as LockstepError).facts['grants'] as string[];
    expect((error as LockstepError).hint).toContain(grants[0]);
    asked.push(...grants);
    await owner.script(grants.join(';\n'));
  }
  throw new Error(`still asked for more after ${asked.join('; ')}`);
}

test('a role that may not migrate is told the grants, and nothing is made before it has them', async () => {
  const { owner, small, name } = await open();
  const error = await migrateDatabase(small, where).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'database_forbidden',
    hint: expect.stringContaining(`grant create on database "${name}" to "${role}"`),
  });
  expect(await owner.query(sql`select from pg_namespace where nspname in ('lockstep', 'stripe')`)).toEqual([]);
  expect(await grantWhatIsAsked(owner, small)).toHaveLength(1);
}, 60_000);

test('a role that owns both schemas migrates into them without the right to make schemas', async () => {
  const { owner, small } = await open();
  await owner.script(`create schema stripe authorization ${role}; create schema lockstep authorization ${role}`);
  expect(await migrateDatabase(small, where)).toMatchObject({ mirrorMade: true });
}, 60_000);

test('on a migrated database, a role with rights on the rows alone runs, and the grants that are named are enough', async () => {
  const { owner, small } = await open(MIGRATED);
  expect(await grantWhatIsAsked(owner, small)).toEqual([
    `grant usage on schema "lockstep", "stripe" to "${role}"`,
    `grant select, insert, update, delete on all tables in schema "lockstep", "stripe" to "${role}"`,
    `grant usage on all sequences in schema "lockstep", "stripe" to "${role}"`,
  ]);

  const at = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  const maintenance = (database: Database, days: number) => {
    const clock = { ...systemClock, now: () => at(days) };
    const [sweeps, drift] = [createSweepHistory(database), createDriftRecord(database)];
    return new Maintenance({ database, sweeps, drift, clock, log: silent }, { inboxDays: 45 }).run();
  };
  const store = (id: string, days: number) =>
    small.query(sql`
      insert into lockstep.inbox (created, account, livemode, id, type, feed, body)
      values (${at(days)}, 'acct_1', false, ${id}, 'customer.updated', 'poll', '{}')`);
  const kept = async (table: string): Promise<unknown[]> =>
    (await owner.query<{ id: string }>(sql`select id from lockstep.${trusted(table)} order by id`)).map(({ id }) => id);

  // Without partitions: what arrives is kept in the default one, and deleted when it is past keeping.
  await store('evt_default', 0);
  expect(await maintenance(small, 0)).toEqual({ made: [], dropped: [] });
  expect(await kept('inbox_default')).toEqual(['evt_default']);
  expect(await partitionsDueSince(small, at(0))).toBeInstanceOf(Date);
  await maintenance(small, 46);
  expect(await kept('inbox')).toEqual([]);

  // The owner makes them; the role then stores into them, and deletes from them what it may not drop.
  expect((await maintenance(owner, 0)).made).toHaveLength(5);
  expect(await partitionsDueSince(small, at(0))).toBeNull();
  await store('evt_week', 0);
  expect(await kept('inbox_default')).toEqual([]);
  await maintenance(small, 46);
  expect(await kept('inbox')).toEqual([]);
  expect((await maintenance(owner, 60)).dropped.length).toBeGreaterThan(0);
}, 60_000);

test('a database that cannot hold every letter is refused before anything is made in it', async () => {
  const database = await createDatabase();
  for (const encoding of ['LATIN1', 'SQL_ASCII']) {
    const name = `${encoding.toLowerCase()}_${randomBytes(4).toString('hex')}`;
    await asSuperuser(`create database ${name} template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`);
    const url = Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
    const narrow = openPostgres({ url, log: silent });
    await expect(migrateDatabase(narrow, where)).rejects.toMatchObject({
      code: 'database_encoding',
      message: expect.stringContaining(encoding),
      hint: expect.stringContaining("encoding 'UTF8'"),
    });
    expect(await narrow.query(sql`select from pg_namespace where nspname in ('lockstep', 'stripe')`)).toEqual([]);
    await narrow.close();
    await asSuperuser(`drop database ${name}`);
  }
  await database.drop();
}, 60_000);

test('the alarm partitions_due is raised for a role that may not make them, and clears once the owner has', async () => {
  const { owner, small } = await open(MIGRATED);
  await grantWhatIsAsked(owner, small);
  const receiver = await startAlarmReceiver();
  let past = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + past) };
  const keys = { stripeKey: 'sk_test_alarms', webhookSecret: 'whsec_alarms_alarms' };
  const config = resolveConfig({ ...keys, alertUrl: receiver.url, alertSecret: ALERT_SECRET });
  const watch = createAlarmWatch({ database: small, clock, config, log: silent });
  const told = () =>
    receiver.taken.filter(({ body }) => body.data.alarm === 'partitions_due').map(({ body }) => body.type);
  await watch?.round();
  await watch?.round();
  expect(told()).toEqual(['lockstep.alarm.raised']);
  const [sweeps, drift] = [createSweepHistory(owner), createDriftRecord(owner)];
  await new Maintenance({ database: owner, sweeps, drift, clock, log: silent }, { inboxDays: 45 }).run();
  await watch?.round();
  past = 3 * 60_000;
  await watch?.round();
  expect(told()).toEqual(['lockstep.alarm.raised', 'lockstep.alarm.cleared']);
  await receiver.stop();
}, 60_000);

// No reader of the change feed can skip a change, whatever commits at the same time.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChanges, type Changes, type NewChange } from '../../src/changes/changes.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createReports } from '../../src/operate/reports.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { linesOf } from '../../src/cli/commands/status/lines.js';
import { resolveOptions } from '../../src/engine/config.js';
import { migrateDatabase } from '../../src/engine/database.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

// A server of its own: a transaction in any database of a server holds the readers back.
let server: PostgresServer;
let database: Database;
let changes: Changes;

beforeAll(async () => {
  server = await startPostgres({ max_prepared_transactions: '20' });
  database = openPostgres({ url: server.url, log: silent });
  await migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: server.url });
  changes = createChanges(database);
  await changes.begin();
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.destroy();
});

const change = (id: string, provenAt = new Date()): NewChange => ({
  account: 'acct_1',
  livemode: false,
  type: 'customer',
  id,
  kind: 'created',
  fields: [],
  provenAt,
  events: [],
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return client;
}

/** Repeatable numbers from 0 to 1, so that a failure can be run again. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const WRITERS = 8;
const ROUNDS = 40;

/** One writer: transactions of one to three changes. Some roll back, in whole or in part, and some stay open. */
async function write(writer: number, random: () => number): Promise<string[]> {
  const client = await connect();
  const committed: string[] = [];
  const insert = (id: string): Promise<unknown> => {
    const { text, values } = changes.statement([change(id)]);
    return client.query(text, [...values]);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const ids: string[] = [];
    await client.query('begin');
    for (let part = 0; part < 1 + Math.floor(random() * 3); part += 1) {
      const id = `cus_${writer}_${round}_${part}`;
      const isPart = random() < 0.3;
      const isUndone = isPart && random() < 0.5;
      if (isPart) await client.query('savepoint part');
      await insert(id);
      if (isUndone) await client.query('rollback to savepoint part');
      else ids.push(id);
      if (random() < 0.3) await pause(random() * (random() < 0.1 ? 120 : 8));
    }
    const end = random();
    if (end < 0.2) await client.query('rollback');
    else if (end < 0.3) {
      await client.query(`prepare transaction 'w_${writer}_${round}'`);
      await pause(random() * 30);
      await client.query(`commit prepared 'w_${writer}_${round}'`);
      committed.push(...ids);
    } else {
      await client.query('commit');
      committed.push(...ids);
    }
  }
  await client.end();
  return committed;
}

/** Follows the feed until it has nothing new after the writers have ended. */
async function follow(from: string, random: () => number, isOver: () => boolean): Promise<string[]> {
  const seen: string[] = [];
  let cursor = from;
  for (;;) {
    const wasOver = isOver();
    const page = await changes.after(cursor, 1 + Math.floor(random() * 20));
    seen.push(...page.map(({ id }) => id));
    cursor = page.at(-1)?.cursor ?? cursor;
    if (page.length === 0 && wasOver) return seen;
    if (page.length === 0) await pause(random() * 5);
  }
}

test('readers see every committed change once, and all in the same order, while writers commit, roll back and wait', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const from = await changes.now();
  let isOver = false;
  const readers = [1, 2, 3].map((reader) => follow(from, numbersFrom(seed + reader), () => isOver));
  const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer, numbersFrom(seed + 100 + writer)));
  const committed = (await Promise.all(writers)).flat();
  isOver = true;
  const [first, ...others] = await Promise.all(readers);
  expect([...(first ?? [])].sort(), `seed ${seed}`).toEqual([...committed].sort());
  for (const other of others) expect(other, `seed ${seed}`).toEqual(first);
}, 60_000);

test('a transaction that is left open holds back what commits after it, and nothing is skipped when it ends', async () => {
  const from = await changes.now();
  const early = await connect();
  await early.query('begin');
  const { text, values } = changes.statement([change('cus_early')]);
  await early.query(text, [...values]);
  await database.query(changes.statement([change('cus_late')]));
  expect(await changes.after(from, 10)).toEqual([]);
  expect(await changes.now()).toBe(from);
  await early.query('commit');
  await early.end();
  expect((await changes.after(from, 10)).map(({ id }) => id)).toEqual(['cus_early', 'cus_late']);
});

test('the status says which open transaction holds readers back, and how to end it', async () => {
  const changesLine = async (): Promise<string> => {
    const reports = createReports({ database, config: resolveOptions({}), clock: systemClock });
    const lines = linesOf(await reports.status())
      .join(' ')
      .replaceAll(/\s+/g, ' ');
    return /changes (.*?) sweeps/.exec(lines)?.[1] ?? '';
  };
  expect(await changesLine()).toBe('readers see all of them');
  const open = await connect();
  const [row] = (await open.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  await open.query(`set application_name = 'forgotten psql'`);
  await open.query('begin');
  const { text, values } = changes.statement([change('cus_held', new Date(Date.now() - 300_000))]);
  await open.query(text, [...values]);
  expect(await changesLine()).toBe('readers see all of them'); // nothing that was committed is held back
  await database.query(changes.statement([change('cus_behind', new Date(Date.now() - 300_000))]));
  expect(await changesLine()).toMatch(
    new RegExp(
      `^held back from readers for 5 min by process ${row?.pid} \\(forgotten psql, idle in transaction, in database postgres, ` +
        `open for .+\\); end it with select pg_terminate_backend\\(${row?.pid}\\)$`,
    ),
  );
  await open.query(`prepare transaction 'forgotten'`);
  await open.end();
  expect(await changesLine()).toMatch(/by the prepared transaction forgotten .+ rollback prepared 'forgotten'$/);
  const another = await connect();
  await another.query(`rollback prepared 'forgotten'`);
  await another.end();
  expect(await changesLine()).toBe('readers see all of them');
});

test('a cursor taken before the mirror is read leaves out no change that the reading did not show', async () => {
  const open = await connect();
  await open.query('begin');
  const { text, values } = changes.statement([change('cus_open')]);
  await open.query(text, [...values]);
  const cursor = await changes.now();
  await open.query('commit');
  await open.end();
  expect((await changes.after(cursor, 10)).map(({ id }) => id)).toEqual(['cus_open']);
});

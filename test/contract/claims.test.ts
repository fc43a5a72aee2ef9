// How long a claim holds, and which object is proven first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { hintAt } from '../../src/inbox/hint.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock } from '../../src/kernel/clock.js';
import { keyText } from '../../src/kernel/source.js';
import { sql, type Sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { databases, openTestDatabase } from '../support/world.js';

const LEASE_MS = 1_500;
/** A version that is not ours: nothing is shown, only the read counts. */
const FOREIGN_VERSION = '2020-08-27';

describe.each(databases)('a claim on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind, options: { leaseMs: LEASE_MS } });
  });
  afterAll(() => core.stop());

  const held = async (id: string) => {
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'read' }));
    const read = core.stripe.hold(`/v1/customers/${id}`);
    await core.deliver(eventOf('customer.created', customer(id), { version: FOREIGN_VERSION }));
    await read.arrived;
    return read;
  };
  const claimOf = async (id: string) => {
    const [mark] = await core.database.query<{ token: number | null; until: Date | null }>(sql`
      select token, leased_until as until from lockstep.dirty where id = ${id}`);
    return mark;
  };
  const settled = (id: string) =>
    core.logged.flatMap((facts) => (facts['event'] === 'sync.settled' && facts['id'] === id ? [facts['settled']] : []));

  test('a read that takes longer than a lease keeps its claim', async () => {
    const read = await held('cus_slow');
    const first = await claimOf('cus_slow');
    await eventually(async () => {
      const now = await claimOf('cus_slow');
      return (now?.until?.getTime() ?? 0) > (first?.until?.getTime() ?? Infinity) + LEASE_MS;
    }, 'the lease has been renewed past its end');
    expect((await claimOf('cus_slow'))?.token).toBe(first?.token);
    read.release();
    await eventually(async () => settled('cus_slow').length > 0, 'the proof is logged'); // its commit is seen before that
    expect(settled('cus_slow')).toEqual(['proven']);
  });

  test('a read whose claim another worker has taken ends at once', async () => {
    const read = await held('cus_taken');
    await core.database.query(sql`
      update lockstep.dirty set token = nextval('lockstep.tick'), leased_until = now() + interval '1 h' where id = 'cus_taken'`);
    await eventually(async () => settled('cus_taken').length > 0, 'the worker knows');
    expect(settled('cus_taken')).toEqual(['lost']);
    await core.database.query(sql`update lockstep.dirty set leased_until = null where id = 'cus_taken'`);
    read.release();
    await eventually(async () => settled('cus_taken').length > 1, 'the proof is logged'); // its commit is seen before that
    expect(settled('cus_taken')).toEqual(['lost', 'proven']);
  });
});

test('a worker that cannot renew a claim for a whole lease ends its read', async () => {
  const core = await startCore({ kind: 'PostgreSQL', options: { leaseMs: LEASE_MS } });
  const id = 'cus_locked';
  core.stripe.put(`/v1/customers/${id}`, customer(id));
  const read = core.stripe.hold(`/v1/customers/${id}`);
  await core.deliver(eventOf('customer.created', customer(id), { version: FOREIGN_VERSION }));
  await read.arrived;
  await core.database.transaction(async (tx) => {
    await tx.query(sql`select 1 from lockstep.dirty where id = ${id} for update`);
    await eventually(
      async () => core.logged.some((facts) => facts['id'] === id && facts['settled'] === 'lost'),
      'the worker knows that its lease has run out',
    );
  });
  read.release();
  await core.rest();
  await core.stop();
}, 60_000);

test('with less than one request a second, a type is claimed again after its first read', async () => {
  const core = await startCore({ kind: 'PGlite', options: { ratePerEndpoint: 0.4 } });
  for (const id of ['prod_1', 'prod_2']) {
    core.stripe.put(`/v1/products/${id}`, product(id));
    await core.deliver(eventOf('product.created', product(id), { version: FOREIGN_VERSION }));
    await core.rest();
  }
  await core.stop();
}, 60_000);

const BACKLOG = 50_000;
const FAILING = 1_000;
const FRESH = 200;
/** A second: below half of the default budget, 20. A product is proven by a single request. */
const FRESH_RATE = 8;

test('behind a backlog of 50,000 and beside 1,000 objects that always fail, what an event is about is proven within two seconds', async () => {
  const core = await startCore({
    kind: 'PostgreSQL',
    database: await openTestDatabase('PostgreSQL'),
    options: { ratePerEndpoint: undefined, rateTotal: undefined },
    prepare: (database) => addMarks(database),
  });
  for (let n = 0; n < BACKLOG; n += 1) core.stripe.put(`/v1/products/prod_old_${n}`, product(`prod_old_${n}`));
  for (let n = 0; n < FAILING; n += 1) core.stripe.fail(`/v1/products/prod_bad_${n}`, 500, Infinity);
  const begun = new Map<string, number>();
  const took: number[] = [];
  let old = 0;
  core.engine.onChange(({ id, how }) => {
    if (how !== 'proven') return;
    if (id.startsWith('prod_old_')) old += 1;
    if (id.startsWith('prod_new_')) took.push(performance.now() - (begun.get(id) ?? 0));
  });
  const start = performance.now();
  for (let n = 0; n < FRESH; n += 1) {
    const id = `prod_new_${n}`;
    await eventually(async () => performance.now() - start >= (n * 1_000) / FRESH_RATE, 'it is its turn', 60_000);
    core.stripe.put(`/v1/products/${id}`, product(id));
    begun.set(id, performance.now());
    await core.deliver(eventOf('product.created', product(id)));
  }
  await eventually(async () => took.length === FRESH, 'all are proven', 60_000);
  const seconds = (performance.now() - start) / 1_000;
  const p99 = took.sort((a, b) => a - b)[Math.ceil(FRESH * 0.99) - 1];
  expect(p99).toBeLessThan(4_000);
  expect(old / seconds).toBeGreaterThan(2.5); // of five a second, a quarter of the budget, half
  await core.stop();
}, 180_000);

const product = (id: string) => ({ ...customer(id), object: 'product' });

/** Marks as an outage leaves them, of all ages; and those that have failed before are among them. */
async function addMarks(database: Database): Promise<void> {
  await database.query(sql`
    insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, attempts)
    select 'acct_scripted', false, 'product', case when n < ${BACKLOG} then 'prod_old_' || n else 'prod_bad_' || n - ${BACKLOG} end,
      n, n, at, at, case when n < ${BACKLOG} then 0 else 5 end
    from (select n, now() - (1 + n % 3600) * interval '1 s' as at from generate_series(0, ${BACKLOG + FAILING - 1}::integer) n) n`);
}

test('workers that claim at once, while hints come, take no mark twice and never fail', async () => {
  const database = await openTestDatabase('PostgreSQL');
  const home = { account: 'acct_1', livemode: false };
  await database.query(sql`
    insert into lockstep.sources (account, livemode, platform, bound_by) values ('acct_1', false, 'acct_1', 'key')`);
  const marks = createMarks(database);
  const types = ['customer', 'invoice', 'price'];
  let stopped = false;
  let claimed = 0;
  const wrong: string[] = [];
  const hinting = async (): Promise<void> => {
    for (let n = 0; !stopped; n += 1) {
      const hints = types.map((type, at) => ({
        ...hintAt({ ...home, type, id: `x_${(7 * n + at) % 30}` }),
        heard: n % 2 === 0,
      }));
      await database.transaction((tx) => marks.mark(tx, hints, new Date()));
    }
  };
  const claiming = async (limit: number): Promise<void> => {
    while (!stopped) {
      // A lease that ends at once: the same marks are claimed again and again.
      const claims = await marks.claim({ limit, now: new Date(), leaseMs: 1, homes: [home] });
      claimed += claims.length;
      if (claims.length > limit) wrong.push(`${claims.length} of at most ${limit}`);
      if (new Set(claims.map(keyText)).size < claims.length) wrong.push('one mark twice');
    }
  };
  const working = Promise.all([hinting(), hinting(), claiming(1), claiming(2), claiming(3)]);
  await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  stopped = true;
  await working;
  expect(wrong).toEqual([]);
  expect(claimed).toBeGreaterThan(100);
  await database.close();
});

describe.each(databases)('among many accounts on %s', (kind) => {
  const home = { account: 'acct_home', livemode: false };
  const quiet = Array.from({ length: 10 }, (_, n) => `acct_quiet_${n}`);

  /** Ten accounts with one mark each, and one with thousands that have waited longer. */
  async function noisy(events: 'fresh' | 'old'): Promise<Database> {
    const database = await openTestDatabase(kind);
    const accounts = ['acct_home', 'acct_noisy', ...quiet];
    const isFresh = events === 'fresh';
    await database.query(sql`
      insert into lockstep.sources (account, livemode, platform, bound_by)
      select a, false, 'acct_home', 'event' from jsonb_array_elements_text(${JSON.stringify(accounts)}::jsonb) a`);
    await database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, heard, rank, ranked_at)
      select 'acct_noisy', false, case when n % 2 = 0 then 'customer' else 'price' end, 'x_' || n, n, n, at, at,
        ${isFresh}::boolean, case when ${isFresh}::boolean then 1 else 2 end, case when ${isFresh}::boolean then at end
      from (select n, now() - interval '10 s' + n * interval '1 ms' as at from generate_series(1, 4000) n) n`);
    await database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
      select a, false, 'customer', 'cus_quiet', 9999, 9999, now() - interval '15 s', now() - interval '1 s'
      from jsonb_array_elements_text(${JSON.stringify(quiet)}::jsonb) a`);
    return database;
  }

  test.each(['fresh', 'old'] as const)(
    'one with thousands of %s marks does not keep the others waiting',
    async (events) => {
      const database = await noisy(events);
      const marks = createMarks(database);
      const claimed: string[] = [];
      // Of two places, places.ts leaves one at least to the backlog.
      const shares = { limit: 2, ahead: { limit: 1, without: [] }, backlog: { limit: 1, without: [] } };
      for (let n = 0; n < 24; n += 1)
        for (const { account } of await marks.claim({ ...shares, now: new Date(), leaseMs: 60_000, homes: [home] }))
          claimed.push(account);
      expect(quiet.filter((account) => !claimed.includes(account))).toEqual([]);
      expect(claimed.filter((account) => account === 'acct_noisy').length).toBeGreaterThanOrEqual(12);
      await database.close();
    },
  );

  test('marks of accounts that are others’ take no turn', async () => {
    const database = await noisy('old');
    await database.query(sql`update lockstep.sources set platform = 'acct_other' where account like 'acct\\_quiet%'`);
    const marks = createMarks(database);
    const claims = await marks.claim({ limit: 8, now: new Date(), leaseMs: 60_000, homes: [home] });
    expect(claims.map(({ account }) => account)).toEqual(Array.from({ length: 8 }, () => 'acct_noisy'));
    await database.close();
  });
});

test('a drain waits for what the loop has claimed and not yet begun to read', async () => {
  const real = await openTestDatabase('PostgreSQL');
  let goOn = (): void => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  let note = (): void => {};
  const claimed = new Promise<void>((resolve) => (note = resolve));
  const database: Database = {
    ...real,
    async query<Row>(statement: Sql): Promise<Row[]> {
      const rows = await real.query<Row>(statement);
      if (!statement.text.includes('claim_due') || rows.length === 0) return rows;
      note();
      await held; // the claim is committed, and its answer is still on the way
      return rows;
    },
  };
  const core = await startCore({ kind: 'PostgreSQL', database });
  core.stripe.put('/v1/customers/cus_drained', customer('cus_drained', { name: 'read' }));
  await core.deliver(eventOf('customer.created', customer('cus_drained'), { version: FOREIGN_VERSION }));
  await claimed;
  const drained = core.engine.drain().then(() => 'drained');
  expect(await Promise.race([drained, systemClock.sleep(300).then(() => 'waiting')])).toBe('waiting');
  goOn();
  await drained;
  expect(await core.row('customers', 'cus_drained')).toMatchObject({ name: 'read', proven_at: expect.any(Date) });
  await core.stop();
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHooks } from '../../src/hooks/registry.js';
import { consoleRows } from '../../src/http/console/rows.js';
import { quantile } from '../../src/operate/console/samples.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, startWorld, WEBHOOK_SECRET, type World } from '../support/world.js';
import { consoleRig, posted, type Browser, type ConsoleRig } from './client.js';

describe.each(databases)('the pages of the console on %s', (kind) => {
  let world: World;
  let rig: ConsoleRig;
  let ada: Browser;
  let grace: Browser;
  let customer: string;
  beforeAll(async () => {
    const hooks = createHooks();
    hooks.after('product', () => Promise.reject(new Error('the mail server said no')), { name: 'mail' });
    world = await startWorld({ kind, hooks });
    rig = consoleRig(world.engine);
    ada = await rig.signIn(await rig.token('ada', 'act'));
    grace = await rig.signIn(await rig.token('grace', 'look'));
    customer = (await world.stripe.customers.create({ name: 'Ada', email: 'ada@example.com' })).id;
    await world.stripe.invoiceItems.create({ customer, amount: 500, currency: 'usd' });
    await world.stripe.products.create({ name: 'Lamp' });
    await eventually(
      async () => (await world.database.query(sql`select 1 from lockstep.inbox`)).length >= 3,
      'three events are here',
    );
    await world.rest();
  });
  afterAll(() => world.stop());

  const listOf = async (query: string) =>
    ((await ada.get(`/events?${query}`)).body['events'] as { type: string; objectId: string; waiting: boolean }[]).map(
      ({ type }) => type,
    );

  test('events are filtered by type, object, customer, feed, and state', async () => {
    const types = await listOf('type=customer.*');
    expect(types.length).toBeGreaterThan(0);
    expect(types.every((type) => type.startsWith('customer.'))).toBe(true);
    expect(await listOf(`object=${customer}`)).toContain('customer.created');
    const about = await listOf(`customer=${customer}`);
    expect(about).toContain('customer.created');
    expect(about).toContain('invoiceitem.created');
    expect(about).not.toContain('product.created');
    expect(await listOf('feed=poll')).toEqual([]);
    expect(await listOf('ignored=true')).toEqual([]);
    await world.database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
      values (${world.engine.source.account}, false, 'customer', ${customer}, 1, 1, now(), now() + interval '1 hour')`);
    expect(await listOf('waiting=true')).toContain('customer.created');
    expect(await listOf('waiting=true')).not.toContain('product.created');
    await world.database.query(sql`delete from lockstep.dirty where id = ${customer}`);
  });

  test('a filter is counted before it is replayed, and what was counted is replayed', async () => {
    const { body: count } = await ada.get('/events/count?type=product.*');
    expect(count).toEqual({ events: 1, objects: 1, isCut: false });
    const { body } = await ada.post('/events/replay', { filter: { type: 'product.*' }, note: 'try' });
    expect(body).toEqual({ events: 1, hinted: 1 });
    await world.rest();
    const [entry] = (await ada.get('/audit?limit=1')).body as unknown as object[];
    expect(entry).toMatchObject({ who: 'ada', action: 'replay events', target: 'product.*', note: 'try' });
  });

  test('an event has its way, and its payload is hidden, redacted, and then shown with an entry', async () => {
    const [event] = (await ada.get(`/events?object=${customer}&type=customer.created`)).body['events'] as {
      id: string;
    }[];
    const id = event?.id ?? '';
    const { body: view } = await ada.get(`/event?id=${id}`);
    expect(view).toMatchObject({ event: { id }, row: { provenAt: expect.any(String) }, mark: null });
    expect(JSON.stringify(view)).not.toContain('ada@example.com');
    expect(JSON.stringify((await ada.get(`/event/payload?id=${id}`)).body)).not.toContain('ada@example.com');
    expect((await grace.post('/event/reveal', { id })).status).toBe(403);
    expect(JSON.stringify((await ada.post('/event/reveal', { id })).body)).toContain('ada@example.com');
    expect((await ada.get(`/audit?target=${id}`)).body).toMatchObject([{ action: 'showed a payload' }]);
    expect((await ada.get('/event/payload?id=evt_none')).status).toBe(404);
  });

  test('a customer has the objects that name it', async () => {
    const { body } = await ada.get(`/related?id=${customer}`);
    expect(body).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'invoiceitem', field: 'customer', isMarked: false })]),
    );
  });

  test('drift is listed by cause and repaired at once', async () => {
    await world.engine.sweep(['customer']); // what the first comparison of a type finds is no drift
    await world.database.query(sql`
      update stripe.customers set data = jsonb_set(data, '{balance}', '7'::jsonb) where id = ${customer}`);
    await world.engine.operations.verify({ types: ['customers'], repair: false, graceMs: 0 });
    const { body } = await ada.get('/drift?cause=edited&open=true');
    expect(body).toMatchObject({ found: [{ id: customer, how: 'different', cause: 'edited', repairedAt: null }] });
    expect((await ada.post('/drift/repair', { cause: 'edited' })).body).toEqual({ objects: 1 });
    await world.rest();
    const [row] = await world.database.query(
      sql`select data -> 'balance' as balance from stripe.customers where id = ${customer}`,
    );
    expect(row).toEqual({ balance: 0 });
  });

  test('dead letters are grouped by reason, retried by reason, and muted', async () => {
    const die = (id: string, reason: string) =>
      world.database.query(sql`
        insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, attempts, reason, dead_since)
        values (${world.engine.source.account}, false, 'coupon', ${id}, 1, 1, now(), now() + interval '1 hour', 9, ${reason}, now())`);
    await die('a', 'first reason');
    await die('b', 'first reason');
    await die('c', 'second reason');
    await ada.post('/dead/mute', { type: 'coupon', reason: 'second reason', days: 7 });
    expect((await grace.get('/dead')).body).toMatchObject([
      { reason: 'first reason', count: 2, ids: ['a', 'b'], mutedUntil: null },
      { reason: 'second reason', count: 1, mutedBy: 'ada' },
    ]);
    const retry = () => ada.post('/dead/retry', { type: 'coupon', reason: 'first reason' });
    const both = await Promise.all([retry(), retry()]);
    expect(both.map(({ body }) => body['retried']).sort()).toEqual([0, 2]); // two operators, and nothing twice
    await world.database.query(sql`delete from lockstep.dirty where id = 'c'`);
    await world.rest();
  });

  test('of two who start the same work, the second learns who was first; and it can be stopped', async () => {
    world.emulator.faults.set({ latency_ms: 300 });
    const start = () => ada.post('/jobs/start', { kind: 'verify' });
    const answers = await Promise.all([start(), start()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.error?.message).toBe('A verify is running, started by ada');
    const { number } = answers.find(({ status }) => status === 200)?.body as { number: number };
    expect((await ada.post('/jobs/stop', { number })).body).toEqual({ stopping: true });
    const job = await eventually(async () => {
      const { jobs } = (await ada.get('/jobs')).body as {
        jobs: { finishedAt: string | null; outcome: string; failed: boolean }[];
      };
      return jobs[0]?.finishedAt == null ? undefined : jobs[0];
    }, 'the job has ended');
    world.emulator.faults.set({ latency_ms: 0 });
    expect(job).toMatchObject({ outcome: expect.stringContaining('stopped'), failed: false });
    expect((await ada.post('/jobs/start', { kind: 'verify', types: ['custmers'] })).body.error?.hint).toBe(
      'did you mean customers?',
    );
  });

  test('a pause has the name of who paused it', async () => {
    const { body } = await ada.post('/pause', { minutes: 5, note: 'looking' });
    expect(body).toMatchObject([{ by: 'ada', reason: 'looking' }]);
    expect((await grace.get('/status')).body['holds']).toMatchObject([{ by: 'ada' }]);
    await ada.post('/resume', {});
    expect((await grace.get('/status')).body['holds']).toEqual([]);
  });

  test('hooks show what waits, and why a run failed', async () => {
    const hook = await eventually(async () => {
      const { hooks } = (await ada.get('/hooks')).body as { hooks: { name: string; waiting: number }[] };
      return hooks.find(({ waiting }) => waiting > 0);
    }, 'a run waits');
    expect(hook).toMatchObject({ name: 'mail', kind: 'after', topic: 'product' });
    await world.database.query(sql`update lockstep.hook_deliveries set dead_since = now(), reason = 'no'`);
    expect((await ada.get('/hooks')).body['dead']).toMatchObject([{ hook: 'mail', reason: 'no', count: 1 }]);
    expect((await ada.post('/hooks/retry', { hook: 'mail', reason: 'no' })).body).toEqual({ retried: 1 });
  });

  test('no page has a secret', async () => {
    const pages = consoleRows.filter(({ method }) => method === 'GET').map(({ path }) => path);
    const answers = await Promise.all(
      pages.map((path) =>
        rig.fetch(`/console/api${path}${path === '/plots' ? '?range=1h' : ''}`, { headers: { cookie: ada.cookie } }),
      ),
    );
    const text = (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
    expect(text).toContain('sources[0].webhookSecrets');
    for (const secret of [world.emulator.secretKey, WEBHOOK_SECRET, ada.cookie.split('=')[1] ?? '', ada.csrf])
      expect(text).not.toContain(secret);
  });

  test('nobody who may only look, and nobody without the secret of the page, gets past any button', async () => {
    const writes = consoleRows.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(writes.length).toBeGreaterThan(10);
    for (const path of writes) {
      expect([path, (await grace.post(path, {})).status]).toEqual([path, 403]);
      const forged = await rig.call(`/console/api${path}`, posted({}, { cookie: ada.cookie }));
      expect([path, forged.status, forged.body.error?.message]).toEqual([
        path,
        403,
        'The request did not come from the console',
      ]);
      expect([path, (await rig.call(`/console/api${path}`, posted({}))).status]).toEqual([path, 401]);
    }
    for (const { path, method } of consoleRows)
      if (method === 'GET') expect([path, (await rig.call(`/console/api${path}`)).status]).toEqual([path, 401]);
  });

  test('the plots put the samples of all processes together', async () => {
    const counted = (events: number) => ({
      ...{ events, proofs: 30, requests: 60, limited: 6, unproven: 4, oldestS: 9 },
      shown: [0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      proven: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    });
    for (const events of [60, 120]) {
      await world.database.query(sql`
        insert into lockstep.samples (at, process, counted)
        values (date_trunc('minute', now()) - interval '2 minutes', gen_random_uuid(), ${JSON.stringify(counted(events))}::jsonb)`);
    }
    const { body } = await ada.get('/plots?range=1h');
    const values = (field: string) => (body[field] as (number | null)[]).filter((value) => value !== null);
    expect(values('eventsPerS')).toEqual([3]);
    expect(values('limitedPerS')).toEqual([0.2]);
    expect(values('unproven')).toEqual([4]);
    expect(values('shownP50')).toEqual([expect.closeTo(0.075)]);
    expect(values('provenP50')).toEqual([]);
    expect(body['at']).toHaveLength(61);
    expect((await ada.get('/plots?range=99y')).status).toBe(400);
  });
});

test.each([
  [[], 0.5, null],
  [[4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.5, 0.025],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 0.99, 1_800],
  [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], 1, 2.5],
] as const)('of the counts %j the share %d was within %s seconds', (counts, share, seconds) => {
  expect(quantile(counts, share)).toBe(seconds);
});

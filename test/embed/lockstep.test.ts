import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../emulator/src/emulator.js';
import type { Log, LogFacts } from '../../src/kernel/log.js';
import { createLockstep, type Lockstep } from '../../src/app/index.js';
import { eventually } from '../support/eventually.js';
import { openStage, told, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.stop());

const post = (path: string, headers: Record<string, string> = {}): Request =>
  new Request(`http://app.test${path}`, { method: 'POST', headers });

async function newestEvent(): Promise<object> {
  const { data } = await stage.stripe.events.list({ limit: 1 });
  return data[0] as object;
}

const customerNames = async (lockstep: Lockstep): Promise<unknown[]> =>
  (await lockstep.query('select name, proven_at is not null as proven from stripe.customers order by name')).map(
    ({ name, proven }) => (proven === true ? name : `${String(name)}, not proven`),
  );

describe('inside an app', () => {
  test('takes signed deliveries below its base path, and proves what they hint at', async () => {
    const lockstep = await stage.lockstep({ basePath: '/billing/' });
    await stage.stripe.customers.create({ name: 'Embedded' });
    const answer = await lockstep.fetch(stage.delivery(await newestEvent(), '/billing/stripe-webhooks'));
    expect([answer.status, await answer.json()]).toEqual([200, { received: true }]);
    await eventually(async () => (await customerNames(lockstep)).includes('Embedded'), 'the customer is proven');
  });

  test('answers 404 outside its base path, 405 to another method, and 400 to an unsigned delivery', async () => {
    const lockstep = await stage.lockstep({ basePath: '/billing' });
    const answers = [
      lockstep.fetch(stage.delivery({}, '/stripe-webhooks')),
      lockstep.fetch(stage.delivery({}, '/billingstripe-webhooks')),
      lockstep.fetch(new Request('http://app.test/billing/stripe-webhooks')),
      lockstep.fetch(post('/billing/stripe-webhooks', { 'stripe-signature': 't=1,v1=00' })),
      lockstep.fetch(new Request('http://app.test/billing/healthz')),
    ];
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404, 405, 400, 200]);
  });

  test('lets nobody act for a user by default', async () => {
    const lockstep = await stage.lockstep();
    const answer = await lockstep.fetch(post('/create-customer/ada'));
    expect(await told(answer)).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test('lets the user that the app identifies act for themselves, and for nobody else', async () => {
    const lockstep = await stage.lockstep({
      identify: async (request) => {
        const username = request.headers.get('x-user');
        return username === null ? null : { username };
      },
    });
    const own = await lockstep.fetch(post('/create-customer/ada', { 'x-user': 'ada' }));
    expect([own.status, await own.json()]).toEqual([200, { id: expect.stringMatching(/^cus_/) }]);
    const other = await lockstep.fetch(post('/create-customer/grace', { 'x-user': 'ada' }));
    expect(await told(other)).toMatchObject({ status: 403, code: 'forbidden' });
    const operator = await lockstep.fetch(post('/v1/operations/verify', { 'x-user': 'ada' }));
    expect(await told(operator)).toMatchObject({ status: 403 });
  });

  test('knows a user by id too, and lets the app deny more', async () => {
    const identify = () => ({ id: 1 });
    const allowed = await stage.lockstep({ identify });
    expect((await allowed.fetch(post('/create-customer/ada'))).status).toBe(200);
    const other = await allowed.fetch(post('/create-customer/grace'));
    expect(await told(other)).toMatchObject({ status: 403 });
    const denying = await stage.lockstep({ identify, authorize: ({ action }) => action !== 'customer.write' });
    expect(await told(await denying.fetch(post('/create-customer/ada')))).toMatchObject({ code: 'forbidden' });
  });

  test('lets the bearer of its token act for every user, and only with the whole token', async () => {
    const lockstep = await stage.lockstep({ token: 'a-token-of-enough-characters' });
    const ask = (token: string) => lockstep.fetch(post('/create-customer/ADA', { authorization: `Bearer ${token}` }));
    expect((await ask('a-token-of-enough-characters')).status).toBe(200);
    expect((await ask('a-token-of-enough-character')).status).toBe(401);
  });

  test('refuses an identity that is none, rather than letting somebody in', async () => {
    const lockstep = await stage.lockstep({ identify: () => ({ user: 'ada' }) as never });
    const answer = await lockstep.fetch(post('/create-customer/ada'));
    expect(await told(answer)).toMatchObject({ status: 500, code: 'internal' });
  });

  test('makes customers and subscriptions for users named by id, by username or by their row', async () => {
    const lockstep = await stage.lockstep();
    const [ada] = await lockstep.query<{ id: number; username: string }>('select * from users where username = $1', [
      'ada',
    ]);
    const made = await lockstep.customers.ensure({ username: 'ada' });
    expect(made.created).toBe(true);
    expect(await lockstep.customers.ensure(ada as { id: number })).toEqual({ id: made.id, created: false });

    const product = await stage.stripe.products.create({ name: 'Team' });
    const price = await stage.stripe.prices.create({
      ...{ product: product.id, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' as const } },
    });
    const created = await lockstep.subscriptions.create({ user: { id: String(ada?.id) }, price: price.id });
    expect(created).toMatchObject({ status: 'incomplete', kind: 'payment', clientSecret: expect.any(String) });
    const rows = await lockstep.query('select id from stripe.subscriptions where customer = $1', [made.id]);
    expect(rows).toEqual([{ id: created.id }]);

    const access = await lockstep.for({ username: 'ada' });
    expect(await access.isSubscribed()).toBe(false);
    await stage.stripe.paymentIntents.confirm(String(created.clientSecret).split('_secret_')[0] as string, {
      payment_method: 'pm_card_visa',
    });
    await lockstep.settled(made.id);
    expect(await access.isSubscribed({ price: price.id })).toBe(true);
    const foreign = lockstep.subscriptions.cancel({ username: 'grace' }, created.id);
    await expect(foreign).rejects.toMatchObject({ code: 'subscription_not_found' });
    await lockstep.subscriptions.cancel({ username: 'ada' }, created.id);
    expect((await stage.stripe.subscriptions.retrieve(created.id)).status).toMatch(/canceled|incomplete_expired/);
    await expect(lockstep.customers.ensure({ username: 'nobody' })).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(lockstep.customers.ensure({} as never)).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test('refuses a body that was read before, and says what to do', async () => {
    const lockstep = await stage.lockstep();
    const request = stage.delivery({});
    await request.text();
    const answer = await told(await lockstep.fetch(request));
    expect(answer).toMatchObject({
      status: 500,
      code: 'body_parsed',
      hint: expect.stringContaining('request.clone()'),
    });
  });
});

test('hooks run for what is proven', async () => {
  const lockstep = await stage.lockstep();
  const told: unknown[] = [];
  lockstep.onChange('customer', ({ tx, after }) =>
    tx
      .query(
        `update users set email = $1 where username = 'ada'
         and current_setting('enable_hashjoin') || current_setting('enable_seqscan') = 'onon'`, // planned freely
        [after?.email],
      )
      .then(() => {}),
  );
  lockstep.after('customer', ({ before, after }) => void told.push([before, after?.email]));
  await lockstep.start();
  await stage.stripe.customers.create({ email: 'changed@example.com' });
  await lockstep.fetch(stage.delivery(await newestEvent()));
  await eventually(async () => told.length > 0, 'the hook is told after the commit');
  expect(told).toEqual([[null, 'changed@example.com']]);
  expect(await lockstep.query('show enable_hashjoin')).toEqual([{ enable_hashjoin: 'on' }]);
  expect(await lockstep.query("select email from users where username = 'ada'")).toEqual([
    { email: 'changed@example.com' },
  ]);
});

test('a hook that is registered after the start is refused', async () => {
  const lockstep = await stage.lockstep();
  await lockstep.start();
  expect(() => lockstep.after('price', () => {})).toThrow(expect.objectContaining({ code: 'option_invalid' }));
});

describe('starting and stopping', () => {
  const noting = (): { log: Log; count: (event: string) => number } => {
    const noted: LogFacts[] = [];
    const note = (facts: LogFacts): void => void noted.push(facts);
    return {
      log: { debug: note, info: note, warn: note, error: note },
      count: (event) => noted.filter((facts) => facts.event === event).length,
    };
  };

  test('two with equal options share one engine, which runs until the second stops', async () => {
    const { log, count } = noting();
    const options = await stage.options({ log });
    const [one, two] = [createLockstep(options), createLockstep({ ...options })];
    await Promise.all([one.start(), two.start()]);
    expect(count('source.bound')).toBe(1);
    await one.stop();
    await one.stop();
    await expect(one.status()).rejects.toMatchObject({ code: 'stopped' });
    expect(await two.status()).toMatchObject({ dirty: 0 });
    await two.stop();
  });

  test('other options for the same database replace the engine that ran', async () => {
    const options = await stage.options();
    const [before, after] = [createLockstep(options), createLockstep({ ...options, concurrency: 3 })];
    await before.start();
    await after.start();
    expect(await told(await before.fetch(stage.delivery(await newestEvent())))).toMatchObject({ status: 503 });
    expect((await after.fetch(stage.delivery(await newestEvent()))).status).toBe(200);
    await before.stop();
    expect(await after.status()).toMatchObject({ paused: null });
    await after.stop();
  });

  test('after all have stopped, the same options start a new one', async () => {
    const options = await stage.options();
    const first = createLockstep(options);
    await first.start();
    const stopping = first.stop();
    const second = createLockstep(options);
    expect(await second.status()).toMatchObject({ dirty: 0 });
    await stopping;
    expect(await second.status()).toMatchObject({ dirty: 0 });
    await second.stop();
    expect(await told(await second.fetch(post('/healthz')))).toMatchObject({ status: 503, code: 'stopped' });
  });

  test('a start that failed is tried anew at the next use', async () => {
    const stripe = await startEmulator({ port: 0 });
    await stripe.stop();
    const lockstep = createLockstep(await stage.options({ stripeApiBase: stripe.url, stripeKey: stripe.secretKey }));
    await expect(lockstep.start()).rejects.toMatchObject({
      code: 'stripe_unreachable',
      message: `Could not reach Stripe at ${stripe.url}: connection refused`,
    });
    expect(await told(await lockstep.fetch(post('/healthz')))).toMatchObject({ status: 502 });
    const again = await startEmulator({ port: stripe.port, account: stripe.account });
    expect(await lockstep.status()).toMatchObject({ paused: null });
    await lockstep.stop();
    await again.stop();
  });

  test('a missing secret is reported when it is needed, not when the app is built', async () => {
    const lockstep = createLockstep({ log: noting().log });
    await expect(lockstep.start()).rejects.toMatchObject({ code: 'stripe_key_missing' });
    expect(await told(await lockstep.fetch(post('/stripe-webhooks')))).toMatchObject({
      ...{ status: 500, code: 'stripe_key_missing', hint: expect.any(String) },
    });
    await lockstep.stop();
  });
});

describe('where nothing runs in the background', () => {
  test('a delivery is on disk when it is answered, and proven while the host keeps the process', async () => {
    const lockstep = await stage.lockstep({ background: false });
    await stage.stripe.customers.create({ name: 'Serverless' });
    const kept: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>): void => void kept.push(work);
    expect((await lockstep.fetch(stage.delivery(await newestEvent()), { waitUntil })).status).toBe(200);
    expect(kept).toHaveLength(1);
    await kept[0];
    expect(await customerNames(lockstep)).toEqual(['Serverless']);
    expect(await lockstep.status()).toMatchObject({ dirty: 0 });
  });

  test('what we do ourselves is proven at once', async () => {
    const lockstep = await stage.lockstep({ background: false });
    await lockstep.customers.ensure({ username: 'grace' });
    const proven = async () => (await customerNames(lockstep)).includes('Grace Hopper');
    await eventually(proven, 'the customer is proven');
  });

  test('a run finds what no delivery told of, and what an earlier process left marked', async () => {
    const options = await stage.options({ background: false, sweepTypes: ['product'], sweepEveryMs: 60_000 });
    const before = await stage.stripe.products.create({ name: 'Before the first start' });
    const first = createLockstep(options);
    const arrived = await stage.stripe.customers.create({ name: 'Left marked' });
    // As a process leaves it that is frozen right after its answer.
    await first.query(
      `insert into lockstep.dirty (account, livemode, type, id, parents, hinted_at, due_at, gen, first_gen)
       select account, livemode, 'customer', $1, '{}', now(), now(), nextval('lockstep.tick'), 1 from lockstep.sources`,
      [arrived.id],
    );
    await first.stop();

    const second = createLockstep(options);
    const missed = await stage.stripe.customers.create({ name: 'No delivery told of me' });
    expect(await second.run()).toMatchObject({ dirty: 0, provenAt: expect.any(Date) });
    const rows = await second.query('select id from stripe.customers where id = any($1) and proven_at is not null', [
      [arrived.id, missed.id],
    ]);
    expect(rows).toHaveLength(2);
    expect(await second.query('select name from stripe.products where id = $1', [before.id])).toEqual([
      { name: 'Before the first start' },
    ]);
    await second.stop();
  });

  test('a run proves what its hooks changed before it ends, and a hook that fails does not hold it up', async () => {
    const lockstep = createLockstep(await stage.options({ background: false }));
    const welcomed: unknown[] = [];
    let failed = 0;
    lockstep.after('customer', async ({ key, before, after }) => {
      if (before !== null || after?.name !== 'Hooked') return;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await stage.stripe.customers.update(key.id, { description: 'welcomed' });
      await lockstep.query(
        `insert into lockstep.dirty (account, livemode, type, id, parents, hinted_at, due_at, gen, first_gen)
        values ($1, $2, 'customer', $3, '{}', now(), now(), nextval('lockstep.tick'), 1)`,
        [key.account, key.livemode, key.id],
      );
      welcomed.push(after?.name);
    });
    lockstep.onEvent('customer.created', ({ event }) => {
      if (event.data.object.name !== 'Hooked') return;
      failed += 1;
      throw new Error('as tested');
    });
    await lockstep.run(); // most of what happened before the first one is history
    await stage.stripe.customers.create({ name: 'Hooked' });
    const began = Date.now();
    expect(await lockstep.run()).toMatchObject({ dirty: 0 });
    expect(welcomed).toEqual(['Hooked']);
    expect(failed).toBeGreaterThan(0);
    expect(await lockstep.query('select 1 from lockstep.hook_deliveries')).toHaveLength(1);
    expect(await lockstep.query(`select description from stripe.customers where name = 'Hooked'`)).toEqual([
      { description: 'welcomed' },
    ]);
    expect(Date.now() - began).toBeLessThan(10_000);
    await lockstep.stop();
  });
});

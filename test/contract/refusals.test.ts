import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/engine/config.js';
import { startEngine } from '../../src/engine/engine.js';
import { createState } from '../../src/engine/state.js';
import { createApp } from '../../src/http/app.js';
import { identifyService } from '../../src/http/caller.js';
import { createDeliveries } from '../../src/http/deliveries.js';
import { listen, type Listening } from '../../src/http/listen.js';
import { arrivalOf, type Arrival } from '../../src/inbox/arrival.js';
import { Inbox } from '../../src/inbox/inbox.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, signed, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { startPostgres } from '../support/postgres.js';
import { openTestDatabase, TOKEN, WEBHOOK_SECRET } from '../support/world.js';

/** With deliveries read as Node has them, as `serve` does; and as Fetch requests alone, as apps mount it. */
describe.each(['serve', 'an app'] as const)('the webhook endpoint of %s', (of) => {
  let core: Core;
  let service: Listening;
  const second = 'whsec_thesecondsecretwhilerolling';
  const errors: object[] = [];
  const log = { ...silent, error: (facts: object) => void errors.push(facts) };

  beforeAll(async () => {
    core = await startCore({ kind: 'PGlite', options: { webhookSecret: `${WEBHOOK_SECRET}, ${second}` } });
    const app = createApp({ engine: core.engine, identify: [identifyService(TOKEN)], log });
    const deliveries = of === 'serve' ? { deliveries: createDeliveries({ engine: core.engine, log }) } : {};
    service = await listen({ fetch: (request) => app.fetch(request), ...deliveries, host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await service.close();
    await core.stop();
  });

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/stripe-webhooks`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const fresh = () =>
    JSON.stringify(eventOf('customer.created', customer(`cus_${randomUUID().slice(0, 8)}`), { version: '2020-08-27' }));
  const inboxSize = async () => (await core.database.query(sql`select 1 from lockstep.inbox`)).length;

  test('takes a signed event, and one signed with the other secret while it is rolled', async () => {
    for (const secret of [WEBHOOK_SECRET, second]) {
      const { body, signature } = signed(fresh(), secret);
      const answer = await post(body, { 'stripe-signature': signature });
      expect([answer.status, await answer.json()]).toEqual([200, { received: true }]);
    }
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const refusals: [string, (body: string) => Record<string, string>, ((body: string) => string)?][] = [
    ['no signature', () => ({})],
    ['an empty signature', () => ({ 'stripe-signature': '' })],
    ['an empty v1', () => ({ 'stripe-signature': `t=${now()},v1=` })],
    ['an unknown scheme alone', (body) => ({ 'stripe-signature': signed(body).signature.replace('v1=', 'v0=') })],
    ['another secret', (body) => ({ 'stripe-signature': signed(body, 'whsec_somebodyelsessecret').signature })],
    ['an empty secret', (body) => ({ 'stripe-signature': signed(body, ' ').signature })],
    [
      'a signature of five minutes ago',
      (body) => ({ 'stripe-signature': signed(body, WEBHOOK_SECRET, now() - 302).signature }),
    ],
    [
      'a signature from five minutes ahead',
      (body) => ({ 'stripe-signature': signed(body, WEBHOOK_SECRET, now() + 302).signature }),
    ],
    ['one byte more', (body) => ({ 'stripe-signature': signed(body).signature }), (body) => `${body} `],
    ['signed text that is not JSON', () => ({ 'stripe-signature': signed('{"id":').signature }), () => '{"id":'],
    [
      'signed JSON that is not an event',
      () => ({ 'stripe-signature': signed('{"id":"evt_1"}').signature }),
      () => '{"id":"evt_1"}',
    ],
  ];
  test.each(refusals)('answers one and the same 400 to %s', async (_, headersOf, bodyOf = (body) => body) => {
    const before = await inboxSize();
    const event = fresh();
    const answer = await post(bodyOf(event), headersOf(event));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: expect.objectContaining({ code: 'webhook_refused', message: 'Invalid Stripe signature' }),
    });
    expect(await inboxSize()).toBe(before);
  });

  test('refuses a body over 1 MiB by its declared length, and one that only streams past it', async () => {
    const declared = await post(Buffer.alloc(1_048_577, 32), { 'stripe-signature': 'x' });
    expect(declared.status).toBe(413);
    const endless = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) });
    const streamed = await fetch(`${service.url}/stripe-webhooks`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
    });
    expect(streamed.status).toBe(413);
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('answers 405 to %s and says what is allowed', async (method) => {
    const answer = await fetch(`${service.url}/stripe-webhooks`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    ['/healthz', 'GET'],
    ['/readyz', 'GET'],
    ['/v1/openapi.json', 'GET'],
    ['/v1/operations/verify', 'POST'],
    ['/create-customer/ada', 'POST'],
    ['/v1/users/1/subscriptions', 'GET, POST'],
    ['/v1/users/1/subscriptions/sub_1/cancel', 'POST'],
  ])('answers 405 to DELETE %s with the methods of its rows, %s', async (path, allow) => {
    const answer = await fetch(`${service.url}${path}`, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toEqual({
      error: { code: 'method_not_allowed', message: `Method not allowed; use ${allow}` },
    });
  });

  test('says at another address where its own are', async () => {
    const answer = await fetch(`${service.url}/stripe-webhook`, { method: 'POST' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: expect.objectContaining({ code: 'not_found', hint: expect.stringContaining('POST /stripe-webhooks') }),
    });
  });

  test.each(['/stripe-webhooks/', '/stripe-webhooks?option=app&task=hook', '/stripe-webhooks/?a=b'])(
    'takes a delivery at %s',
    async (path) => {
      const { body, signature } = signed(fresh());
      const answer = await fetch(`${service.url}${path}`, {
        method: 'POST',
        body,
        headers: { 'stripe-signature': signature },
      });
      expect(answer.status).toBe(200);
    },
  );

  test('whatever is asked, an answer lets no browser guess its type and nobody keep it', async () => {
    const app = createApp({ engine: core.engine, identify: [identifyService(TOKEN)], log: silent });
    const addresses = new Set(
      app.routes
        .filter(({ path }) => !path.includes('*'))
        .map(({ method, path }) => `${method === 'ALL' ? 'DELETE' : method} ${path.replace(/:\w+/g, 'x')}`),
    );
    expect(addresses.size).toBeGreaterThan(25);
    for (const headers of [{}, { authorization: `Bearer ${TOKEN}` }]) {
      for (const address of [...addresses, 'GET /nothing', 'GET /healthz/', 'OPTIONS /create-customer/x']) {
        const [method = '', path = ''] = address.split(' ');
        const answer = await app.request(path, { method, headers });
        await answer.body?.cancel();
        const said = ['x-content-type-options', 'cache-control'].map((name) => answer.headers.get(name));
        expect([address, ...said]).toEqual([address, 'nosniff', 'no-store']);
      }
    }
  });

  test('more bytes than may wait at once are refused with 503 and when to come again, and none is lost', async () => {
    const padded = (n: number) =>
      signed(eventOf('customer.created', customer(`cus_large_${n}`, { description: 'x'.repeat(1_000_000) })));
    const bodies = Array.from({ length: 40 }, (_, n) => padded(n));
    const send = ({ body, signature }: (typeof bodies)[number]) => post(body, { 'stripe-signature': signature });
    // While one transaction holds the mutex of the embedded database, nothing can be stored.
    let answers: Promise<Response>[] = [];
    await core.database.transaction(async () => {
      answers = bodies.map(send);
      expect((await Promise.race(answers)).status).toBe(503);
    });
    const all = await Promise.all(answers);
    const statuses = all.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    for (const answer of all.filter(({ status }) => status === 503)) {
      expect(answer.headers.get('retry-after')).toMatch(/^[0-9]+$/);
      expect(await answer.json()).toMatchObject({ error: { code: 'inbox_full', hint: expect.any(String) } });
    }
    const again = bodies.filter((_, index) => statuses[index] === 503);
    for (const body of again) expect((await send(body)).status).toBe(200);
  }, 30_000);

  test('survives a connection that ends in the middle of a body, and logs no error for it', async () => {
    const socket = connect(service.port, '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write('POST /stripe-webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half":');
    socket.destroy();
    const { body, signature } = signed(fresh());
    expect((await post(body, { 'stripe-signature': signature })).status).toBe(200);
    expect(errors).toEqual([]);
  });
});

test('an inbox that holds as many events as may wait refuses the next one, and stores it once there is room', async () => {
  const database = await openTestDatabase('PGlite');
  const state = createState(database, 'stripe');
  const deps = { ...state, clock: systemClock, log: silent, onAccepted: () => {} };
  const inbox = new Inbox(deps, { batchMax: 1, waitingMax: 1 });
  const arrival = (id: string): Arrival => {
    const event = eventOf('customer.created', customer(`cus_${id}`), { id });
    const source = { account: 'acct_scripted', livemode: false, platform: 'acct_scripted' };
    return arrivalOf(JSON.stringify(event), () => ({ source, quarantine: null }), 'webhook') as Arrival;
  };
  const first = inbox.accept(arrival('evt_1'));
  const second = inbox.accept(arrival('evt_2'));
  await expect(second).rejects.toMatchObject({ code: 'inbox_full', hint: expect.any(String) });
  expect(await first).toBe('stored');
  expect(await inbox.accept(arrival('evt_2'))).toBe('stored');
  await inbox.stop();
  await database.close();
});

test('a server that closes tells senders that keep their connections, and cuts none of them', async () => {
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const server = await listen({
    fetch: async () => {
      arrive();
      await asked;
      return new Response('done');
    },
    host: '127.0.0.1',
    port: 0,
  });
  const socket = connect(server.port, '127.0.0.1');
  const said: string[] = [];
  socket.on('data', (chunk) => said.push(String(chunk)));
  const ended = new Promise<void>((resolve) => socket.once('end', resolve));
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n\r\n');
  await arrived;
  const closed = server.close();
  answer();
  await closed;
  await ended;
  socket.destroy();
  expect(said.join('')).toMatch(/^HTTP\/1.1 200 OK[^]*connection: close[^]*done/i);
});

test('while the database is away the endpoint answers 503, stores nothing, and goes on when it is back', async () => {
  const server = await startPostgres();
  const core = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url: server.url, log: silent }) });
  const app = createApp({ engine: core.engine, identify: [], log: silent });
  const send = () => {
    const { body, signature } = signed(
      eventOf('customer.created', customer('cus_503'), { id: 'evt_503', version: '2020-08-27' }),
    );
    return app.request('/stripe-webhooks', { method: 'POST', body, headers: { 'stripe-signature': signature } });
  };
  await server.stop('immediate');
  const away = await send();
  expect([away.status, await away.json()]).toEqual([
    503,
    { error: expect.objectContaining({ code: 'database_unreachable' }) },
  ]);
  const ready = await app.request('/readyz');
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ok: false, error: expect.objectContaining({ code: 'database_unreachable', hint: expect.any(String) }) },
  ]);
  expect((await app.request('/healthz')).status).toBe(200);
  await server.start();
  expect((await send()).status).toBe(200);
  expect(await core.database.query(sql`select id from lockstep.inbox`)).toEqual([{ id: 'evt_503' }]);
  await core.stop();
  await server.destroy();
}, 120_000);

describe('the service does not start', () => {
  const options = { stripeKey: 'sk_test_1234', webhookSecret: WEBHOOK_SECRET };
  test.each([
    ['without a webhook secret', { ...options, webhookSecret: undefined }, 'webhook_secret_missing'],
    ['with an empty one', { ...options, webhookSecret: ' , ' }, 'webhook_secret_missing'],
    [
      'with a malformed one among several',
      { ...options, webhookSecret: `${WEBHOOK_SECRET},secret` },
      'webhook_secret_invalid',
    ],
    ['without a key', { ...options, stripeKey: undefined }, 'stripe_key_missing'],
    [
      'with a publishable key in place of the secret one',
      { ...options, stripeKey: 'pk_test_1234' },
      'stripe_key_invalid',
    ],
    ['with a database URL that is none', { ...options, databaseUrl: 'mysql://x' }, 'option_invalid'],
    ['with a misspelled option', { ...options, webhookSecrets: 'x' }, 'option_unknown'],
  ])('%s', (_, given, code) => {
    const attempt = () => resolveConfig(given);
    expect(attempt).toThrow(expect.objectContaining({ code, hint: expect.any(String) }));
    expect(attempt).not.toThrow(/sk_test_1234|pk_test_1234/);
  });

  test('with a key of another account than the database mirrors', async () => {
    const { url } = await createDatabase();
    const first = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log: silent }) });
    await first.database.query(sql`update lockstep.sources set account = 'acct_another', platform = 'acct_another'`);
    const config = first.engine.config;
    const attempt = startEngine(config, {
      clock: systemClock,
      log: silent,
      database: openPostgres({ url, log: silent }),
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'stripe_account_mismatch',
      facts: { bound: 'acct_another', found: 'acct_scripted' },
    });
    await first.stop();
  });

  test('on a schema newer than the code, or one whose released migration was edited', async () => {
    for (const [change, code] of [
      [sql`insert into lockstep.migrations (version, name, digest) values (9999, '9999-future', 'x')`, 'schema_newer'],
      [sql`insert into lockstep.mirror (api_version, digest) values ('2099-01-01.zeta', 'x')`, 'schema_newer'],
      [sql`update lockstep.migrations set digest = 'edited' where version = 1`, 'schema_changed'],
    ] as const) {
      const core = await startCore({ kind: 'PGlite' });
      await core.database.query(change);
      const attempt = startEngine(core.engine.config, { clock: systemClock, log: silent, database: core.database });
      await expect(attempt).rejects.toMatchObject({ code });
      await core.stop();
    }
  }, 120_000);

  test('where the key may not read its account and none is configured; with one it does, and says so', async () => {
    const core = await startCore({ kind: 'PGlite' });
    const config = { ...core.engine.config };
    core.stripe.fail('/v1/account', 403, 2);
    const unknown = startEngine(config, {
      clock: systemClock,
      log: silent,
      database: await openTestDatabase('PGlite'),
    });
    await expect(unknown).rejects.toMatchObject({
      code: 'stripe_account_unknown',
      hint: expect.stringContaining('STRIPE_ACCOUNT'),
    });
    const facts: object[] = [];
    const log = { ...silent, info: (fact: object) => void facts.push(fact) };
    const bound = await startEngine(
      { ...config, sources: [{ ...config.sources[0], stripeAccount: 'acct_named' }] },
      { clock: systemClock, log, database: await openTestDatabase('PGlite') },
    );
    expect(bound.source).toEqual({ account: 'acct_named', livemode: false });
    expect(facts).toContainEqual({
      event: 'source.bound',
      account: 'acct_named',
      livemode: false,
      by: 'configuration',
    });
    await bound.stop();
    await core.stop();
  }, 120_000);
});

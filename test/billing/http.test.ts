import { toJsonSchema } from '@valibot/to-json-schema';
import { sign } from 'hono/jwt';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.js';
import { userRoutes } from '../../src/http/api/routes.js';
import { changesRoute } from '../../src/http/changes.js';
import { answers } from '../../src/http/api/schemas.js';
import { identifyService } from '../../src/http/caller.js';
import { createSessions } from '../../src/demo/sample/sessions.js';
import { identifyUserToken } from '../../src/http/user-token.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { TOKEN } from '../support/world.js';
import { startTown, type Town } from './people.js';

const SECRET = 'a secret of thirty-two characters or more';
const ORIGIN = 'http://lockstep.test';

interface Answer {
  status: number;
  body: Body;
}

/** What the tests look into; the schemas check the rest. */
interface Body {
  id: string;
  prorationDate: string;
  subscription: object;
  subscriptions: object[];
  invoices: object[];
  invoice: object;
}

interface Operation {
  operationId: string;
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

describe('the HTTP API', () => {
  let town: Town;
  let app: ReturnType<typeof createApp>;
  let listed: string;
  let unlisted: string;
  const ids = new Map<string, string>();
  const sessions = createSessions('session secret', systemClock);
  /** Every 200 by route, for the last test. */
  const seen = new Set<string>();

  beforeAll(async () => {
    town = await startTown('PostgreSQL', ['ada', 'Ada', 'bob', 'cy', 'dee', 'eve', 'flo', 'gus', 'hal', 'ivy'], {
      billing: { prices: ['pro_monthly', 'pro_yearly'], returnOrigins: ['https://app.example.com'] },
    });
    app = createApp({
      engine: town.engine,
      identify: [identifyService(TOKEN), identifyUserToken(SECRET, systemClock), sessions.identify],
      authorize: ({ user, action }) => !(user.username === 'dee' && action === 'invoices.read'),
      log: silent,
    });
    listed = (await town.price(900, { lookupKey: 'pro_monthly' })).id;
    unlisted = (await town.price(1)).id;
    for (const name of ['ada', 'Ada', 'bob', 'cy', 'dee', 'eve', 'flo', 'gus', 'hal', 'ivy'])
      ids.set(name, (await town.user(name)).id);
  });
  afterAll(() => town.stop());

  const service = { authorization: `Bearer ${TOKEN}` };
  const person = async (username: string, claims: object = {}) => ({
    authorization: `Bearer ${await sign(
      { aud: 'lockstep', sub: ids.get(username), exp: Math.floor(Date.now() / 1_000) + 600, ...claims },
      SECRET,
    )}`,
  });
  const signedIn = (username: string) => ({ cookie: sessions.open(username).split(';')[0] as string });
  const ask = async (
    method: 'GET' | 'POST',
    user: string,
    path: string,
    { headers = service, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Answer> => {
    const at = `/v1/users/${ids.get(user) ?? user}${path}`;
    const response = await app.request(`${ORIGIN}${at}`, {
      method,
      headers: {
        host: 'lockstep.test',
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    const answer = { status: response.status, body: (await response.json()) as Body };
    checkShape(method, at, answer);
    return answer;
  };
  /** Each answer is as its schema says: those of routes, and refusals. */
  const checkShape = (method: string, path: string, { status, body }: Answer): void => {
    const [bare = ''] = path.split('?');
    const row = userRoutes.find(
      (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
    );
    if (row === undefined) return;
    const parsed = v.safeParse(status === 200 ? row.answer : answers.failure, body);
    expect(parsed.issues, JSON.stringify(body)).toBeUndefined();
    if (status === 200) seen.add(`${row.method} ${row.path}`);
    else if (status !== 405)
      expect(body).toMatchObject({ error: { code: expect.any(String), hint: expect.any(String) } });
  };
  const manyNames = Object.fromEntries(Array.from({ length: 49 }, (_, n) => [`name${n}`, 'x']));
  const ways = { successUrl: '/done', cancelUrl: '/plans' };
  const refusal = (status: number, code: string) => ({ status, body: { error: { code } } });

  test('from customer to invoice, as the app’s own server', async () => {
    const { body: customer } = await ask('POST', 'bob', '/customer');
    expect(customer).toEqual({ id: expect.stringMatching(/^cus_/) });
    expect((await ask('GET', 'bob', '/access')).body).toEqual({
      subscribed: false,
      has: null,
      subscription: null,
      features: [],
    });
    await town.customer(await town.user('bob'));
    const { body: created } = await ask('POST', 'bob', '/subscriptions', { body: { price: listed } });
    expect(created).toMatchObject({ status: 'incomplete', kind: 'payment', clientSecret: expect.any(String) });
    const { latest_invoice } = await town.stripe.subscriptions.retrieve(created.id);
    await town.stripe.invoices.pay(latest_invoice as string);
    expect((await ask('POST', 'bob', '/settled')).body).toMatchObject({ subscribed: true });
    expect((await ask('GET', 'bob', `/access?price=${listed}&feature=sso`)).body).toMatchObject({
      ...{ subscribed: true, has: false, subscription: { id: created.id, access: true, items: [{ price: listed }] } },
    });
    expect((await ask('GET', 'bob', '/subscriptions')).body.subscriptions).toHaveLength(1);
    expect((await ask('GET', 'bob', '/invoices?limit=5')).body.invoices).toMatchObject([
      { status: 'paid', total: 900, pdfUrl: expect.any(String) },
    ]);
    expect((await ask('GET', 'bob', '/invoices/upcoming')).body.invoice).toMatchObject({ total: 900 });
    const at = `/subscriptions/${created.id}`;
    const change = { items: [{ price: listed, quantity: 3 }] };
    const { body: preview } = await ask('POST', 'bob', `${at}/preview`, { body: change });
    const { prorationDate } = preview;
    expect((await ask('POST', 'bob', `${at}/change`, { body: { ...change, prorationDate } })).body).toMatchObject({
      subscription: { items: [{ quantity: 3 }] },
    });
    expect((await ask('POST', 'bob', `${at}/cancel`)).body.subscription).toMatchObject({ willEnd: true, access: true });
    expect((await ask('POST', 'bob', `${at}/resume`)).body.subscription).toMatchObject({ willEnd: false });
    expect((await ask('POST', 'bob', `${at}/pause`)).body.subscription).toMatchObject({ collectionPaused: 'void' });
    const { body: ended } = await ask('POST', 'bob', `${at}/cancel`, { body: { at: 'now' } });
    expect(ended.subscription).toMatchObject({ ended: true, access: false });
  });

  test('pages, a card for later, and usage', async () => {
    expect((await ask('POST', 'cy', '/checkout', { body: { price: listed, ...ways } })).status).toBe(200);
    expect((await ask('POST', 'cy', '/portal', { body: { returnUrl: '/account' } })).status).toBe(200);
    expect((await ask('POST', 'cy', '/setup')).body).toMatchObject({ kind: 'setup' });
    await town.stripe.billing.meters.create({
      display_name: 'Mails',
      event_name: 'mails',
      default_aggregation: { formula: 'sum' },
    });
    const body = { meter: 'mails', value: 3, id: 'a' };
    expect((await ask('POST', 'cy', '/usage', { body })).body).toEqual({ outcome: 'counted' });
    expect((await ask('POST', 'cy', '/usage', { body })).body).toEqual({ outcome: 'duplicate' });
  });

  test('the app reports that a user has changed, and that one has gone', async () => {
    await ask('POST', 'hal', '/customer');
    const name = "update public.users set first_name = 'Henry' where username = 'hal'";
    await town.database.script(name);
    expect((await ask('POST', 'hal', '/changed', { body: { metadata: { team: 'red' } } })).body).toEqual({
      sent: ['name', 'metadata.team'],
      differences: [],
    });
    await town.database.script("delete from public.users where username = 'hal'");
    expect((await ask('POST', 'hal', '/deleted', { body: { what: 'delete' } })).body).toEqual({ deleted: true });
    expect(await ask('GET', 'hal', '/access')).toMatchObject(refusal(404, 'user_not_found'));
  });

  test('a person acts only for themselves: by token or session, by id or as me', async () => {
    expect((await ask('GET', 'ada', '/access', { headers: await person('ada') })).status).toBe(200);
    expect((await ask('GET', 'me', '/access', { headers: await person('ada') })).status).toBe(200);
    expect((await ask('GET', 'me', '/access', { headers: signedIn('ada') })).status).toBe(200);
    for (const headers of [await person('ada'), signedIn('ada')]) {
      expect(await ask('GET', 'bob', '/access', { headers })).toMatchObject(refusal(403, 'forbidden'));
      expect(await ask('GET', 'Ada', '/access', { headers })).toMatchObject(refusal(403, 'forbidden'));
      expect(await ask('GET', '999999', '/access', { headers })).toMatchObject(refusal(403, 'forbidden'));
      const other = await app.request(`${ORIGIN}/create-customer/Ada`, { method: 'POST', headers });
      expect(other.status, 'a name that differs by case alone').toBe(403);
    }
    expect(await ask('GET', 'me', '/access')).toMatchObject(refusal(404, 'user_not_found'));
  });

  test.each<[string, object, string?]>([
    ['no token', {}],
    ['one that has run out', { exp: 1 }],
    ['one that is good for a day', { exp: Math.floor(Date.now() / 1_000) + 86_400 }],
    ['one for another service', { aud: 'elsewhere' }],
    ['one without an end', { exp: undefined }],
    ['one that names nobody', { sub: undefined }],
    ['one signed with another secret', {}, 'another secret of thirty-two characters'],
  ])('%s lets nobody in', async (what, claims, secret = SECRET) => {
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const token = await sign({ aud: 'lockstep', sub: ids.get('ada'), exp, ...claims }, secret);
    const headers: Record<string, string> = what === 'no token' ? {} : { authorization: `Bearer ${token}` };
    expect(await ask('GET', 'ada', '/access', { headers })).toMatchObject(refusal(401, 'unauthorized'));
  });

  test('a token that claims to need no signature lets nobody in, and a secret that can be guessed is refused', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { aud: 'lockstep', sub: ids.get('ada'), exp: Math.floor(Date.now() / 1_000) + 600 };
    const headers = { authorization: `Bearer ${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.` };
    expect(await ask('GET', 'ada', '/access', { headers })).toMatchObject(refusal(401, 'unauthorized'));
    expect(() => identifyUserToken('short', systemClock)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });

  test('authorize may deny more', async () => {
    expect(await ask('GET', 'dee', '/invoices')).toMatchObject(refusal(403, 'forbidden'));
    expect((await ask('GET', 'dee', '/access')).status).toBe(200);
  });

  test('a person cannot name what costs the app money', async () => {
    const headers = await person('eve');
    const deny = async (path: string, body: object, code = 'forbidden') =>
      expect(await ask('POST', 'me', path, { headers, body }), JSON.stringify(body)).toMatchObject(refusal(403, code));
    await deny('/subscriptions', { price: unlisted }, 'price_not_allowed');
    await deny('/subscriptions', { price: listed, trialDays: 730 });
    await deny('/subscriptions', { price: listed, coupon: 'free' });
    await deny('/subscriptions', { price: listed, metadata: { plan: 'x' } });
    await deny('/subscriptions', { items: [{ price: listed, quantity: 0 }] });
    await deny('/checkout', { price: listed, successUrl: '/', cancelUrl: '/', trialDays: 30 });
    await deny('/usage', { meter: 'mails', value: -5 });
    await deny('/deleted', { what: 'delete' });
    const { body } = await ask('POST', 'me', '/subscriptions', { headers, body: { price: listed } });
    const at = `/subscriptions/${body.id}`;
    await deny(`${at}/pause`, {});
    await deny(`${at}/change`, { price: listed, when: 'now_unprorated' });
    await deny(`${at}/change`, { items: [{ price: listed, quantity: 0 }] });
    await deny(`${at}/change`, { price: listed, prorationDate: new Date(Date.now() - 7_200_000).toISOString() });
    await deny(`${at}/change`, { price: unlisted }, 'price_not_allowed');
    expect(await ask('POST', 'me', '/subscriptions', { body: { price: unlisted }, headers })).toMatchObject(
      refusal(403, 'price_not_allowed'),
    );
  });

  test('a session does not serve a page of another site, and a bearer token does', async () => {
    const send = (headers: Record<string, string>) => ask('POST', 'me', '/customer', { headers });
    const session = signedIn('flo');
    for (const from of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', authorization: 'Basic c3RhZ2luZzp4' }, // sent along by browsers, whoever asks
      { 'sec-fetch-site': 'cross-site', authorization: 'Bearer wrong' }, // it has let nobody in
    ])
      expect(await send({ ...session, ...from }), JSON.stringify(from)).toMatchObject(refusal(403, 'forbidden'));
    expect(await send({ ...session, 'content-type': 'text/plain' })).toMatchObject(refusal(400, 'request_invalid'));
    expect((await send({ ...session, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await send({ ...session, origin: ORIGIN })).status).toBe(200);
    expect((await send({ ...(await person('flo')), 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  test.each<[string, string, object, number, string]>([
    ['another return address', '/portal', { returnUrl: '//evil.example' }, 400, 'return_url_refused'],
    ['an unknown field', '/portal', { returnUrl: '/', customer: 'cus_1' }, 400, 'request_invalid'],
    ['no price', '/subscriptions', {}, 400, 'request_invalid'],
    ['a price that is not there', '/subscriptions', { price: 'price_missing' }, 400, 'price_not_found'],
    ['a price like a path', '/subscriptions', { price: '../customers' }, 400, 'price_not_found'],
    ['a price that no id can be', '/subscriptions', { price: '..' }, 400, 'request_invalid'],
    ['a field misspelt', '/subscriptions', { prise: 'p' }, 400, 'request_invalid'],
    ['a quantity below nothing', '/subscriptions', { items: [{ price: 'p', quantity: -1 }] }, 400, 'request_invalid'],
    ['too much metadata', '/subscriptions', { price: 'p', metadata: { k: 'x'.repeat(501) } }, 400, 'request_invalid'],
    [
      'metadata that ends within a letter',
      '/subscriptions',
      { price: 'p', metadata: { k: '\ud83d' } },
      400,
      'request_invalid',
    ],
    ['too many names in metadata', '/subscriptions', { price: 'p', metadata: manyNames }, 400, 'request_invalid'],
    [
      'a body that is too large',
      '/subscriptions',
      { price: 'p', metadata: { k: 'x'.repeat(70_000) } },
      413,
      'body_too_large',
    ],
    ['a NUL in a price', '/subscriptions', { price: 'price_\0' }, 400, 'request_invalid'],
    ['a NUL in a promotion code', '/checkout', { price: 'p', promotionCode: '\0', ...ways }, 400, 'request_invalid'],
    ['usage of no meter', '/usage', { meter: 'nothing', value: 1 }, 422, 'stripe_refused'],
    ['a pause that is over', '/subscriptions/sub_1/pause', { until: '2001-01-01T00:00:00Z' }, 400, 'request_invalid'],
    ['a subscription like SQL', "/subscriptions/sub_1'%20or%201=1--/cancel", {}, 404, 'subscription_not_found'],
    ['a subscription like a path', '/subscriptions/..%2Fcustomers%2Fcus_1/cancel', {}, 404, 'subscription_not_found'],
    ['a subscription that is not there', '/subscriptions/sub_missing/cancel', {}, 404, 'subscription_not_found'],
    ['a day that there is not', '/subscriptions/sub_1/cancel', { at: '2099-02-31T00:00:00Z' }, 400, 'request_invalid'],
    ['a moment that is none', '/subscriptions/sub_1/cancel', { at: 'tomorrow' }, 400, 'request_invalid'],
  ])('%s is refused with its reason', async (_, path, body, status, code) => {
    expect(await ask('POST', 'cy', path, { body })).toMatchObject(refusal(status, code));
  });

  test('users who are not there, another method, and a key that cannot be one', async () => {
    for (const user of ['999999', 'robert', "1'; drop table users", '1e1', '../1', '1\0'].map(encodeURIComponent))
      expect(await ask('GET', user, '/access'), user).toMatchObject(refusal(404, 'user_not_found'));
    for (const username of ['%00', 'b%00b', '%zz', '%F0%9F']) {
      const answer = await app.request(`${ORIGIN}/create-customer/${username}`, { method: 'POST', headers: service });
      expect([answer.status, await answer.json()], username).toMatchObject([
        404,
        { error: { hint: expect.any(String) } },
      ]);
    }
    expect(await ask('GET', 'cy', '/access?price=%00')).toMatchObject(refusal(400, 'request_invalid'));
    expect(await ask('GET', 'cy', '/customer')).toMatchObject(refusal(405, 'method_not_allowed'));
    const headers = { ...service, 'idempotency-key': 'two words' };
    expect(await ask('POST', 'cy', '/customer', { headers })).toMatchObject(refusal(400, 'request_invalid'));
  });

  test('a retry with the same Idempotency-Key is the same request', async () => {
    const headers = { ...service, 'idempotency-key': 'click-1' };
    const body = { price: listed };
    const [one, two] = await Promise.all([
      ask('POST', 'flo', '/subscriptions', { headers, body }),
      ask('POST', 'flo', '/subscriptions', { headers, body }),
    ]);
    expect(one.body).toEqual(two.body);
    const other = { items: [{ price: listed, quantity: 2 }] };
    expect(await ask('POST', 'flo', '/subscriptions', { headers, body: other })).toMatchObject(
      refusal(409, 'idempotency_conflict'),
    );
    const usage = { headers, body: { meter: 'mails', value: 3 } };
    expect((await ask('POST', 'flo', '/usage', usage)).body).toEqual({ outcome: 'counted' });
    expect((await ask('POST', 'flo', '/usage', usage)).body).toEqual({ outcome: 'duplicate' });
    const page = { price: listed, ...ways };
    const first = await ask('POST', 'flo', '/checkout', { headers, body: page });
    expect((await ask('POST', 'flo', '/checkout', { headers, body: page })).body).toEqual(first.body);
    expect(await ask('POST', 'flo', '/checkout', { headers, body: { ...page, cancelUrl: '/' } })).toMatchObject(
      refusal(409, 'idempotency_conflict'),
    );
  });

  test('so is a set-up, a visit to the portal, and a change', async () => {
    const headers = { ...service, 'idempotency-key': 'click-2' };
    const twice = async (path: string, body: object) => {
      const first = await ask('POST', 'gus', path, { headers, body });
      expect(first.status, path).toBe(200);
      expect((await ask('POST', 'gus', path, { headers, body })).body).toEqual(first.body);
    };
    await town.customer(await town.user('gus'));
    await twice('/setup', {});
    await twice('/portal', { returnUrl: '/account' });
    const { body: created } = await ask('POST', 'gus', '/subscriptions', { body: { price: listed } });
    await town.stripe.invoices.pay((await town.stripe.subscriptions.retrieve(created.id)).latest_invoice as string);
    await twice(`/subscriptions/${created.id}/change`, {
      items: [{ price: listed, quantity: 2 }],
      when: 'now_invoiced',
    });
    const invoices = await town.stripe.invoices.list({ subscription: created.id });
    expect(invoices.data.map(({ total }) => total)).toEqual([900, 900]);
  });

  test('a customer deleted at Stripe is a conflict once, and then another customer', async () => {
    const { id } = (await ask('POST', 'ivy', '/customer')).body;
    await town.unheard(id, () => town.stripe.customers.del(id));
    const portal = () => ask('POST', 'ivy', '/portal', { body: { returnUrl: '/' } });
    expect(await portal()).toMatchObject(refusal(409, 'customer_stale'));
    expect((await portal()).status).toBe(200);
    expect((await ask('POST', 'ivy', '/customer')).body.id).not.toBe(id);
  });

  test('the document names every route as it is checked, and every route was answered as it says', async () => {
    const document = (await (await app.request(`${ORIGIN}/v1/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const named = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // The route of the change feed has a test of its own, test/changes/http.test.ts.
    const ofUsers = userRoutes.map(({ method, path }) => `${method} ${path}`);
    expect(named).toEqual([...ofUsers, `GET ${changesRoute.path}`]);
    const made = await app.request(`${ORIGIN}/create-customer/ADA`, { method: 'POST', headers: service });
    checkShape('POST', '/create-customer/ADA', { status: made.status, body: (await made.json()) as Body });
    expect([...seen].sort()).toEqual(ofUsers.sort());
    const bare = ({ $schema: _, ...schema }: Record<string, unknown>) => schema;
    for (const { method, path, answer } of userRoutes) {
      const operation = document.paths[path]?.[method.toLowerCase()];
      expect(operation?.responses['200']?.content['application/json']?.schema).toEqual(
        bare(toJsonSchema(answer) as Record<string, unknown>),
      );
    }
    const operationIds = Object.values(document.paths).flatMap((one) => Object.values(one).map((of) => of.operationId));
    expect(new Set(operationIds).size).toBe(named.length);
  });
});

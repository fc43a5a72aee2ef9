import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockstepHono } from '../../src/adapters/hono.js';
import { lockstepNext } from '../../src/adapters/next.js';
import { lockstepNode } from '../../src/adapters/node.js';
import type { MaybeRead } from '../../src/adapters/node-body.js';
import type { Lockstep } from '../../src/app/index.js';
import { openStage, told, type Stage } from './stage.js';

let stage: Stage;
let lockstep: Lockstep;
let event: object;
beforeAll(async () => {
  stage = await openStage();
  lockstep = await stage.lockstep({
    basePath: '/billing',
    identify: (request) => ({ username: request.headers.get('x-user') ?? '' }),
  });
  await stage.stripe.customers.create({ name: 'Ada' });
  event = (await stage.stripe.events.list({ limit: 1 })).data[0] as object;
});
afterAll(() => stage.stop());

describe('node', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  /** A server where `before` has the request first, as a body parser has. */
  const serve = async (before: (request: IncomingMessage & MaybeRead) => Promise<void> | void = () => {}) => {
    const handler = lockstepNode(lockstep, { identify: ({ headers }) => ({ username: String(headers['x-user']) }) });
    const server = createServer(
      (request, response) =>
        void (async () => {
          await before(request);
          await handler(request, response);
        })(),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return async (request: Request): Promise<Response> => {
      const { pathname } = new URL(request.url);
      const body = await request.arrayBuffer();
      return fetch(`http://127.0.0.1:${port}${pathname}`, { method: 'POST', headers: request.headers, body });
    };
  };
  const bytesOf = async (request: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  const delivery = (): Request => stage.delivery(event, '/billing/stripe-webhooks');

  test('passes the bytes on', async () => {
    const send = await serve();
    expect((await send(delivery())).status).toBe(200);
  });

  test('refuses a delivery whose body was parsed before, and says how that is mended', async () => {
    const send = await serve(async (request) => void (request.body = JSON.parse(String(await bytesOf(request)))));
    expect(await told(await send(delivery()))).toMatchObject({
      status: 500,
      code: 'body_parsed',
      hint: expect.stringContaining('before'),
    });
  });

  test('refuses a delivery whose body was read and thrown away', async () => {
    const send = await serve(async (request) => void (await bytesOf(request)));
    expect(await told(await send(delivery()))).toMatchObject({ code: 'body_parsed' });
  });

  test.each([
    ['by express.raw()', 'body', (bytes: Buffer) => bytes],
    ['by express.text()', 'body', String],
    ['as rawBody', 'rawBody', (bytes: Buffer) => bytes],
    ['as the text of rawBody', 'rawBody', String],
    ['as the octets of rawBody', 'rawBody', (bytes: Buffer) => new Uint8Array(bytes)],
  ] as const)('takes a delivery whose bytes were kept %s', async (_, where, keep) => {
    const send = await serve(async (request) => void (request[where] = keep(await bytesOf(request))));
    expect((await send(delivery())).status).toBe(200);
  });

  test('answers everything else from the parsed body, for the user whom the framework knows', async () => {
    const send = await serve(async (request) => void (request.body = JSON.parse(String(await bytesOf(request)))));
    const ask = (username: string) =>
      send(
        new Request(`http://app.test/billing/create-customer/${username}`, {
          ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'x-user': 'ada' } },
        }),
      );
    expect((await ask('ada')).status).toBe(200);
    expect((await ask('grace')).status).toBe(403);
  });
});

describe('hono', () => {
  const mounted = (path: string, options = {}): Hono => {
    const app = new Hono();
    app.use('/parsed/*', async (c, next) => {
      await c.req.raw.json();
      await next();
    });
    app.use('/kept/*', async (c, next) => {
      await c.req.text();
      await next();
    });
    return app.all(path, lockstepHono(lockstep, options));
  };

  test('the route without its star is the base path', async () => {
    expect((await mounted('/pay/*').fetch(stage.delivery(event, '/pay/stripe-webhooks'))).status).toBe(200);
    expect((await mounted('/pay/*').fetch(stage.delivery(event, '/pay/billing/stripe-webhooks'))).status).toBe(404);
  });

  test('also of an app within an app', async () => {
    const outer = new Hono().route('/v2', mounted('/pay/*'));
    expect((await outer.fetch(stage.delivery(event, '/v2/pay/stripe-webhooks'))).status).toBe(200);
  });

  test('a route for everything leaves the base path to createLockstep', async () => {
    expect((await mounted('*').fetch(stage.delivery(event, '/billing/stripe-webhooks'))).status).toBe(200);
  });

  test('a body that a middleware has read is refused, and the answer says how that is mended', async () => {
    const answer = await mounted('/parsed/*').fetch(stage.delivery(event, '/parsed/stripe-webhooks'));
    expect(await told(answer)).toMatchObject({
      status: 500,
      code: 'body_parsed',
      hint: expect.stringContaining('clone'),
    });
  });

  test('a body that a middleware has read through Hono is taken from what Hono keeps of it', async () => {
    expect((await mounted('/kept/*').fetch(stage.delivery(event, '/kept/stripe-webhooks'))).status).toBe(200);
  });

  test('the user is whom the context says', async () => {
    const app = mounted('/pay/*', { identify: () => ({ username: 'ada' }) });
    const answer = await app.request('/pay/create-customer/grace', { method: 'POST' });
    expect(await told(answer)).toMatchObject({ status: 403 });
  });
});

describe('next', () => {
  test.each([
    ['a promise of parameters, as since 15', (params: Record<string, string[]>) => Promise.resolve(params)],
    ['parameters, as before', (params: Record<string, string[]>) => params as never],
  ])('what stands before the catch-all part is the base path: %s', async (_, given) => {
    const { POST } = lockstepNext(lockstep);
    const params = given({ lockstep: ['stripe-webhooks'] });
    expect((await POST(stage.delivery(event, '/api/pay/stripe-webhooks'), { params })).status).toBe(200);
  });

  test('with a slash at its end, as trailingSlash has it, an address is the same', async () => {
    const { POST } = lockstepNext(lockstep);
    const params = Promise.resolve({ lockstep: ['stripe-webhooks'] });
    expect((await POST(stage.delivery(event, '/api/pay/stripe-webhooks/'), { params })).status).toBe(200);
  });

  test('a route without a catch-all part leaves the base path to createLockstep', async () => {
    const { POST } = lockstepNext(lockstep);
    const answer = await POST(stage.delivery(event, '/billing/stripe-webhooks'), { params: Promise.resolve({}) });
    expect(answer.status).toBe(200);
  });

  test('a body that the route has read is refused, and the answer says how that is mended', async () => {
    const { POST } = lockstepNext(lockstep);
    const request = stage.delivery(event, '/api/pay/stripe-webhooks');
    await request.json();
    const answer = await POST(request, { params: Promise.resolve({ lockstep: ['stripe-webhooks'] }) });
    expect(await told(answer)).toMatchObject({
      status: 500,
      code: 'body_parsed',
      hint: expect.stringContaining('clone'),
    });
  });
});

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.js';
import { stripeFailureOf } from './failure.js';
import type { StripeLimits } from './client.js';
import { createGateway, type Gateway } from './gateway.js';
import { UnusableAnswer } from './unusable.js';

type Json = Record<string, unknown>;

let answer: RequestListener;
let asked: { method: string; path: string; query: URLSearchParams; key: string | undefined; headers: string[] }[];
const open = new Set<Socket>();
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://stripe');
  asked.push({
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    key: request.headers['idempotency-key'] as string | undefined,
    headers: Object.keys(request.headers),
  });
  answer(request, response);
});
server.on('connection', (socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  server.closeAllConnections();
  open.clear(); // of this test's own connections alone
});

function gateway(more: Partial<StripeLimits> = {}): Gateway {
  const { port } = server.address() as AddressInfo;
  const limits = {
    rates: { perEndpoint: 20, total: 20 },
    answerMs: 20_000,
    answerMaxBytes: 16_000_000,
    readMs: 60_000,
    readMaxBytes: 64_000_000,
    pagesMax: 1_000,
    throttledTries: 4,
  };
  return createGateway(
    { secretKey: 'sk_test_scripted', apiBase: `http://127.0.0.1:${port}`, limits: { ...limits, ...more } },
    { clock: systemClock },
  );
}

const JSON_TYPE = { 'content-type': 'application/json', 'request-id': 'req_1' };
const customer = (fields: Json = {}): Json => ({ id: 'cus_1', object: 'customer', livemode: false, ...fields });
const text = (status: number, body: string | Buffer, headers: Record<string, string> = JSON_TYPE): RequestListener => {
  return (_, response) => response.writeHead(status, headers).end(body);
};
const json = (status: number, body: unknown, headers?: Record<string, string>): RequestListener =>
  text(status, JSON.stringify(body), headers);
const stripeError = (type: string, code?: string): Json => ({ error: { type, code, message: 'said by Stripe' } });

/** Why the answer is not believed; what it is taken for, where it is. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    return `believed: ${JSON.stringify(await work)}`;
  } catch (error) {
    if (error instanceof UnusableAnswer) return error.reason;
    return `a failure: ${stripeFailureOf(error)}`;
  }
}

const readCustomer = (): Promise<unknown> => gateway({ answerMs: 2_000 }).read('customer', 'cus_1', {});

describe('an answer to a read is believed only if it is the object that was asked for', () => {
  test.each<[string, RequestListener, string]>([
    ['a body without an error, with status 503', json(503, { message: 'Service Unavailable' }), 'status'],
    ['an empty object with status 500', json(500, {}), 'status'],
    ['an error without a type, with status 502', json(502, { error: { code: 502, message: 'Bad' } }), 'status'],
    ['an error in words, with status 500', json(500, { error: 'Internal Server Error' }), 'status'],
    ['the object itself with status 500', json(500, customer()), 'status'],
    ['the object itself with status 404', json(404, customer()), 'status'],
    ['the object itself with status 206', json(206, customer()), 'status'],
    ['status 204', text(204, ''), 'status'],
    ['a 404 of something else', json(404, { message: 'no Route matched' }), 'status'],
    ['a 404 with the code and no type', json(404, { error: { code: 'resource_missing' } }), 'status'],
    ['a 401 of something else', json(401, { message: 'Unauthorized' }), 'status'],
    ['a 403 of something else', json(403, { message: 'Forbidden' }), 'status'],
    [
      'a redirect to the same object',
      json(302, customer(), { ...JSON_TYPE, location: '/v1/customers/cus_2' }),
      'redirected',
    ],
    ['an error with status 200', json(200, stripeError('api_error')), 'status'],
    ['a page of HTML', text(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), 'not_json'],
    ['JSON that calls itself HTML', json(200, customer(), { 'content-type': 'text/html' }), 'not_json'],
    ['JSON in UTF-16', json(200, customer(), { 'content-type': 'application/json; charset=utf-16' }), 'not_json'],
    ['bytes that are not UTF-8', text(200, Buffer.from('{"id":"\xff"}', 'latin1')), 'not_json'],
    [
      'a packed body',
      text(200, gzipSync(JSON.stringify(customer())), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
      'not_json',
    ],
    ['half of the object', text(200, JSON.stringify(customer()).slice(0, 20)), 'not_json'],
    ['nothing', text(200, ''), 'not_json'],
    ['null', text(200, 'null'), 'not_json'],
    ['a number', text(200, '7'), 'not_json'],
    ['a text', text(200, '"cus_1"'), 'not_json'],
    ['true', text(200, 'true'), 'not_json'],
    ['an array', json(200, [customer()]), 'not_json'],
    ['an empty object', json(200, {}), 'not_an_object'],
    ['a list', json(200, { object: 'list', data: [], has_more: false }), 'other_type'],
    ['another type', json(200, { ...customer(), object: 'product' }), 'other_type'],
    ['another id', json(200, customer({ id: 'cus_2' })), 'other_id'],
    ['no id', json(200, customer({ id: undefined })), 'other_id'],
    ['the other mode', json(200, customer({ livemode: true })), 'other_mode'],
    ['no mode', json(200, customer({ livemode: undefined })), 'other_mode'],
    ['a mode in words', json(200, customer({ livemode: 'false' })), 'other_mode'],
    ['the deletion of another one', json(200, { id: 'cus_2', object: 'customer', deleted: true }), 'other_id'],
    ['a deletion in words', json(200, customer({ deleted: 'true' })), 'not_an_object'],
    ['a sub-list that is none', json(200, customer({ tax_ids: { has_more: false } })), 'not_an_object'],
    [
      'a sub-list of scalars',
      json(200, customer({ sources: { object: 'list', data: [1], has_more: false } })),
      'not_an_object',
    ],
    ["another account's answer", json(200, customer(), { ...JSON_TYPE, 'stripe-account': 'acct_2' }), 'other_account'],
  ])('%s', async (_, listener, reason) => {
    answer = listener;
    expect(await refusal(readCustomer())).toBe(reason);
    expect(asked.length).toBe(1);
  });

  test.each<[string, RequestListener, string]>([
    ['the object', json(200, customer()), 'cus_1'],
    ['the object, with a field that nobody knows', json(200, customer({ novel: [1] })), 'cus_1'],
    ['its deletion', json(200, { id: 'cus_1', object: 'customer', deleted: true }), 'gone'],
    ["Stripe's own 404", json(404, stripeError('invalid_request_error', 'resource_missing')), 'gone'],
  ])('%s', async (_, listener, found) => {
    answer = listener;
    expect((await gateway().read('customer', 'cus_1', {})).found?.id ?? 'gone').toBe(found);
  });

  test('a type that is never deleted is not taken for deleted', async () => {
    answer = json(200, { id: 'in_1', object: 'payment_intent', deleted: true });
    expect(await refusal(gateway().read('payment_intent', 'in_1', {}))).toBe('not_an_object');
  });

  test("a child of another subscription's is not taken for one of this", async () => {
    const item = { id: 'si_1', object: 'subscription_item', subscription: 'sub_2' };
    const items = { object: 'list', data: [item], has_more: false };
    answer = json(200, { id: 'sub_1', object: 'subscription', livemode: false, items });
    expect(await refusal(gateway().read('subscription', 'sub_1', {}))).toBe('other_id');
  });

  test('the same is refused of an answer for a connected account, and the account is asked for in the header', async () => {
    answer = json(200, customer(), { ...JSON_TYPE, 'stripe-account': 'acct_2' });
    expect((await gateway().connected('acct_2').read('customer', 'cus_1', {})).found?.id).toBe('cus_1');
    expect(await refusal(gateway().connected('acct_3').read('customer', 'cus_1', {}))).toBe('other_account');
    answer = json(200, { id: 'acct_1', object: 'account' });
    expect(await refusal(gateway().connected('acct_3').account())).toBe('other_id');
  });

  test.each([
    [401, 'invalid_request_error', undefined, 'unauthenticated'],
    [403, 'invalid_request_error', undefined, 'forbidden'],
    [400, 'invalid_request_error', 'parameter_missing', 'refused'],
    [404, 'invalid_request_error', undefined, 'refused'],
    [404, 'api_error', 'resource_missing', 'refused'],
    [409, 'idempotency_error', undefined, 'conflict'],
    [500, 'api_error', undefined, 'unavailable'],
  ])("Stripe's own error with status %i, type %s and code %s: %s", async (status, type, code, failure) => {
    answer = json(status, stripeError(type, code));
    expect(await refusal(readCustomer())).toBe(`a failure: ${failure}`);
  });

  test('what is not believed is reported with its status and request id, and is tried again', async () => {
    answer = json(503, { message: 'secret of the proxy' });
    const error = (await readCustomer().catch((thrown: unknown) => thrown)) as UnusableAnswer;
    expect(error).toMatchObject({ reason: 'status', httpStatus: 503, requestId: 'req_1' });
    expect(error.message).not.toContain('secret');
    expect(stripeFailureOf(error)).toBe('unavailable');
  });
});

describe('an answer has an end', () => {
  const drip: RequestListener = (_, response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };

  test.each<[string, RequestListener]>([
    ['it drips', drip],
    ['it never begins', () => {}],
    [
      'only interim answers come',
      (_, response) => {
        const timer = setInterval(() => response.writeProcessing(), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('however slowly it comes: %s', async (_, listener) => {
    answer = listener;
    const began = performance.now();
    expect(await refusal(gateway({ answerMs: 200 }).read('customer', 'cus_1', {}))).toBe('too_slow');
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await closed()).toBe(true);
  });

  test('however much comes', async () => {
    answer = (_, response) => {
      response.writeHead(200, JSON_TYPE);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
        response.once('drain', more);
      };
      more();
    };
    expect(await refusal(gateway({ answerMaxBytes: 1_000_000 }).read('customer', 'cus_1', {}))).toBe('too_large');
    expect(await closed()).toBe(true);
  });

  test('where the connection ends before it', async () => {
    answer = (_, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': 1_000 });
      response.write(JSON.stringify(customer()), () => response.destroy());
    };
    expect(await refusal(readCustomer())).toBe('cut');
  });

  test('a stop ends the request at once and closes the connection', async () => {
    answer = drip;
    const stopping = new AbortController();
    const work = gateway().read('customer', 'cus_1', {}, stopping.signal);
    await begun();
    const began = performance.now();
    stopping.abort();
    await expect(work).rejects.toMatchObject({ code: 'stopped' });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await closed()).toBe(true);
    expect(asked[0]?.headers.filter((name) => name.startsWith('lockstep'))).toEqual([]); // ours stays inside
  });
});

test("a 429 that is not Stripe's own is left to the object's own retry, and holds the others up for half a second", async () => {
  answer = json(429, { message: 'Too Many Requests' });
  const asking = gateway();
  expect(await refusal(asking.read('customer', 'cus_1', {}))).toBe('status');
  expect(asked).toHaveLength(1);
  expect(asking.readWaitMs('customer')).toBeGreaterThan(250);
  expect(asking.readWaitMs('customer')).toBeLessThan(600);
});

describe('a list is believed only if it is a page of what was asked for', () => {
  const page = (data: unknown[], hasMore: unknown = false): Json => ({ object: 'list', data, has_more: hasMore });

  test.each<[string, Json, string]>([
    ['no list', customer(), 'not_an_object'],
    ['no members', { object: 'list', has_more: false }, 'not_an_object'],
    ['no word of whether there is more', { object: 'list', data: [] }, 'not_an_object'],
    ['more in words', page([customer()], 'true'), 'not_an_object'],
    ['more, and nothing to go on from', page([], true), 'endless'],
    ['a member of another type', page([{ ...customer(), object: 'product' }]), 'other_type'],
    ['a member of the other mode', page([customer({ livemode: true })]), 'other_mode'],
    ['a member without an id', page([customer({ id: null })]), 'other_id'],
    ['a scalar among the members', page([customer(), null]), 'not_an_object'],
    ['a member twice', page([customer(), customer()]), 'endless'],
    ['the member it was to go on from', page([customer({ id: 'cus_0' })], true), 'endless'],
  ])('%s', async (_, body, reason) => {
    answer = json(200, body);
    expect(await refusal(gateway().list('/v1/customers', { starting_after: 'cus_0' }))).toBe(reason);
  });

  test('a page that is too large is asked for again with fewer members', async () => {
    const all = Array.from({ length: 100 }, (_, index) => customer({ id: `cus_${index}`, name: 'n'.repeat(1_000) }));
    answer = (request, response) => {
      const limit = Number(new URL(request.url ?? '/', 'http://stripe').searchParams.get('limit'));
      json(200, page(all.slice(0, limit), limit < all.length))(request, response);
    };
    const { data, hasMore } = await gateway({ answerMaxBytes: 30_000 }).list('/v1/customers', {});
    expect([data.length, hasMore]).toEqual([25, true]);
    expect(asked.map(({ query }) => query.get('limit'))).toEqual(['100', '50', '25']);
  });

  test('one member that is too large is a failure, not an empty page', async () => {
    answer = json(200, page([customer({ name: 'n'.repeat(50_000) })]));
    expect(await refusal(gateway({ answerMaxBytes: 30_000 }).list('/v1/customers', {}))).toBe('too_large');
    expect(asked.at(-1)?.query.get('limit')).toBe('1');
  });

  const invoice = (lines: Json): Json => ({ id: 'in_1', object: 'invoice', livemode: false, lines });
  const line = (id: string): Json => ({ id, object: 'line_item', invoice: 'in_1', livemode: false });

  test("an object's list that goes round in circles is found out", async () => {
    answer = (request, response) => {
      const url = new URL(request.url ?? '/', 'http://stripe');
      if (!url.pathname.endsWith('/lines')) return json(200, invoice(page([line('il_1')], true)))(request, response);
      const after = url.searchParams.get('starting_after');
      return json(200, page([line(after === 'il_1' ? 'il_2' : 'il_1')], true))(request, response);
    };
    expect(await refusal(gateway().read('invoice', 'in_1', {}))).toBe('endless');
    expect(asked.length).toBeLessThan(6);
  });

  test('an object whose lists never end has a size', async () => {
    let drawn = 0;
    answer = (request, response) => {
      const lines = Array.from({ length: 20 }, () => ({ ...line(`il_${(drawn += 1)}`), text: 'n'.repeat(1_000) }));
      const body = request.url?.includes('/lines') === true ? page(lines, true) : invoice(page([], true));
      json(200, body)(request, response);
    };
    const rates = { perEndpoint: 1_000, total: 1_000 };
    expect(
      await refusal(gateway({ answerMaxBytes: 30_000, readMaxBytes: 120_000, rates }).read('invoice', 'in_1', {})),
    ).toBe('too_large');
    expect(asked.length).toBeLessThan(10);
  });
});

describe('the answer to a change is believed only if it is of that change', () => {
  const post = (path: string): Promise<unknown> => gateway().post(path, { name: 'x' }, { idempotencyKey: 'key' });

  test.each<[string, string, RequestListener, string]>([
    ['a new one without an id', '/v1/customers', json(200, customer({ id: undefined })), 'other_id'],
    ['of another type', '/v1/customers', json(200, { ...customer(), object: 'product' }), 'other_type'],
    ['of another id', '/v1/customers/cus_1', json(200, customer({ id: 'cus_2' })), 'other_id'],
    ['of the other mode', '/v1/customers', json(200, customer({ livemode: true })), 'other_mode'],
    ['of a proxy', '/v1/customers', json(502, { message: 'Bad Gateway' }), 'status'],
    [
      "of another one's own action",
      '/v1/checkout/sessions/cs_1/expire',
      json(200, { id: 'cs_2', object: 'checkout.session', livemode: false }),
      'other_id',
    ],
  ])('%s', async (_, path, listener, reason) => {
    answer = listener;
    expect(await refusal(post(path))).toBe(reason);
    expect(asked.map(({ key }) => key)).toEqual(['key']);
  });

  test('of a deletion, too', async () => {
    answer = json(200, { id: 'cus_2', object: 'customer', deleted: true });
    expect(await refusal(gateway().delete('/v1/customers/cus_1'))).toBe('other_id');
    answer = json(200, { id: 'cus_1', object: 'customer', deleted: true });
    expect(await refusal(gateway().delete('/v1/customers/cus_1'))).toMatch(/^believed/);
  });

  test('and of an event', async () => {
    answer = json(200, { id: 'evt_2', object: 'event', livemode: false });
    expect(await refusal(gateway().event('evt_1'))).toBe('other_id');
  });
});

test('an error that is not a failure of Stripe’s is a defect of ours', () => {
  expect(stripeFailureOf(new TypeError('x is undefined'))).toBe('internal');
});

async function begun(): Promise<void> {
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether the connections are closed, soon. */
async function closed(): Promise<boolean> {
  const until = performance.now() + 5_000;
  while (open.size > 0 && performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
  return open.size === 0;
}

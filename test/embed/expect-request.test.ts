import { AssertionError } from 'node:assert';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/index.js';
import { expectNoRequest, expectRequest, expectRequestCount } from '../../src/testkit/index.js';

let emulator: Emulator;
let stripe: Stripe;
beforeAll(async () => {
  emulator = await startEmulator();
  stripe = new Stripe(emulator.secretKey, emulator.sdk);
});
afterEach(() => emulator.reset());
afterAll(() => emulator.stop());

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof AssertionError) return error.message.replaceAll(/req_\w+/g, 'req_…');
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('expectRequest', () => {
  test('returns the last request that fits, for what else a test wants to know', async () => {
    await stripe.customers.create({ email: 'ada@example.com' });
    const { id } = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada' });
    const request = expectRequest(emulator, { path: '/v1/customers', params: { email: 'ada@example.com' } });
    expect(request.answer).toMatchObject({ id });
  });

  test('shows the nearest request, what differs in it, and all others', async () => {
    await stripe.products.create({ name: 'Tea' });
    await stripe.customers.create({ email: 'bea@example.com', name: 'Bea' });
    await stripe.customers.list();
    const params = { email: 'ada@example.com', metadata: { plan: 'pro' } };
    expect(messageOf(() => expectRequest(emulator, { method: 'POST', path: '/v1/customers', params }))).toBe(
      `No such request. The nearest one differs:
  POST /v1/customers {"email":"bea@example.com","name":"Bea"} → 200 (req_…)
    params.email: expected "ada@example.com", but it was "bea@example.com"
    params.metadata: expected {"plan":"pro"}, but it was not sent
all 3 requests:
  POST /v1/products {"name":"Tea"} → 200 (req_…)
  POST /v1/customers {"email":"bea@example.com","name":"Bea"} → 200 (req_…)
  GET /v1/customers {} → 200 (req_…)
wanted: {"method":"POST","path":"/v1/customers","params":{"email":"ada@example.com","metadata":{"plan":"pro"}}}`,
    );
  });

  test('says if the app made no request at all', () => {
    expect(messageOf(() => expectRequest(emulator, { method: 'POST' }))).toMatch(
      /^No such request: the app made no request at all\nwanted: /,
    );
  });

  test('works with a namespace', async () => {
    const namespace = emulator.namespace('ada');
    await new Stripe(namespace.secretKey, emulator.sdk).customers.create({ name: 'Ada' });
    expectRequest(namespace, { params: { name: 'Ada' } });
    expectNoRequest(emulator, {});
    namespace.drop();
  });
});

test('expectNoRequest shows the request that should not be', async () => {
  await stripe.customers.create({ name: 'Ada' });
  expectNoRequest(emulator, { path: '/v1/refunds' });
  expect(messageOf(() => expectNoRequest(emulator, { path: '/v1/customers' }))).toMatch(
    /^There is a request that should not be: POST \/v1\/customers \{"name":"Ada"\} → 200 \(req_…\)/,
  );
});

test('expectRequestCount shows those that there are', async () => {
  await stripe.customers.create({ name: 'Ada' });
  await stripe.customers.create({ name: 'Bea' });
  expectRequestCount(emulator, { path: '/v1/customers' }, 2);
  expectRequestCount(emulator, { path: '/v1/refunds' }, 0);
  expect(messageOf(() => expectRequestCount(emulator, { method: 'POST' }, 1))).toMatch(
    /^Expected 1 such request, but there are 2\n {2}POST .*"Ada".*\n {2}POST .*"Bea".*\nwanted: \{"method":"POST"\}$/,
  );
});

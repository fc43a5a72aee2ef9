import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiver } from '../test/rig.js';
import type { Emulator } from './index.js';
import { startEmulator } from './index.js';

let emulator: Emulator;
let stripe: Stripe;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-emulator-'));
  emulator = await startEmulator();
  stripe = new Stripe(emulator.secretKey, { ...emulator.sdk, maxNetworkRetries: 0 });
});
beforeEach(() => emulator.reset());
afterAll(async () => {
  await emulator.stop();
  await rm(directory, { recursive: true });
});

test('starts in less than 300 ms, pages and all', async () => {
  const took: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    const began = performance.now();
    const other = await startEmulator();
    took.push(performance.now() - began);
    await other.stop();
  }
  expect(Math.min(...took)).toBeLessThan(300);
});

test('starts on a free port of this machine, several beside each other', async () => {
  const other = await startEmulator();
  expect(new Set([emulator.port, other.port, 4747]).size).toBe(3);
  expect(other.url).toBe(`http://127.0.0.1:${other.port}`);
  await other.stop();
});

describe('a reset', () => {
  test('forgets objects, events, idempotency keys, deliveries, faults and the time', async () => {
    const first = await stripe.customers.create({ name: 'A' }, { idempotencyKey: 'the-same' });
    emulator.faults.set({ latency_ms: 1 });
    emulator.clock.advance(86_400_000);
    emulator.clock.setRate(0);
    emulator.reset();
    expect([(await stripe.customers.list()).data, (await stripe.events.list()).data]).toEqual([[], []]);
    expect((await stripe.customers.create({ name: 'B' }, { idempotencyKey: 'the-same' })).id).not.toBe(first.id);
    expect(emulator.faults.get().latency_ms).toBe(0);
    expect(emulator.clock.get().rate).toBe(1);
    expect(Math.abs(emulator.clock.get().now.getTime() - Date.now())).toBeLessThan(60_000);
    expect(emulator.deliveries()).toEqual([]);
  });

  test('leaves alone what clients were configured with: the account, keys, webhook endpoints', async () => {
    const hook = await receiver();
    const { id, secret } = emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    const key = emulator.createRestrictedKey({ product: 'read' });
    const { account, secretKey } = emulator;
    emulator.reset();
    await stripe.products.create({ name: 'after' });
    const { body, headers } = await hook.next(() => true);
    expect(() => stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret)).not.toThrow();
    expect([emulator.account, emulator.secretKey]).toEqual([account, secretKey]);
    await expect(new Stripe(key, emulator.sdk).products.create({ name: 'no' })).rejects.toMatchObject({
      statusCode: 403,
    });
    await stripe.webhookEndpoints.del(id);
    await hook.stop();
  });

  test('drops the deliveries that waited for a retry', async () => {
    const hook = await receiver();
    const { id } = emulator.createWebhookEndpoint({ url: hook.url });
    emulator.clock.setRate(0);
    hook.answer = () => 500;
    await stripe.customers.create();
    await expect.poll(() => emulator.deliveries()[0]?.outcome).toBe('failed');
    emulator.reset();
    emulator.clock.advance(86_400_000);
    hook.answer = () => 200;
    await stripe.products.create({ name: 'next' });
    await hook.next(({ event }) => event.type === 'product.created');
    expect(hook.received.map(({ event }) => event.type)).toEqual(['customer.created', 'product.created']);
    await stripe.webhookEndpoints.del(id);
    await hook.stop();
  });
});

describe('a fixture', () => {
  test('makes its steps’ objects, which refer to each other, and gives the answers by name', async () => {
    const made = await emulator.fixture([
      { name: 'pro', path: '/v1/products', params: { name: 'Pro' } },
      {
        name: 'monthly',
        path: '/v1/prices',
        params: { product: '${pro:id}', currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' } },
      },
      {
        name: 'ada',
        path: '/v1/customers',
        params: {
          name: 'Ada',
          payment_method: 'pm_card_visa',
          invoice_settings: { default_payment_method: 'pm_card_visa' },
        },
      },
      {
        name: 'subscription',
        path: '/v1/subscriptions',
        params: { customer: '${ada:id}', items: [{ price: '${monthly:id}' }] },
      },
      { name: 'found', path: '/v1/customers/${ada:id}', method: 'get', params: { expand: ['subscriptions'] } },
    ]);
    const [subscription] = (await stripe.subscriptions.list({ customer: String(made.ada?.id) })).data;
    expect(subscription).toMatchObject({ id: made.subscription?.id, status: 'active' });
    expect(subscription?.items.data[0]?.price.product).toBe(made.pro?.id);
    expect(made.found).toMatchObject({ name: 'Ada', subscriptions: { data: [{ id: made.subscription?.id }] } });
  });

  test('may be a file of the official command line, with defaults and an expected error', async () => {
    const made = await emulator.fixture({
      _meta: { template_version: 0 },
      fixtures: [
        { name: 'customer', path: '/v1/customers', method: 'post', params: { email: '${nobody:email|a@example.com}' } },
        {
          name: 'declined',
          path: '/v1/payment_intents',
          params: { amount: 100, currency: 'usd', confirm: true, payment_method: 'pm_card_chargeDeclined' },
          expected_error_type: 'card_error',
        },
      ],
    } as Parameters<Emulator['fixture']>[0]);
    expect(made.customer).toMatchObject({ email: 'a@example.com' });
    expect(made.declined).toMatchObject({ error: { code: 'card_declined' } });
  });

  test.each([
    ['is refused', { path: '/v1/customers', params: { nonsense: 1 } }, /'it' .* failed: Received unknown parameter/],
    ['refers to what is not there', { path: '/v1/customers/${nobody:id}' }, /refers to \$\{nobody:id\}/],
    ['should fail and does not', { path: '/v1/customers', expected_error_type: 'card_error' }, /should have failed/],
  ])('whose step %s says which', async (_how, step, message) => {
    await expect(emulator.fixture([{ name: 'it', ...step }])).rejects.toMatchObject({
      code: 'request_invalid',
      message: expect.stringMatching(message) as string,
      facts: { step: 'it' },
    });
  });
});

test('fixtures and resets work over HTTP too, for tests in any language', async () => {
  const post = async (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const made = await post('fixture', { fixtures: [{ name: 'ada', path: '/v1/customers', params: { name: 'Ada' } }] });
  expect(made).toMatchObject({ status: 200, body: { ada: { object: 'customer', name: 'Ada' } } });
  for (const wrong of [{}, { fixtures: [{ name: 'ada' }] }, { fixtures: [{ name: 'a', path: '/v1/none' }] }]) {
    expect(await post('fixture', wrong)).toMatchObject({ status: 400, body: { error: { code: 'request_invalid' } } });
  }
  expect((await post('reset', {})).status).toBe(200);
  expect((await stripe.customers.list()).data).toEqual([]);
});

describe('a snapshot', () => {
  test('brings everything back, any number of times, and time continues from where it stood', async () => {
    const file = join(directory, 'nested', 'snapshot.jsonl');
    emulator.clock.setRate(0);
    emulator.clock.advance(10 * 86_400_000);
    const kept = await stripe.customers.create({ name: 'kept' }, { idempotencyKey: 'kept' });
    const then = emulator.clock.get();
    await emulator.save(file);
    // It holds keys and secrets.
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (let time = 0; time < 2; time += 1) {
      emulator.clock.advance(86_400_000);
      await stripe.customers.del(kept.id);
      await stripe.customers.create({ name: 'later' });
      await emulator.load(file);
      expect((await stripe.customers.list()).data.map(({ name }) => name)).toEqual(['kept']);
      expect((await stripe.events.list()).data.map(({ type }) => type)).toEqual(['customer.created']);
      expect((await stripe.customers.create({ name: 'kept' }, { idempotencyKey: 'kept' })).id).toBe(kept.id);
      expect(emulator.clock.get()).toEqual(then);
    }
  });

  test('of another emulator brings its account, its keys, and what was due', async () => {
    const file = join(directory, 'other.jsonl');
    const other = await startEmulator({ account: 'random' });
    expect(other.account).not.toBe(emulator.account);
    const [{ id }] = [(await other.fixture(subscribed)).subscription as { id: string }];
    await other.save(file);
    await other.stop();
    await emulator.load(file);
    expect([emulator.account, emulator.secretKey]).toEqual([other.account, other.secretKey]);
    emulator.clock.advance(32 * 86_400_000);
    await stripe.subscriptions.retrieve(id);
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
  });

  test('that is missing or damaged changes nothing', async () => {
    const { id } = await stripe.customers.create();
    await expect(emulator.load(join(directory, 'none'))).rejects.toMatchObject({ code: 'emulator_state_unreadable' });
    const file = join(directory, 'spoilt.jsonl');
    await emulator.save(file);
    const [head, ...rows] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [head, '["no such type",{}]', ...rows.slice(1)].join('\n'));
    await expect(emulator.load(file)).rejects.toMatchObject({
      code: 'emulator_state_unreadable',
      message: expect.stringContaining('no such type') as string,
    });
    expect((await stripe.customers.retrieve(id)).id).toBe(id);
  });
});

const subscribed = [
  {
    name: 'price',
    path: '/v1/prices',
    params: { currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' }, product_data: { name: 'Pro' } },
  },
  {
    name: 'customer',
    path: '/v1/customers',
    params: { payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } },
  },
  {
    name: 'subscription',
    path: '/v1/subscriptions',
    params: { customer: '${customer:id}', items: [{ price: '${price:id}' }] },
  },
];

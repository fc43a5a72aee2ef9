import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.js';
import type { Rig } from '../../test/rig.js';
import { receiver, startRig } from '../../test/rig.js';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** The outside's time, moved by the test; who sleeps in it wakes when its moment has come. */
function outside(): Clock & { pass(ms: number): void } {
  let now = START;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          resolve();
        });
      }),
    pass: (ms) => {
      now += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

let rig: Rig;
let time: ReturnType<typeof outside>;
beforeEach(async () => {
  time = outside();
  rig = await startRig({ clock: time });
});
afterEach(() => rig.stop());

const now = (): number => rig.emulator.clock.get().now.getTime() - START;
const subscribe = async (): Promise<string> => {
  const { stripe } = rig;
  const customer = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  return (await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] })).id;
};
const invoices = async (subscription: string): Promise<number> =>
  (await rig.stripe.invoices.list({ subscription })).data.length;

describe('the emulator’s clock', () => {
  test('shows the real time until it is changed', async () => {
    time.pass(90_500);
    expect(now()).toBe(90_500);
    expect((await rig.stripe.customers.create()).created).toBe(START / 1000 + 90);
  });

  test('stands still when frozen, and can be advanced', async () => {
    rig.emulator.clock.setRate(0);
    time.pass(DAY);
    expect([now(), rig.emulator.clock.get().rate]).toEqual([0, 0]);
    const subscription = await subscribe();
    rig.emulator.clock.advance(32 * DAY);
    expect([now(), await invoices(subscription)]).toEqual([32 * DAY, 2]);
  });

  test('runs faster when accelerated, and what becomes due happens by itself', async () => {
    time.pass(1_000);
    rig.emulator.clock.setRate(86_400);
    const subscription = await subscribe();
    time.pass(32_000);
    expect(now()).toBe(1_000 + 32 * DAY);
    await expect.poll(() => invoices(subscription)).toBe(2);
    rig.emulator.clock.setRate(1);
    time.pass(1_000);
    expect(now()).toBe(1_000 + 32 * DAY + 1_000);
  });

  test('wakes a waiting delivery when it is advanced', async () => {
    const hook = await receiver();
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    rig.emulator.clock.setRate(0);
    hook.answer = () => (hook.received.length === 0 ? 500 : 200);
    await rig.stripe.customers.create();
    await expect.poll(() => rig.emulator.deliveries()[0]?.outcome).toBe('failed');
    rig.emulator.clock.advance(1_000);
    await hook.next(() => hook.received.length === 2);
    await hook.stop();
  });

  test('shortens the wait before a retry when accelerated', async () => {
    const hook = await receiver();
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    hook.answer = () => (hook.received.length === 0 ? 500 : 200);
    await rig.stripe.customers.create();
    await expect.poll(() => rig.emulator.deliveries()[0]?.outcome).toBe('failed');
    time.pass(10); // ten milliseconds outside: too soon at Stripe's own pace
    expect(hook.received).toHaveLength(1);
    rig.emulator.clock.setRate(1_000);
    time.pass(3_000); // fifty minutes of the emulator's
    await hook.next(() => hook.received.length === 2);
    // Each attempt has a signature of its own, with the outside's time.
    const [first, second] = hook.received.map(({ headers }) => String(headers['stripe-signature']));
    expect(first).toMatch(new RegExp(`^t=${START / 1000},v1=`));
    expect(second).toMatch(new RegExp(`^t=${START / 1000 + 3},v1=`));
    expect(/v1=\w+/.exec(first ?? '')?.[0]).not.toBe(/v1=\w+/.exec(second ?? '')?.[0]);
    await hook.stop();
  });

  test('does not spoil signatures when it is moved: they carry the real time', async () => {
    const hook = await receiver();
    const { secret } = rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    rig.emulator.clock.advance(400 * DAY);
    await rig.stripe.products.create({ name: 'later' });
    const { body, headers } = await hook.next(() => true);
    const signature = String(headers['stripe-signature']);
    expect(signature).toContain(`t=${START / 1000},`);
    const event = rig.stripe.webhooks.constructEvent(body, signature, secret, 300, undefined, START);
    expect(event.created).toBe((START + 400 * DAY) / 1000);
    await hook.stop();
  });

  test.each([-1, Number.NaN, Infinity, 2_000_000])('has no rate of %d', (rate) => {
    expect(() => rig.emulator.clock.setRate(rate)).toThrow(/rate/);
  });

  test('does not go back', () => {
    expect(() => rig.emulator.clock.advance(-1)).toThrow(/advance/);
  });

  test('can be advanced by ten years at once, and ends with the year 2199', () => {
    const { clock } = rig.emulator;
    for (const ms of [Number.NaN, Infinity, 1e18, 11 * 365 * DAY]) expect(() => clock.advance(ms)).toThrow(/advance/);
    for (let years = 0; years < 170; years += 10) clock.advance(10 * 365 * DAY);
    expect(() => clock.advance(10 * 365 * DAY)).toThrow(/2199|advance/);
    clock.setRate(1_000_000);
    time.pass(1e10);
    expect(clock.get().now.toISOString()).toBe('2199-12-31T23:59:59.999Z');
  });

  test.each([
    ...['{"advance_seconds":1e15}', '{"advance_seconds":"60"}', '{"advance_seconds":null}', '{"advance_seconds":[60]}'],
    ...['{"advance_seconds":-1}', '{"advance_seconds":1e999}', '{"advance":60}', '{"rate":"fast"}', '{"rate":true}'],
    ...[
      '{"rate":0,"advance_seconds":1e15}',
      '{"rate":2,"now":0}',
      '{"__proto__":1}',
      '[60]',
      '60',
      'null',
      '{',
      '{"rate":1e999}',
    ],
  ])('is not moved by %s over HTTP', async (body) => {
    const before = rig.emulator.clock.get();
    const answer = await rig.call('POST', '/_emulator/clock', body, { 'content-type': 'application/json' });
    expect([answer.status, answer.body.error?.['code']]).toEqual([400, expect.stringMatching(/_invalid$/)]);
    expect(rig.emulator.clock.get()).toEqual(before);
  });

  test('can be read and moved over HTTP', async () => {
    const headers = { 'content-type': 'application/json' };
    await rig.call('POST', '/_emulator/clock', '{"rate":0,"advance_seconds":60}', headers);
    expect((await rig.call('GET', '/_emulator/clock')).body).toEqual({
      now: new Date(START + 60_000).toISOString(),
      rate: 0,
    });
  });
});

describe('kept on disk, it', () => {
  test.each([
    ['continues from its offset', 1, 11 * DAY],
    ['stays frozen', 0, 10 * DAY],
    ['did not race while it was off', 1_000, 11 * DAY],
  ])('%s', async (_what, rate, expected) => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-emulator-'));
    const dataFile = join(directory, 'state.jsonl');
    const first = await startRig({ clock: time, dataFile });
    first.emulator.clock.advance(10 * DAY);
    first.emulator.clock.setRate(rate);
    await first.stop();
    time.pass(DAY);
    const second = await startRig({ clock: time, dataFile });
    expect(second.emulator.clock.get()).toEqual({ now: new Date(START + expected), rate });
    await second.stop();
    await rm(directory, { recursive: true });
  });
});

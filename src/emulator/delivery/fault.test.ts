import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../testing/rig.js';
import { receiver, refusal, rig } from '../testing/rig.js';

let it: Rig;
let hook: Receiver;
beforeEach(async () => {
  [it, hook] = await Promise.all([rig(), receiver()]);
  it.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
});
afterEach(() => Promise.all([it.stop(), hook.stop()]));

const name = ({ event }: { event: Stripe.Event }): string => (event.data.object as Stripe.Product).name;

describe('a fault', () => {
  test('delivers every second event twice, by the same id', async () => {
    it.emulator.faults.set({ duplicate_every: 2 });
    await it.stripe.products.create({ name: 'one' });
    await it.stripe.products.create({ name: 'two' });
    await hook.next(() => hook.received.length === 3);
    const twos = hook.received.filter((delivery) => name(delivery) === 'two');
    expect(new Set(twos.map(({ event }) => event.id)).size).toBe(1);
    expect(twos).toHaveLength(2);
  });

  test('holds every second event back, so that a later one overtakes it', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ delay_every: 2, delay_ms: 5_000 });
    for (const each of ['first', 'late', 'early']) await it.stripe.products.create({ name: each });
    await hook.next((delivery) => name(delivery) === 'early');
    it.emulator.clock.advance(5_000);
    await hook.next((delivery) => name(delivery) === 'late');
    expect(hook.received.map(name)).toEqual(['first', 'early', 'late']);
  });

  test('limits the rate: 429 with its reason, and nothing is done', async () => {
    it.emulator.faults.set({ limit_every: 1 });
    const { status, headers, body } = await it.call('POST', '/v1/products', 'name=refused');
    expect([status, body.error?.code, headers.get('stripe-rate-limited-reason')]).toEqual([
      429,
      'rate_limit',
      'endpoint-rate',
    ]);
    it.emulator.faults.set({ limit_every: 0 });
    expect((await it.stripe.products.list()).data).toEqual([]);
  });

  test('breaks: 500, which the SDK tries again', async () => {
    it.emulator.faults.set({ error_every: 1 });
    const error = await refusal(it.stripe.products.create({ name: 'refused' }));
    expect([error.statusCode, error.type]).toEqual([500, 'StripeAPIError']);
    it.emulator.faults.set({ error_every: 2 });
    await it.stripe.products.list();
    expect((await it.stripe.products.create({ name: 'retried' }, { maxNetworkRetries: 1 })).name).toBe('retried');
  });

  test('that is unknown or out of bounds is refused', () => {
    expect(() => it.emulator.faults.set({ lose_every: -1 })).toThrow(/lose_every/);
    expect(() => it.emulator.faults.set({ nonsense: 1 } as never)).toThrow(/nonsense/);
  });
});

import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, refusal, rig } from '../../test/rig.js';
import type { Faults } from './fault.js';
import { FAULT_NAMES, FaultSwitch } from './fault.js';

let it: Rig;
let hook: Receiver;
beforeAll(async () => {
  it = await rig();
});
beforeEach(async () => {
  hook = await receiver();
  it.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
});
afterEach(async () => {
  it.emulator.reset();
  for (const { id } of (await it.stripe.webhookEndpoints.list()).data) await it.stripe.webhookEndpoints.del(id);
  await hook.stop();
});
afterAll(() => it.stop());

const name = ({ event }: { event: Stripe.Event }): string => (event.data.object as Stripe.Product).name;
const make = async (...names: string[]): Promise<void> => {
  for (const each of names) await it.stripe.products.create({ name: each });
};
const listed = async (): Promise<string[]> =>
  (await it.stripe.events.list()).data.map((event) => (event.data.object as Stripe.Product).name).reverse();

describe('a fault of deliveries', () => {
  test('delivers every second event twice, by the same id', async () => {
    it.emulator.faults.set({ duplicate_every: 2 });
    await make('one', 'two');
    await hook.next(() => hook.received.length === 3);
    const twos = hook.received.filter((delivery) => name(delivery) === 'two');
    expect(new Set(twos.map(({ event }) => event.id)).size).toBe(1);
    expect(twos).toHaveLength(2);
  });

  test('holds every second event back, so that a later one overtakes it', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ delay_every: 2, delay_ms: 5_000 });
    await make('first', 'late', 'early');
    await hook.next((delivery) => name(delivery) === 'early');
    it.emulator.clock.advance(5_000);
    await hook.next((delivery) => name(delivery) === 'late');
    expect(hook.received.map(name)).toEqual(['first', 'early', 'late']);
  });

  test('swaps two events: the later one first, without a wait', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ reorder_every: 2 });
    await make('first', 'second', 'third');
    await hook.next(() => hook.received.length === 3);
    expect(hook.received.map(name)).toEqual(['first', 'third', 'second']);
  });

  test('delivers a swapped event even if nothing follows it', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ reorder_every: 1, delay_ms: 2_000 });
    await make('alone');
    it.emulator.clock.advance(2_000);
    expect(name(await hook.next(() => true))).toBe('alone');
  });
});

describe('a fault of events', () => {
  test('makes two events for one change, which differ only in their ids', async () => {
    it.emulator.faults.set({ twin_every: 1 });
    await make('twins');
    await hook.next(() => hook.received.length === 2);
    const [one, other] = (await it.stripe.events.list()).data;
    expect(one?.id).not.toBe(other?.id);
    expect({ ...one, id: '', pending_webhooks: 0 }).toEqual({ ...other, id: '', pending_webhooks: 0 });
  });

  test('keeps events out of lists for a while, and then puts them in the middle', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ hide_every: 2, hide_ms: 10_000 });
    await make('one', 'two', 'three');
    expect(await listed()).toEqual(['one', 'three']);
    const hidden = await hook.next((delivery) => name(delivery) === 'two');
    expect((await it.stripe.events.retrieve(hidden.event.id)).id).toBe(hidden.event.id);
    it.emulator.clock.advance(10_000);
    expect(await listed()).toEqual(['one', 'two', 'three']);
    const thin = await it.stripe.v2.core.events.list({});
    expect(thin.data).toHaveLength(3);
  });
});

describe('a fault of requests', () => {
  test('reads an object as it was before its last change, until that is long enough ago', async () => {
    it.emulator.clock.setRate(0);
    const { id } = await it.stripe.products.create({ name: 'before' });
    await it.stripe.products.update(id, { name: 'after' });
    it.emulator.faults.set({ stale_every: 1, stale_ms: 2_000 });
    const read = async (): Promise<string> => (await it.stripe.products.retrieve(id)).name;
    expect([await read(), (await it.stripe.products.list()).data[0]?.name]).toEqual(['before', 'before']);
    it.emulator.clock.advance(2_000);
    expect(await read()).toBe('after');
  });

  test('reads what was just deleted, and never hides what was just created', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ stale_every: 1 });
    const { id } = await it.stripe.customers.create({ name: 'Ada' });
    expect(await it.stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada' });
    await it.stripe.customers.del(id);
    expect(await it.stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada' });
    it.emulator.clock.advance(1_000);
    expect(await it.stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
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

  test('breaks in the middle: nothing is kept, and the idempotency key replays the 500', async () => {
    it.emulator.faults.set({ break_every: 1 });
    const idempotencyKey = 'broken';
    const first = await refusal(it.stripe.products.create({ name: 'half' }, { idempotencyKey }));
    it.emulator.faults.set({ break_every: 0 });
    const again = await refusal(it.stripe.products.create({ name: 'half' }, { idempotencyKey }));
    expect([first.statusCode, again.statusCode, again.headers?.['idempotent-replayed']]).toEqual([500, 500, 'true']);
    expect([(await it.stripe.products.list()).data, await listed()]).toEqual([[], []]);
    expect((await it.stripe.products.create({ name: 'half' }, { idempotencyKey: 'another' })).name).toBe('half');
  });

  test('cuts the connection when the work is done: the retry under the same key gets the answer', async () => {
    it.emulator.faults.set({ cut_every: 1 });
    const error = await refusal(it.stripe.products.create({ name: 'unheard' }));
    expect(error.type).toBe('StripeConnectionError');
    it.emulator.faults.set({ cut_every: 2 });
    await it.stripe.products.list();
    await it.stripe.products.create({ name: 'heard' }, { maxNetworkRetries: 1, idempotencyKey: 'heard' });
    it.emulator.faults.set({ cut_every: 0 });
    expect(await listed()).toEqual(['unheard', 'heard']);
  });

  test('makes them slow', async () => {
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ latency_ms: 30 });
    let answered = false;
    const slow = it.stripe.products.list().then(() => (answered = true));
    await it.call('GET', '/_emulator/info');
    expect(answered).toBe(false);
    await expect
      .poll(() => {
        it.emulator.clock.advance(30);
        return answered;
      })
      .toBe(true);
    await slow;
  });
});

describe('faults', () => {
  test('by chance are the same for the same seed, and differ for another seed', async () => {
    const lost = async (seed: number): Promise<boolean[]> => {
      it.emulator.faults.set({ lose_every: 2, seed });
      const before = it.emulator.deliveries(1000).length;
      await make(...Array.from({ length: 16 }, (_none, index) => String(index)));
      await expect.poll(() => it.emulator.deliveries(1000).length).toBe(before + 16);
      const made = (await it.stripe.events.list({ limit: 16 })).data.reverse();
      return made.map(({ id }) => it.emulator.deliveries(1, id)[0]?.outcome === 'dropped');
    };
    const [first, again, other] = [await lost(7), await lost(7), await lost(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });

  test.each(FAULT_NAMES)('can be set over HTTP, and are off again after a reset: %s', async (fault) => {
    const headers = { 'content-type': 'application/json', 'lockstep-client': 'dashboard' };
    const { status, body } = await it.call('POST', '/_emulator/faults', JSON.stringify({ [fault]: 3 }), headers);
    expect([status, body[fault], it.emulator.faults.get()]).toEqual([200, 3, body]);
    expect((await it.call('GET', '/_emulator/faults', undefined, headers)).body).toEqual(body);
    it.emulator.reset();
    expect(it.emulator.faults.get()[fault as keyof Faults]).not.toBe(3);
  });

  test.each(FAULT_NAMES.filter((name) => name.endsWith('_every')))(
    'hit the same ones for the same seed, about one in n of them: %s',
    (fault) => {
      const hits = (seed: number): boolean[] => {
        const faults = new FaultSwitch();
        faults.set({ [fault]: 4, seed });
        return Array.from({ length: 400 }, () => faults.hits(fault as 'lose_every'));
      };
      expect(hits(7)).toEqual(hits(7));
      expect(hits(7)).not.toEqual(hits(8));
      const share = hits(7).filter(Boolean).length / 400;
      expect(share).toBeGreaterThan(0.15);
      expect(share).toBeLessThan(0.35);
    },
  );

  test('that are unknown or out of bounds are refused, with a list of the valid ones', () => {
    const refused = (changes: object): unknown => {
      try {
        return it.emulator.faults.set(changes);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ lose_every: -1 })).toMatchObject({
      code: 'option_invalid',
      message: 'lose_every must be a whole number from 0 to 1,000,000',
      hint: 'set it to 0 to turn it off; it was -1',
    });
    expect(refused({ lose_every: 1, loose_evry: 1 })).toMatchObject({
      message: 'Unknown fault "loose_evry"',
      hint: expect.stringMatching(/^did you mean lose_every\? the faults are lose_every, duplicate_every, .*, seed$/),
    });
    expect(it.emulator.faults.get().lose_every).toBe(0);
  });

  test('of requests do not affect the dashboard or fixtures, and do not count their requests', async () => {
    const { id } = await it.stripe.products.create({ name: 'before' });
    await it.stripe.products.update(id, { name: 'after' });
    const shown = { 'lockstep-client': 'dashboard' };
    for (const fault of ['error_every', 'limit_every', 'cut_every', 'break_every', 'stale_every'] as const) {
      it.emulator.faults.set({ [fault]: 1, stale_ms: 60_000 });
      expect(await it.call('GET', `/v1/products/${id}`, undefined, shown)).toMatchObject({ body: { name: 'after' } });
      expect(await it.call('POST', `/v1/products/${id}`, 'name=after', shown)).toMatchObject({ status: 200 });
      await it.emulator.fixture([{ name: 'made', path: '/v1/products', params: { name: 'scenery' } }]);
      it.emulator.faults.set({ [fault]: 0 });
    }
    it.emulator.clock.setRate(0);
    it.emulator.faults.set({ latency_ms: 60_000, account_per_second: 1, error_every: 2 });
    for (let time = 0; time < 3; time += 1)
      expect((await it.call('GET', '/v1/products', undefined, shown)).status).toBe(200);
    it.emulator.faults.set({ latency_ms: 0, account_per_second: 0 });
    expect((await it.call('GET', '/v1/products')).status).toBe(200);
    expect((await it.call('GET', '/v1/products')).status).toBe(500);
  });

  test('can be set at the start', async () => {
    const other = await rig({ faults: { error_every: 1 } });
    expect((await refusal(other.stripe.products.list())).statusCode).toBe(500);
    await other.stop();
    await expect(rig({ faults: { error_every: -1 } })).rejects.toMatchObject({ code: 'option_invalid' });
  });
});

import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, refusal, startRig } from '../../test/rig.js';
import type { Faults } from './fault.js';
import { FAULT_NAMES, FaultSwitch } from './fault.js';

let rig: Rig;
let hook: Receiver;
beforeAll(async () => {
  rig = await startRig();
});
beforeEach(async () => {
  hook = await receiver();
  rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
});
afterEach(async () => {
  rig.emulator.reset();
  for (const { id } of (await rig.stripe.webhookEndpoints.list()).data) await rig.stripe.webhookEndpoints.del(id);
  await hook.stop();
});
afterAll(() => rig.stop());

const name = ({ event }: { event: Stripe.Event }): string => (event.data.object as Stripe.Product).name;
const make = async (...names: string[]): Promise<void> => {
  for (const each of names) await rig.stripe.products.create({ name: each });
};
const listed = async (): Promise<string[]> =>
  (await rig.stripe.events.list()).data.map((event) => (event.data.object as Stripe.Product).name).reverse();

describe('a fault of deliveries', () => {
  test('delivers every second event twice, by the same id', async () => {
    rig.emulator.faults.set({ duplicate_every: 2 });
    await make('one', 'two');
    await hook.next(() => hook.received.length === 3);
    const twos = hook.received.filter((delivery) => name(delivery) === 'two');
    expect(new Set(twos.map(({ event }) => event.id)).size).toBe(1);
    expect(twos).toHaveLength(2);
  });

  test('holds every second event back, so that a later one overtakes it', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ delay_every: 2, delay_ms: 5_000 });
    await make('first', 'late', 'early');
    await hook.next((delivery) => name(delivery) === 'early');
    rig.emulator.clock.advance(5_000);
    await hook.next((delivery) => name(delivery) === 'late');
    expect(hook.received.map(name)).toEqual(['first', 'early', 'late']);
  });

  test('swaps two events: the later one first, without a wait', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ reorder_every: 2 });
    await make('first', 'second', 'third');
    await hook.next(() => hook.received.length === 3);
    expect(hook.received.map(name)).toEqual(['first', 'third', 'second']);
  });

  test('delivers a swapped event even if nothing follows it', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ reorder_every: 1, delay_ms: 2_000 });
    await make('alone');
    rig.emulator.clock.advance(2_000);
    expect(name(await hook.next(() => true))).toBe('alone');
  });
});

describe('a fault of events', () => {
  test('makes two events for one change, which differ only in their ids', async () => {
    rig.emulator.faults.set({ twin_every: 1 });
    await make('twins');
    await hook.next(() => hook.received.length === 2);
    const [one, other] = (await rig.stripe.events.list()).data;
    expect(one?.id).not.toBe(other?.id);
    expect({ ...one, id: '', pending_webhooks: 0 }).toEqual({ ...other, id: '', pending_webhooks: 0 });
  });

  test('keeps events out of lists for a while, and then puts them in the middle', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ hide_every: 2, hide_ms: 10_000 });
    await make('one', 'two', 'three');
    expect(await listed()).toEqual(['one', 'three']);
    const hidden = await hook.next((delivery) => name(delivery) === 'two');
    expect((await rig.stripe.events.retrieve(hidden.event.id)).id).toBe(hidden.event.id);
    rig.emulator.clock.advance(10_000);
    expect(await listed()).toEqual(['one', 'two', 'three']);
    const thin = await rig.stripe.v2.core.events.list({});
    expect(thin.data).toHaveLength(3);
  });
});

describe('a fault of requests', () => {
  test('reads an object as it was before its last change, until that is long enough ago', async () => {
    rig.emulator.clock.setRate(0);
    const { id } = await rig.stripe.products.create({ name: 'before' });
    await rig.stripe.products.update(id, { name: 'after' });
    rig.emulator.faults.set({ stale_every: 1, stale_ms: 2_000 });
    const read = async (): Promise<string> => (await rig.stripe.products.retrieve(id)).name;
    expect([await read(), (await rig.stripe.products.list()).data[0]?.name]).toEqual(['before', 'before']);
    rig.emulator.clock.advance(2_000);
    expect(await read()).toBe('after');
  });

  test('reads what was just deleted, and never hides what was just created', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ stale_every: 1 });
    const { id } = await rig.stripe.customers.create({ name: 'Ada' });
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada' });
    await rig.stripe.customers.del(id);
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({ name: 'Ada' });
    rig.emulator.clock.advance(1_000);
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
  });

  test('limits the rate: 429 with its reason, and nothing is done', async () => {
    rig.emulator.faults.set({ limit_every: 1 });
    const { status, headers, body } = await rig.call('POST', '/v1/products', 'name=refused');
    expect([status, body.error?.code, headers.get('stripe-rate-limited-reason')]).toEqual([
      429,
      'rate_limit',
      'endpoint-rate',
    ]);
    rig.emulator.faults.set({ limit_every: 0 });
    expect((await rig.stripe.products.list()).data).toEqual([]);
  });

  test('locks an object: 429 lock_timeout for a write, nothing done, and no read is hit', async () => {
    rig.emulator.faults.set({ lock_every: 1 });
    const { status, headers, body } = await rig.call('POST', '/v1/products', 'name=locked');
    expect([status, body.error, headers.get('stripe-rate-limited-reason')]).toMatchObject([
      429,
      {
        type: 'invalid_request_error',
        code: 'lock_timeout',
        message: expect.stringContaining('another API request or Stripe process is currently accessing it'),
      },
      null,
    ]);
    expect((await rig.stripe.products.list()).data).toEqual([]);
  });

  test('breaks: 500, which the SDK tries again', async () => {
    rig.emulator.faults.set({ error_every: 1 });
    const error = await refusal(rig.stripe.products.create({ name: 'refused' }));
    expect([error.statusCode, error.type]).toEqual([500, 'StripeAPIError']);
    rig.emulator.faults.set({ error_every: 2 });
    await rig.stripe.products.list();
    expect((await rig.stripe.products.create({ name: 'retried' }, { maxNetworkRetries: 1 })).name).toBe('retried');
  });

  test('breaks in the middle: nothing is kept, and the idempotency key replays the 500', async () => {
    rig.emulator.faults.set({ break_every: 1 });
    const idempotencyKey = 'broken';
    const first = await refusal(rig.stripe.products.create({ name: 'half' }, { idempotencyKey }));
    rig.emulator.faults.set({ break_every: 0 });
    const again = await refusal(rig.stripe.products.create({ name: 'half' }, { idempotencyKey }));
    expect([first.statusCode, again.statusCode, again.headers?.['idempotent-replayed']]).toEqual([500, 500, 'true']);
    expect([(await rig.stripe.products.list()).data, await listed()]).toEqual([[], []]);
    expect((await rig.stripe.products.create({ name: 'half' }, { idempotencyKey: 'another' })).name).toBe('half');
  });

  test('cuts the connection when the work is done: the retry under the same key gets the answer', async () => {
    rig.emulator.faults.set({ cut_every: 1 });
    const error = await refusal(rig.stripe.products.create({ name: 'unheard' }));
    expect(error.type).toBe('StripeConnectionError');
    rig.emulator.faults.set({ cut_every: 2 });
    await rig.stripe.products.list();
    await rig.stripe.products.create({ name: 'heard' }, { maxNetworkRetries: 1, idempotencyKey: 'heard' });
    rig.emulator.faults.set({ cut_every: 0 });
    expect(await listed()).toEqual(['unheard', 'heard']);
  });

  test('makes them slow', async () => {
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ latency_ms: 30 });
    let answered = false;
    const slow = rig.stripe.products.list().then(() => (answered = true));
    await rig.call('GET', '/_emulator/info');
    expect(answered).toBe(false);
    await expect
      .poll(() => {
        rig.emulator.clock.advance(30);
        return answered;
      })
      .toBe(true);
    await slow;
  });
});

describe('faults', () => {
  test('by chance are the same for the same seed, and differ for another seed', async () => {
    const lost = async (seed: number): Promise<boolean[]> => {
      rig.emulator.faults.set({ lose_every: 2, seed });
      const before = rig.emulator.deliveries(1000).length;
      await make(...Array.from({ length: 16 }, (_none, index) => String(index)));
      await expect.poll(() => rig.emulator.deliveries(1000).length).toBe(before + 16);
      const made = (await rig.stripe.events.list({ limit: 16 })).data.reverse();
      return made.map(({ id }) => rig.emulator.deliveries(1, id)[0]?.outcome === 'dropped');
    };
    const [first, again, other] = [await lost(7), await lost(7), await lost(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });

  test.each(FAULT_NAMES)('can be set over HTTP, and are off again after a reset: %s', async (fault) => {
    const headers = { 'content-type': 'application/json', 'lockstep-client': 'dashboard' };
    const { status, body } = await rig.call('POST', '/_emulator/faults', JSON.stringify({ [fault]: 3 }), headers);
    expect([status, body[fault], rig.emulator.faults.get()]).toEqual([200, 3, body]);
    expect((await rig.call('GET', '/_emulator/faults', undefined, headers)).body).toEqual(body);
    rig.emulator.reset();
    expect(rig.emulator.faults.get()[fault as keyof Faults]).not.toBe(3);
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
        return rig.emulator.faults.set(changes);
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
    expect(rig.emulator.faults.get().lose_every).toBe(0);
  });

  test('of requests do not affect the dashboard or fixtures, and do not count their requests', async () => {
    const { id } = await rig.stripe.products.create({ name: 'before' });
    await rig.stripe.products.update(id, { name: 'after' });
    const shown = { 'lockstep-client': 'dashboard' };
    for (const fault of ['error_every', 'limit_every', 'cut_every', 'break_every', 'stale_every'] as const) {
      rig.emulator.faults.set({ [fault]: 1, stale_ms: 60_000 });
      expect(await rig.call('GET', `/v1/products/${id}`, undefined, shown)).toMatchObject({ body: { name: 'after' } });
      expect(await rig.call('POST', `/v1/products/${id}`, 'name=after', shown)).toMatchObject({ status: 200 });
      await rig.emulator.fixture([{ name: 'made', path: '/v1/products', params: { name: 'scenery' } }]);
      rig.emulator.faults.set({ [fault]: 0 });
    }
    rig.emulator.clock.setRate(0);
    rig.emulator.faults.set({ latency_ms: 60_000, account_per_second: 1, error_every: 2 });
    for (let time = 0; time < 3; time += 1)
      expect((await rig.call('GET', '/v1/products', undefined, shown)).status).toBe(200);
    rig.emulator.faults.set({ latency_ms: 0, account_per_second: 0 });
    expect((await rig.call('GET', '/v1/products')).status).toBe(200);
    expect((await rig.call('GET', '/v1/products')).status).toBe(500);
  });

  test('can be set at the start', async () => {
    const other = await startRig({ faults: { error_every: 1 } });
    expect((await refusal(other.stripe.products.list())).statusCode).toBe(500);
    await other.stop();
    await expect(startRig({ faults: { error_every: -1 } })).rejects.toMatchObject({ code: 'option_invalid' });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.js';
import { systemClock } from '../../../src/kernel/clock.js';
import type { Called, Rig } from '../../test/rig.js';
import { startRig } from '../../test/rig.js';

let now = Date.UTC(2026, 0, 1);
const clock: Clock = { now: () => new Date(now), sleep: (ms, signal) => systemClock.sleep(ms, signal) };
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ clock });
});
beforeEach(() => {
  rig.emulator.reset();
  now += 1_000;
});
afterAll(() => rig.stop());

const statuses = async (...requests: [verb: string, path: string, account?: string][]): Promise<number[]> => {
  const called: Called[] = [];
  for (const [verb, path, account] of requests) {
    called.push(await rig.call(verb, path, undefined, account === undefined ? {} : { 'stripe-account': account }));
  }
  return called.map(({ status }) => status);
};

describe('a rate limit', () => {
  test('of an endpoint counts its verb and address, whatever the id in it', async () => {
    const { id } = await rig.stripe.customers.create();
    rig.emulator.faults.set({ endpoint_per_second: 2 });
    expect(
      await statuses(
        ['GET', `/v1/customers/${id}`],
        ['GET', '/v1/customers/cus_none'],
        ['GET', `/v1/customers/${id}`],
        ['GET', '/v1/customers'],
      ),
    ).toEqual([200, 404, 429, 200]);
  });

  test('ends with its second', async () => {
    rig.emulator.faults.set({ endpoint_per_second: 1 });
    expect(await statuses(['GET', '/v1/products'], ['GET', '/v1/products'])).toEqual([200, 429]);
    now += 1_000;
    expect(await statuses(['GET', '/v1/products'])).toEqual([200]);
  });

  test('of an account counts all of its own requests, and says that this limit was reached', async () => {
    const { id } = await rig.stripe.accounts.create({ type: 'standard' });
    rig.emulator.faults.set({ account_per_second: 2 });
    expect(await statuses(['GET', '/v1/products'], ['GET', '/v1/prices', id], ['GET', '/v1/prices'])).toEqual([
      200, 200, 200,
    ]);
    const { status, headers, body } = await rig.call('GET', '/v1/events');
    expect([status, headers.get('stripe-rate-limited-reason'), body.error?.code]).toEqual([
      429,
      'global-rate',
      'rate_limit',
    ]);
    expect(headers.has('retry-after')).toBe(false);
  });

  test('of searches counts them together', async () => {
    rig.emulator.faults.set({ search_per_second: 1 });
    const query = encodeURIComponent("email:'a@example.com'");
    expect(
      await statuses(
        ['GET', `/v1/customers/search?query=${query}`],
        ['GET', `/v1/subscriptions/search?query=${encodeURIComponent("status:'active'")}`],
        ['GET', '/v1/customers'],
      ),
    ).toEqual([200, 429, 200]);
  });

  test('does not use up the idempotency key', async () => {
    rig.emulator.faults.set({ endpoint_per_second: 1 });
    const post = () => rig.call('POST', '/v1/products', 'name=One', { 'idempotency-key': 'limited' });
    await rig.call('POST', '/v1/products', 'name=Other');
    expect((await post()).status).toBe(429);
    now += 1_000;
    const answer = await post();
    expect([answer.status, answer.headers.has('idempotent-replayed')]).toEqual([200, false]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../../test/rig.js';
import { receiver, refusal, startRig } from '../../../test/rig.js';

const DAY = 86_400_000;
let rig: Rig;
let hook: Receiver;
beforeAll(async () => {
  [rig, hook] = await Promise.all([startRig({ retryDelaysMs: [] }), receiver()]);
});
afterAll(() => Promise.all([rig.stop(), hook.stop()]));

describe('an event', () => {
  test('is kept for thirty days, even if others follow it', async () => {
    rig.emulator.clock.setRate(0);
    await rig.stripe.customers.create({ name: 'first' });
    rig.emulator.clock.advance(DAY);
    await rig.stripe.customers.create({ name: 'second' });
    const [second, first] = (await rig.stripe.events.list()).data;
    rig.emulator.clock.advance(29 * DAY);
    await rig.stripe.products.create({ name: 'exactly thirty days' });
    expect((await rig.stripe.events.list()).data.map(({ id }) => id)).toEqual(expect.arrayContaining([first?.id]));

    rig.emulator.clock.advance(1_000);
    await rig.stripe.products.create({ name: 'a second more' });
    expect((await refusal(rig.stripe.events.retrieve(first?.id ?? ''))).code).toBe('resource_missing');
    const left = (await rig.stripe.events.list()).data;
    expect(left.map(({ type }) => type)).toEqual(['product.created', 'product.created', 'customer.created']);
    expect(left.at(-1)?.id).toBe(second?.id);
    rig.emulator.reset();
  });

  test('is found by whether all of its deliveries succeeded', async () => {
    rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['customer.created'] });
    hook.answer = ({ event }) => ((event.data.object as { name?: string }).name === 'refused' ? 500 : 200);
    await rig.stripe.customers.create({ name: 'refused' });
    await rig.stripe.customers.create({ name: 'taken' });
    await rig.stripe.products.create({ name: 'sent to nobody' });
    await expect.poll(() => rig.emulator.deliveries().length).toBe(2);
    const names = async (delivery_success: boolean): Promise<unknown[]> =>
      (await rig.stripe.events.list({ delivery_success })).data.map(
        (event) => (event.data.object as { name?: string }).name,
      );
    expect([await names(false), await names(true)]).toEqual([['refused'], ['sent to nobody', 'taken']]);
  });

  test('is found by up to twenty types, and by patterns', async () => {
    await rig.stripe.coupons.create({ percent_off: 5 });
    const types = async (sent: object): Promise<string[]> =>
      (await rig.stripe.events.list(sent)).data.map(({ type }) => type);
    expect(await types({ types: ['coupon.created', 'product.created'] })).toEqual([
      'coupon.created',
      'product.created',
    ]);
    expect(await types({ type: 'customer.*' })).toEqual(['customer.created', 'customer.created']);
    const many = Array.from({ length: 21 }, (_none, index) => `a.${index}`);
    expect((await refusal(rig.stripe.events.list({ types: many }))).param).toBe('types');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const START = at('2026-04-01');
const DAY = 86_400;

const meterFor = (event_name: string, formula: 'count' | 'last' | 'sum') =>
  rig.stripe.billing.meters.create({ display_name: event_name, event_name, default_aggregation: { formula } });

const report = (
  event_name: string,
  customer: string,
  value: number,
  more: { identifier?: string; timestamp?: number } = {},
) =>
  rig.stripe.billing.meterEvents.create({
    event_name,
    payload: { stripe_customer_id: customer, value: String(value) },
    ...more,
  });

describe('usage', () => {
  test('is billed for the period that ended, at the price’s tiers', async () => {
    const meter = await meterFor('api_calls', 'sum');
    const { clock, customer } = await shop(rig, START);
    const price = await rig.stripe.prices.create({
      currency: 'usd',
      product_data: { name: 'API' },
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 100, unit_amount: 10 },
        { up_to: 'inf', unit_amount: 5 },
      ],
    });
    await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await advance(rig, clock, START + 10 * DAY);
    await report('api_calls', customer.id, 120, { timestamp: START + 5 * DAY });
    await report('api_calls', customer.id, 30, { timestamp: START + 9 * DAY });
    await advance(rig, clock, at('2026-05-02'));

    const [first, second] = await invoicesOf(rig, customer);
    expect(first?.total).toBe(0);
    // 100 × 0.10 + 50 × 0.05
    expect(second).toMatchObject({
      total: 1250,
      status: 'paid',
      lines: {
        data: [
          { quantity: 100, amount: 1000, period: { start: START, end: at('2026-05-01') } },
          { quantity: 50, amount: 250, period: { start: START, end: at('2026-05-01') } },
        ],
      },
    });
  });

  test.each([
    ['sum', 7],
    ['count', 2],
    ['last', 4],
  ] as const)('is summed up by its meter’s formula: %s', async (formula, value) => {
    const meter = await meterFor(`by_${formula}`, formula);
    const { id: customer } = await rig.stripe.customers.create();
    const minute = Math.floor(Date.now() / 60_000) * 60;
    await report(`by_${formula}`, customer, 3, { timestamp: minute - 120 });
    await report(`by_${formula}`, customer, 4, { timestamp: minute - 60 });
    const { data } = await rig.stripe.billing.meters.listEventSummaries(meter.id, {
      customer,
      start_time: minute - 600,
      end_time: minute,
    });
    expect(data.map(({ aggregated_value }) => aggregated_value)).toEqual([value]);
  });

  test('reported twice with the same identifier counts once, and can be canceled', async () => {
    const meter = await meterFor('once', 'sum');
    const { id: customer } = await rig.stripe.customers.create();
    const minute = Math.floor(Date.now() / 60_000) * 60 - 60;
    await report('once', customer, 5, { identifier: 'r1', timestamp: minute });
    expect((await refusal(report('once', customer, 5, { identifier: 'r1', timestamp: minute }))).param).toBe(
      'identifier',
    );
    const summary = async () =>
      (
        await rig.stripe.billing.meters.listEventSummaries(meter.id, {
          customer,
          start_time: minute,
          end_time: minute + 60,
        })
      ).data[0]?.aggregated_value;
    expect(await summary()).toBe(5);
    await rig.stripe.billing.meterEventAdjustments.create({
      event_name: 'once',
      type: 'cancel',
      cancel: { identifier: 'r1' },
    });
    expect(await summary()).toBe(0);
  });

  test('of no meter, of no customer or of another time is refused', async () => {
    await meterFor('strict', 'sum');
    const { id } = await rig.stripe.customers.create();
    expect((await refusal(report('unheard', id, 1))).param).toBe('event_name');
    expect((await refusal(report('strict', 'cus_none', 1))).code).toBe('resource_missing');
    expect((await refusal(report('strict', id, 1, { timestamp: 1 }))).param).toBe('timestamp');
  });

  test('is accepted by a meter only while the meter is active', async () => {
    const { meters } = rig.stripe.billing;
    const { id } = await meterFor('paused', 'sum');
    const { id: customer } = await rig.stripe.customers.create();
    expect((await meters.update(id, { display_name: 'Other' })).display_name).toBe('Other');
    expect((await meters.deactivate(id)).status).toBe('inactive');
    expect((await meters.list({ status: 'inactive' })).data.map((meter) => meter.id)).toEqual([id]);
    expect((await refusal(report('paused', customer, 1))).message).toContain('No active meter');
    expect((await meters.reactivate(id)).status).toBe('active');
    expect((await report('paused', customer, 1)).event_name).toBe('paused');
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type.split('.').at(-1))).toEqual([
      ...['created', 'updated', 'deactivated', 'reactivated'],
    ]);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { advance, at, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const START = at('2026-04-01');

test.each([
  ['release', 'active', 'released'],
  ['cancel', 'canceled', 'completed'],
] as const)(
  'a schedule goes from phase to phase, and at its end does what was chosen: %s',
  async (end, subscribed, status) => {
    const { clock, customer, price } = await shop(rig, START);
    const schedule = await rig.stripe.subscriptionSchedules.create({
      customer: customer.id,
      start_date: 'now',
      end_behavior: end,
      phases: [
        {
          items: [{ price: price.id, quantity: 1 }],
          duration: { interval: 'month', interval_count: 1 },
          proration_behavior: 'none',
        },
        {
          items: [{ price: price.id, quantity: 2 }],
          duration: { interval: 'month', interval_count: 1 },
          proration_behavior: 'none',
        },
      ],
    });
    const id = schedule.subscription as string;
    const quantity = async () => (await rig.stripe.subscriptions.retrieve(id)).items.data[0]?.quantity;
    expect(await quantity()).toBe(1);
    await advance(rig, clock, at('2026-05-02'));
    expect(await quantity()).toBe(2);
    expect((await rig.stripe.subscriptionSchedules.retrieve(schedule.id)).current_phase).toEqual({
      start_date: at('2026-05-01'),
      end_date: at('2026-06-01'),
    });
    const billed = async () => (await rig.stripe.invoices.list({ subscription: id })).data.map(({ total }) => total);
    expect(await billed()).toEqual([2_000, 1_000]);
    await advance(rig, clock, at('2026-06-02'));
    expect(await billed()).toEqual(end === 'cancel' ? [2_000, 1_000] : [2_000, 2_000, 1_000]);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe(subscribed);
    expect((await rig.stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe(status);
    expect((await eventsOf(rig.stripe, schedule.id)).map(({ type }) => type)).toContain(
      'subscription_schedule.expiring',
    );
  },
);

test.each([
  ['2025-08-27.basil', 200],
  ['2025-09-30.clover', 400],
])('a request of %s that sends `iterations` is answered with %i', async (version, answer) => {
  const { customer, price } = await shop(rig, START);
  const form = `customer=${customer.id}&start_date=now&phases[0][items][0][price]=${price.id}&phases[0][iterations]=2`;
  const { status, body } = await rig.call('POST', '/v1/subscription_schedules', form, { 'stripe-version': version });
  expect([status, body.error?.param]).toEqual([answer, answer === 200 ? undefined : 'phases[0][iterations]']);
});

test('a schedule made from a subscription takes it over, gets another phase, and ends it when it is canceled', async () => {
  const { clock, customer, price } = await shop(rig, START);
  const { subscriptionSchedules: schedules, subscriptions } = rig.stripe;
  const { id } = await subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const made = await schedules.create({ from_subscription: id });
  const [first] = made.phases;
  expect(made).toMatchObject({ status: 'active', subscription: id, phases: [{ end_date: at('2026-05-01') }] });
  expect((await subscriptions.retrieve(id)).schedule).toBe(made.id);
  const month = { interval: 'month', interval_count: 1 } as const;
  await schedules.update(made.id, {
    phases: [
      { items: [{ price: price.id }], start_date: first?.start_date ?? 0, end_date: first?.end_date ?? 0 },
      { items: [{ price: price.id, quantity: 5 }], duration: month },
    ],
  });
  await advance(rig, clock, at('2026-05-02'));
  expect((await subscriptions.retrieve(id)).items.data).toMatchObject([{ quantity: 5 }]);
  expect((await schedules.cancel(made.id)).status).toBe('canceled');
  expect((await subscriptions.retrieve(id)).status).toBe('canceled');
  expect((await eventsOf(rig.stripe, made.id)).map(({ type }) => type)).toEqual([
    'subscription_schedule.created',
    'subscription_schedule.updated',
    'subscription_schedule.updated',
    'subscription_schedule.canceled',
  ]);
});

test('a schedule for later starts its subscription on its day, and releases it', async () => {
  const { clock, customer, price } = await shop(rig, START);
  const { subscriptionSchedules: schedules } = rig.stripe;
  const { id, ...made } = await schedules.create({
    customer: customer.id,
    start_date: at('2026-04-10'),
    phases: [{ items: [{ price: price.id }], duration: { interval: 'month', interval_count: 2 } }],
  });
  expect(made).toMatchObject({ status: 'not_started', subscription: null });
  await advance(rig, clock, at('2026-04-11'));
  const { subscription, status } = await schedules.retrieve(id);
  expect([status, subscription]).toEqual(['active', expect.stringMatching(/^sub_/)]);
  expect(await schedules.release(id)).toMatchObject({
    ...{ status: 'released', subscription: null, released_subscription: subscription },
  });
  expect((await rig.stripe.subscriptions.retrieve(subscription as string)).status).toBe('active');
});

test('while a schedule decides its end, a subscription cannot be ended in another way', async () => {
  const { customer, price } = await shop(rig, START);
  const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const schedule = await rig.stripe.subscriptionSchedules.create({ from_subscription: id });
  const said = { type: 'StripeInvalidRequestError', message: expect.stringContaining(schedule.id) };
  await expect(rig.stripe.subscriptions.update(id, { cancel_at_period_end: true })).rejects.toMatchObject(said);
  await expect(rig.stripe.subscriptions.update(id, { cancel_at: 'min_period_end' })).rejects.toMatchObject(said);
  await rig.stripe.subscriptions.update(id, { cancel_at_period_end: false }); // as it is
  await rig.stripe.subscriptionSchedules.release(schedule.id);
  expect(await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true })).toMatchObject({ schedule: null });
});

test('a phase made from a subscription has all of its settings, and the next one what it names and the defaults', async () => {
  const { clock, customer, price } = await shop(rig, START);
  const { coupons, taxRates, paymentMethods, subscriptions, subscriptionSchedules: schedules } = rig.stripe;
  const half = await coupons.create({ percent_off: 50, duration: 'forever' });
  const vat = await taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  const card = await paymentMethods.attach('pm_card_mastercard', { customer: customer.id });
  const { id } = await subscriptions.create({
    customer: customer.id,
    default_payment_method: card.id,
    default_tax_rates: [vat.id],
    discounts: [{ coupon: half.id }],
    description: 'Three seats',
    metadata: { team: 'blue' },
    items: [{ price: price.id, quantity: 3, metadata: { seat: 'window' } }],
  });
  const { discounts } = await subscriptions.retrieve(id);
  const made = await schedules.create({ from_subscription: id });
  const [first] = made.phases;
  expect(first).toMatchObject({
    default_payment_method: card.id,
    default_tax_rates: [{ id: vat.id }],
    description: 'Three seats',
    discounts: [{ discount: discounts[0] }],
    items: [{ price: price.id, quantity: 3, metadata: { seat: 'window' } }],
  });
  const items = [{ price: price.id }];
  await schedules.update(made.id, {
    phases: [
      {
        items: [{ ...items[0]!, quantity: 3 }],
        start_date: first!.start_date,
        end_date: first!.end_date,
        default_tax_rates: [vat.id],
        discounts: [{ discount: discounts[0] as string }],
      },
      { items, duration: { interval: 'month', interval_count: 1 } },
    ],
  });
  expect(await subscriptions.retrieve(id)).toMatchObject({
    ...{ default_payment_method: card.id, description: 'Three seats', discounts, default_tax_rates: [{ id: vat.id }] },
    metadata: { team: 'blue' },
  });
  await advance(rig, clock, at('2026-05-02'));
  const later = await subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  expect(later).toMatchObject({
    ...{ default_tax_rates: [], discounts: [], latest_invoice: { total: 1_000, status: 'paid' } },
    default_payment_method: card.id,
    items: { data: [{ quantity: 1, metadata: { seat: 'window' } }] },
  });
});

test('a phase that does not name the trial ends it, and one that does keeps it', async () => {
  const { customer, price } = await shop(rig, START);
  const { subscriptions, subscriptionSchedules: schedules } = rig.stripe;
  const { id } = await subscriptions.create({
    ...{ customer: customer.id, items: [{ price: price.id }], trial_period_days: 14 },
  });
  const made = await schedules.create({ from_subscription: id });
  const [{ start_date, end_date, trial_end } = made.phases[0]!] = made.phases;
  expect(trial_end).toBe(end_date);
  const phase = { items: [{ price: price.id }], start_date, end_date };
  await schedules.update(made.id, { phases: [{ ...phase, trial_end: trial_end! }] });
  expect(await subscriptions.retrieve(id)).toMatchObject({ status: 'trialing', trial_end });
  await schedules.update(made.id, { phases: [phase] });
  expect(await subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
});

test('a coupon of a phase is redeemed once, when the phase begins, and the current phase follows its subscription', async () => {
  const { clock, customer, price } = await shop(rig, START);
  const { coupons, subscriptions, subscriptionSchedules: schedules } = rig.stripe;
  const off = await coupons.create({ percent_off: 10, duration: 'repeating', duration_in_months: 3 });
  const { id } = await subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const made = await schedules.create({ from_subscription: id });
  await subscriptions.update(id, {
    items: [{ id: (await subscriptions.retrieve(id)).items.data[0]!.id, quantity: 4 }],
  });
  const [now] = (await schedules.retrieve(made.id)).phases;
  expect(now?.items).toMatchObject([{ quantity: 4 }]);
  const dates = { start_date: now!.start_date, end_date: now!.end_date };
  const month = { interval: 'month', interval_count: 1 } as const;
  const items = [{ price: price.id, quantity: 4 }];
  const later = { items, duration: month, discounts: [{ coupon: off.id }] };
  await schedules.update(made.id, { phases: [{ ...dates, items }, later] });
  expect((await coupons.retrieve(off.id)).times_redeemed).toBe(0);
  await advance(rig, clock, at('2026-05-02'));
  const [, second] = (await schedules.retrieve(made.id)).phases;
  const { start_date, end_date } = second!;
  await schedules.update(made.id, { phases: [{ items, start_date, end_date, discounts: [{ coupon: off.id }] }] });
  expect((await coupons.retrieve(off.id)).times_redeemed).toBe(1);
  expect((await subscriptions.retrieve(id)).discounts).toHaveLength(1);
});

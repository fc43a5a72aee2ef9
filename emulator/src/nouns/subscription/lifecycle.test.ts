import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, receiver, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const HOUR = 3600;
const DAY = 86_400;
const START = at('2026-01-31');

const names = (events: readonly Stripe.Event[]): string[] => events.map(({ type }) => type);
const periods = async (id: string): Promise<[number, number]> => {
  const { items } = await rig.stripe.subscriptions.retrieve(id);
  const [item] = items.data;
  return [item?.current_period_start ?? 0, item?.current_period_end ?? 0];
};

describe('a subscription in a test clock', () => {
  test('renews at each period’s end, on the anchor’s day even after a short month', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect(await periods(id)).toEqual([START, at('2026-02-28')]);

    await advance(rig, clock, at('2026-02-28') + 2 * HOUR);
    expect(await periods(id)).toEqual([at('2026-02-28'), at('2026-03-31')]);
    await advance(rig, clock, at('2026-05-01'));
    expect(await periods(id)).toEqual([at('2026-04-30'), at('2026-05-31')]);

    expect(await invoicesOf(rig, customer)).toMatchObject([
      { billing_reason: 'subscription_create', status: 'paid', created: START },
      { billing_reason: 'subscription_cycle', status: 'paid', created: at('2026-02-28'), amount_paid: 1000 },
      { billing_reason: 'subscription_cycle', status: 'paid', created: at('2026-03-31'), amount_paid: 1000 },
      { billing_reason: 'subscription_cycle', status: 'paid', created: at('2026-04-30'), amount_paid: 1000 },
    ]);
  });

  test('announces each renewal seven days before it, with what it will bill and without an id, and changes nothing', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const upcoming = async () =>
      (await rig.stripe.events.list({ type: 'invoice.upcoming', limit: 100 })).data
        .map(({ data }) => data.object as Stripe.Invoice)
        .filter((invoice) => invoice.customer === customer.id);
    await rig.stripe.invoiceItems.create({ customer: customer.id, currency: 'usd', amount: 250 });
    await advance(rig, clock, at('2026-02-21') - 1);
    expect(await upcoming()).toEqual([]);
    await advance(rig, clock, at('2026-02-21'));
    const [announced, ...more] = await upcoming();
    expect(more).toEqual([]);
    expect(announced).toMatchObject({ object: 'invoice', status: 'draft', total: 1250, billing_reason: 'upcoming' });
    expect(announced).not.toHaveProperty('id');
    expect(await periods(id)).toEqual([START, at('2026-02-28')]);
    expect(await invoicesOf(rig, customer)).toHaveLength(1);
    await advance(rig, clock, at('2026-04-01'));
    expect(await upcoming()).toHaveLength(2);
    expect((await invoicesOf(rig, customer)).map(({ total }) => total)).toEqual([1000, 1250, 1000]);
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await advance(rig, clock, at('2026-05-02'));
    expect(await upcoming()).toHaveLength(2);
  });

  test('has a draft for an hour before it is finalized and paid', async () => {
    const { clock, customer, price } = await shop(rig, START);
    await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await advance(rig, clock, at('2026-02-28') + HOUR - 1);
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({
      status: 'draft',
      automatically_finalizes_at: at('2026-02-28') + HOUR,
    });
    await advance(rig, clock, at('2026-02-28') + HOUR);
    const invoice = (await invoicesOf(rig, customer)).at(-1);
    expect(invoice).toMatchObject({ status: 'paid', status_transitions: { finalized_at: at('2026-02-28') + HOUR } });
    expect(names(await eventsOf(rig.stripe, invoice?.id ?? ''))).toEqual([
      'invoice.created',
      'invoice.updated',
      'invoice.finalized',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]);
  });

  test('warns three days before a trial ends, then begins the paid time', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 14,
    });
    const end = START + 14 * DAY;
    await advance(rig, clock, end - 3 * DAY - 1);
    expect(names(await eventsOf(rig.stripe, id))).not.toContain('customer.subscription.trial_will_end');
    await advance(rig, clock, end - 3 * DAY);
    expect(names(await eventsOf(rig.stripe, id))).toContain('customer.subscription.trial_will_end');
    await advance(rig, clock, end);
    expect(await rig.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active', trial_end: end });
    expect((await invoicesOf(rig, customer)).map(({ amount_paid }) => amount_paid)).toEqual([0, 1000]);
  });

  test.each([
    ['cancel', 'canceled'],
    ['pause', 'paused'],
    ['create_invoice', 'past_due'],
  ] as const)('a trial that ends without a payment method does what was chosen: %s', async (missing, status) => {
    const { clock, customer, price } = await shop(rig, START, null);
    const { id } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: missing } },
    });
    await advance(rig, clock, START + 7 * DAY);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe(status);
  });

  test('goes past due when a renewal cannot be paid, is tried again, and ends when that fails too', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });

    const failed = at('2026-02-28') + HOUR;
    await advance(rig, clock, failed);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('past_due');
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({
      status: 'open',
      attempt_count: 1,
      next_payment_attempt: failed + 3 * DAY,
    });

    await advance(rig, clock, failed + 3 * DAY);
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ attempt_count: 2 });
    await advance(rig, clock, failed + 15 * DAY);
    expect(await rig.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
  });

  test('is active again as soon as a retry succeeds', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await advance(rig, clock, at('2026-02-28') + HOUR);
    const good = await rig.stripe.paymentMethods.attach('pm_card_mastercard', { customer: customer.id });
    await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: good.id } });
    await advance(rig, clock, at('2026-02-28') + HOUR + 3 * DAY);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
  });

  test('expires if its first invoice is not paid within 23 hours', async () => {
    const { clock, customer, price } = await shop(rig, START, null);
    const { id, latest_invoice } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'default_incomplete',
    });
    await advance(rig, clock, START + 23 * HOUR - 1);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('incomplete');
    await advance(rig, clock, START + 23 * HOUR);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
    expect((await rig.stripe.invoices.retrieve(latest_invoice as string)).status).toBe('void');
  });

  test('ends at the period’s end if it was set to, without a renewal', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await advance(rig, clock, at('2026-03-15'));
    expect(await rig.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      ended_at: at('2026-02-28'),
      canceled_at: START,
    });
    expect(await invoicesOf(rig, customer)).toHaveLength(1);
  });

  test.each([
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
    ['void', 'void'],
  ] as const)(
    'whose collection is paused (%s) leaves its renewals %s, until it resumes by itself',
    async (behavior, status) => {
      const { clock, customer, price } = await shop(rig, START);
      const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
      await rig.stripe.subscriptions.update(id, { pause_collection: { behavior, resumes_at: at('2026-03-10') } });
      await advance(rig, clock, at('2026-03-05'));
      expect((await invoicesOf(rig, customer)).at(-1)?.status).toBe(status);
      await advance(rig, clock, at('2026-04-01'));
      expect((await rig.stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
      expect((await invoicesOf(rig, customer)).at(-1)?.status).toBe('paid');
    },
  );
});

describe('a test clock', () => {
  test('goes forward only, two years at most, and takes its customers along when it is deleted', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { testClocks } = rig.stripe.testHelpers;
    expect((await refusal(testClocks.advance(clock.id, { frozen_time: START }))).param).toBe('frozen_time');
    expect((await refusal(testClocks.advance(clock.id, { frozen_time: START + 800 * DAY }))).param).toBe('frozen_time');
    await testClocks.del(clock.id);
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('canceled');
    expect((await refusal(testClocks.retrieve(clock.id))).code).toBe('resource_missing');
  });

  test('keeps its objects out of lists that do not ask for them', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const listed = await rig.stripe.customers.list({ limit: 100 });
    expect(listed.data.map((row) => row.id)).not.toContain(customer.id);
    expect((await rig.stripe.customers.list({ test_clock: clock.id })).data.map((row) => row.id)).toEqual([
      customer.id,
    ]);
    expect((await rig.stripe.subscriptions.list({ limit: 100 })).data.map((row) => row.id)).not.toContain(id);
    expect((await rig.stripe.subscriptions.list({ customer: customer.id })).data.map((row) => row.id)).toEqual([id]);
  });
});

describe('the emulator’s own clock', () => {
  test('when advanced, runs everything that is due, but a renewal waits for a 2xx answer to invoice.created', async () => {
    const world = await startRig();
    const hook = await receiver();
    hook.answer = () => 500;
    world.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['invoice.created'] });
    const { price } = await shop(world, START);
    const customer = await world.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    await world.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await hook.next(() => true);

    world.emulator.clock.advance(31 * DAY * 1000 + 2 * HOUR * 1000);
    const [, draft] = await invoicesOf(world, customer);
    expect(draft).toMatchObject({ status: 'draft', billing_reason: 'subscription_cycle', webhooks_delivered_at: null });

    world.emulator.clock.advance(72 * HOUR * 1000);
    expect((await world.stripe.invoices.retrieve(draft?.id ?? '')).status).toBe('paid');
    await world.stop();
    await hook.stop();
  });

  test('a renewal continues an hour after invoice.created was answered', async () => {
    const world = await startRig();
    const hook = await receiver();
    world.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['invoice.created'] });
    const { price } = await shop(world, START);
    const customer = await world.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    await world.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    world.emulator.clock.advance(31 * DAY * 1000 + 60_000);
    const [, draft] = await invoicesOf(world, customer);
    await hook.next(({ event }) => (event.data.object as { id: string }).id === draft?.id);
    await vi.waitFor(async () => {
      const { webhooks_delivered_at } = await world.stripe.invoices.retrieve(draft?.id ?? '');
      expect(webhooks_delivered_at).not.toBeNull();
    });
    world.emulator.clock.advance(HOUR * 1000);
    expect((await world.stripe.invoices.retrieve(draft?.id ?? '')).status).toBe('paid');
    await world.stop();
    await hook.stop();
  });

  test('stands still when frozen', async () => {
    const world = await startRig();
    world.emulator.clock.setRate(0);
    const { now } = world.emulator.clock.get();
    const { created } = await world.stripe.products.create({ name: 'frozen' });
    expect([created, world.emulator.clock.get().now.getTime()]).toEqual([
      Math.floor(now.getTime() / 1000),
      now.getTime(),
    ]);
    await world.stop();
  });
});

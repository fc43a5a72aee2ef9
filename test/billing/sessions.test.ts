import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Billing } from '../../src/billing/billing.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';
import { startTown, type Town } from './people.js';

describe.each(databases)('checkout, portal, set-ups and usage, on %s', (kind) => {
  let town: Town;
  let billing: Billing;
  beforeAll(async () => {
    town = await startTown(kind, [], { billing: { returnOrigins: ['https://app.example.com'] } });
    billing = town.billing;
  });
  afterAll(() => town.stop());

  test.concurrent('clicks at once lead to one checkout page', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const request = { user, price: price.id, successUrl: '/done', cancelUrl: '/plans' };
    const pages = await Promise.all([1, 2, 3].map(() => billing.sessions.checkout(request)));
    expect(new Set(pages.map(({ id }) => id)).size).toBe(1);
  });

  test.concurrent('of a checkout and a subscription of two plans at once, one is refused', async () => {
    const user = await town.newUser();
    const [price, other] = [await town.price(900), await town.price(500)];
    const request = { user, price: price.id, successUrl: '/done', cancelUrl: '/plans' };
    const both = [billing.sessions.checkout({ ...request, price: other.id }), billing.subscriptions.create(request)];
    const [refused, ...more] = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected');
    expect([refused, more]).toEqual([
      {
        status: 'rejected',
        reason: expect.objectContaining({ code: 'request_in_progress', hint: expect.any(String) }),
      },
      [],
    ]);
  });

  test.concurrent('a checkout has what was asked for: items, a trial without a card, a code, metadata', async () => {
    const user = await town.newUser();
    const [plan, seat] = [await town.price(1_000), await town.price(200)];
    const coupon = await town.stripe.coupons.create({ percent_off: 50, duration: 'once' });
    await town.stripe.promotionCodes.create({ code: 'AUTUMN', promotion: { type: 'coupon', coupon: coupon.id } });
    const { id } = await billing.sessions.checkout({
      user,
      items: [{ price: plan.id }, { price: seat.id, quantity: 4 }],
      ...{ trialDays: 14, withoutCard: true, promotionCode: 'autumn', metadata: { team: 'blue' } },
      ...{ successUrl: '/done', cancelUrl: '/plans' },
    });
    const session = await town.stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] });
    expect(session).toMatchObject({
      ...{ payment_method_collection: 'if_required', discounts: [{ promotion_code: expect.any(String) }] },
      cancel_url: 'https://app.example.com/plans',
    });
    expect(session.line_items?.data.map(({ quantity }) => quantity).sort()).toEqual([1, 4]);
  });

  test.concurrent('usage is counted once for each id', async () => {
    const user = await town.newUser();
    const meter = await town.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: 'calls',
      default_aggregation: { formula: 'sum' },
    });
    const price = await town.price(2, { meter: meter.id });
    await billing.subscriptions.create({ user, price: price.id });
    const report = { user, meter: 'calls', value: 12 };
    expect(await billing.usage.report({ ...report, id: 'job-1' })).toBe('counted');
    expect(await billing.usage.report({ ...report, id: 'job-1' })).toBe('duplicate');
    expect(await billing.usage.report(report)).toBe('counted');
    const day = Math.floor(Date.now() / 86_400_000) * 86_400;
    const { id: customer } = await billing.customers.ensure(user);
    const used = await town.stripe.billing.meters.listEventSummaries(meter.id, {
      customer,
      start_time: day,
      end_time: day + 2 * 86_400,
    });
    expect(used.data[0]?.aggregated_value).toBe(24);
    await expect(billing.usage.report({ ...report, value: NaN })).rejects.toMatchObject({ code: 'request_invalid' });
  });

  test.concurrent('a checkout page leads back to the given path, and the same key returns the same page', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const request = { user, price: price.id, successUrl: '/done?s={CHECKOUT_SESSION_ID}', cancelUrl: '/plans' };
    const page = await billing.sessions.checkout({ ...request, idempotencyKey: 'click' });
    expect(page.url).toMatch(/^http/);
    expect(await billing.sessions.checkout({ ...request, idempotencyKey: 'click' })).toEqual(page);
    expect((await town.stripe.checkout.sessions.retrieve(page.id)).success_url).toBe(
      'https://app.example.com/done?s={CHECKOUT_SESSION_ID}',
    );
  });

  // Two pages left open would be two subscriptions.
  test.concurrent('a new checkout page expires the older one, and a subscription expires both', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const request = { user, price: price.id, successUrl: '/done', cancelUrl: '/plans' };
    const older = await billing.sessions.checkout(request);
    const newer = await billing.sessions.checkout(request);
    const statuses = async () =>
      Promise.all([older, newer].map(async ({ id }) => (await town.stripe.checkout.sessions.retrieve(id)).status));
    expect(await statuses()).toEqual(['expired', 'open']);
    await billing.subscriptions.create({ user, price: price.id });
    expect(await statuses()).toEqual(['expired', 'expired']);
  });

  test.concurrent('the portal has an address, and a set-up has a secret for Stripe.js', async () => {
    const user = await town.newUser();
    const portal = await billing.sessions.portal({ user, returnUrl: 'https://app.example.com/account' });
    expect(portal.url).toMatch(/^http/);
    expect(await billing.sessions.setup({ user })).toMatchObject({
      kind: 'setup',
      clientSecret: expect.stringMatching(/^seti_/),
    });
  });

  test('a user who returns before the webhook finds the subscription', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const customer = await town.customer(user);
    await town.unheard(customer, () => town.stripe.subscriptions.create({ customer, items: [{ price: price.id }] }));
    const access = await billing.for(user);
    expect(await access.isSubscribed()).toBe(false);
    await billing.settled(customer);
    expect(await access.isSubscribed({ price: price.id })).toBe(true);
    const request = { user, price: price.id, successUrl: '/done', cancelUrl: '/plans' };
    await expect(billing.sessions.checkout(request)).rejects.toMatchObject({ code: 'already_subscribed' });
  });

  test('a customer deleted in the Dashboard is noticed, and the next call makes a new one', async () => {
    const user = await town.newUser();
    const price = await town.price(900);
    const { id: customer } = await billing.customers.ensure(user);
    await town.unheard(customer, () => town.stripe.customers.del(customer));
    await expect(billing.sessions.setup({ user })).rejects.toMatchObject({
      code: 'customer_stale',
      hint: expect.any(String),
    });
    await eventually(async () => (await billing.customers.ensure(user)).id !== customer, 'a new customer is there');
    expect(await billing.subscriptions.create({ user, price: price.id })).toMatchObject({ kind: 'payment' });
  });
});

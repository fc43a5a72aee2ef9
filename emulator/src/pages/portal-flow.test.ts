import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../test/billing.js';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';

type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

const DONE = 'https://app.example/done';
const BACK = 'https://app.example/account';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const post = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

async function subscribed() {
  const { customer, price } = await shop(rig, Math.floor(Date.now() / 1000));
  const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const larger = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    product_data: { name: 'Team' },
  });
  const open = (flow_data: FlowData, more: Partial<Stripe.BillingPortal.SessionCreateParams> = {}) =>
    rig.stripe.billingPortal.sessions.create({ customer: customer.id, return_url: BACK, flow_data, ...more });
  const now = () => rig.stripe.subscriptions.retrieve(subscription.id);
  return { customer, price, larger, subscription, item: subscription.items.data[0]?.id ?? '', open, now };
}

const redirect = { type: 'redirect', redirect: { return_url: DONE } } as const;

describe('a flow that confirms an update', () => {
  const confirm = async (at: Awaited<ReturnType<typeof subscribed>>, more: Partial<FlowData> = {}) =>
    at.open({
      type: 'subscription_update_confirm',
      subscription_update_confirm: {
        subscription: at.subscription.id,
        items: [{ id: at.item, price: at.larger.id, quantity: 2 }],
      },
      ...more,
    });

  test('shows the change, makes it when it is confirmed, and leads to where it was told to', async () => {
    const at = await subscribed();
    const { url, flow } = await confirm(at, { after_completion: redirect });
    expect(flow).toMatchObject({
      type: 'subscription_update_confirm',
      after_completion: { type: 'redirect', redirect: { return_url: DONE } },
      subscription_update_confirm: {
        discounts: null,
        items: [{ id: at.item, price: at.larger.id, quantity: 2 }],
        subscription: at.subscription.id,
      },
    });
    const text = await textOf(url);
    expect(text).toContain('Pro, $10.00');
    expect(text).toContain('2 × Team, $20.00');
    const done = await post(url, { action: 'confirm', subscription: at.subscription.id });
    expect([done.status, done.headers.get('location')]).toEqual([303, DONE]);
    expect((await at.now()).items.data).toMatchObject([{ id: at.item, price: { id: at.larger.id }, quantity: 2 }]);
    const again = await post(url, { action: 'confirm', subscription: at.subscription.id });
    expect(await again.text()).toContain('Your change is saved.');
  });

  test('says what is due today, as the configuration bills it, and takes the discount off', async () => {
    const at = await subscribed();
    const coupon = await rig.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const configuration = await rig.stripe.billingPortal.configurations.create({
      features: {
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          products: [{ product: at.larger.product as string, prices: [at.larger.id] }],
          proration_behavior: 'always_invoice',
        },
      },
    });
    const { url } = await at.open(
      {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription: at.subscription.id,
          items: [{ id: at.item, price: at.larger.id }],
          discounts: [{ coupon: coupon.id }],
        },
      },
      { configuration: configuration.id },
    );
    // The whole month: 10.00 for the larger plan at half its price, less the 10.00 that were paid.
    expect(await textOf(url)).toContain('$0.00');
    await post(url, { action: 'confirm', subscription: at.subscription.id });
    expect((await at.now()).discounts).toHaveLength(1);
    expect(await textOf(url)).toContain('Your billing');
  });

  test('a card that is declined changes nothing, and can be tried again', async () => {
    const at = await subscribed();
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: at.customer.id });
    await rig.stripe.customers.update(at.customer.id, { invoice_settings: { default_payment_method: bad.id } });
    const yearly = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 9000,
      recurring: { interval: 'year' },
      product: at.price.product as string,
    });
    const { url } = await at.open({
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription: at.subscription.id, items: [{ id: at.item, price: yearly.id }] },
    });
    const refused = await post(url, { action: 'confirm', subscription: at.subscription.id });
    expect(await refused.text()).toContain('Your card was declined.');
    expect((await at.now()).items.data[0]?.price.id).toBe(at.price.id);
    expect(await textOf(url)).toContain('Confirm your change');
  });

  test('is refused for another item, another customer’s subscription, and a price that is not offered', async () => {
    const [at, other] = [await subscribed(), await subscribed()];
    const update = (subscription: string, id: string, price: string): FlowData => ({
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription, items: [{ id, price }] },
    });
    const configuration = await rig.stripe.billingPortal.configurations.create({
      features: { subscription_update: { enabled: true, default_allowed_updates: ['price'], products: [] } },
    });
    const own = update(at.subscription.id, at.item, at.larger.id);
    const at0 = 'flow_data[subscription_update_confirm][items][0]';
    for (const [asked, param] of [
      [at.open(update(at.subscription.id, other.item, at.larger.id)), `${at0}[id]`],
      [other.open(own), 'flow_data[subscription_update_confirm][subscription]'],
      [at.open(own, { configuration: configuration.id }), `${at0}[price]`],
      [at.open({ type: 'subscription_update_confirm' }), 'flow_data[subscription_update_confirm]'],
    ] as const) {
      expect(await refusal(asked)).toMatchObject({ statusCode: 400, param });
    }
  });
});

describe('a flow that cancels', () => {
  const cancel = (subscription: string, more: Partial<FlowData> = {}): FlowData => ({
    type: 'subscription_cancel',
    subscription_cancel: { subscription },
    ...more,
  });

  test('shows when it ends, cancels, and confirms it in its own words', async () => {
    const at = await subscribed();
    const { url } = await at.open(
      cancel(at.subscription.id, {
        after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Come back soon.' } },
      }),
    );
    expect(await textOf(url)).toContain('Cancel your subscription');
    await post(url, { action: 'cancel', subscription: at.subscription.id });
    expect((await at.now()).cancel_at).toBe(at.subscription.items.data[0]?.current_period_end);
    const text = await textOf(url);
    expect([text.includes('Come back soon.'), text.includes(BACK)]).toEqual([true, true]);
  });

  test('offers a coupon to those who stay', async () => {
    const at = await subscribed();
    const coupon = await rig.stripe.coupons.create({ percent_off: 20 });
    const { url } = await at.open({
      type: 'subscription_cancel',
      subscription_cancel: {
        subscription: at.subscription.id,
        retention: { type: 'coupon_offer', coupon_offer: { coupon: coupon.id } },
      },
    });
    expect(await textOf(url)).toContain('Stay, with 20% off');
    await post(url, { action: 'keep', subscription: at.subscription.id });
    expect(await at.now()).toMatchObject({ cancel_at: null, discounts: [expect.stringMatching(/^di_/)] });
  });

  test.each([
    ['ends already', { cancel_at_period_end: true }, /already set to be canceled/],
    ['ends at a date', { cancel_at: Math.floor(Date.now() / 1000) + 86_400 }, /already set to be canceled/],
  ])('is refused for a subscription that %s', async (_what, change, message) => {
    const at = await subscribed();
    await rig.stripe.subscriptions.update(at.subscription.id, change);
    expect((await refusal(at.open(cancel(at.subscription.id)))).message).toMatch(message);
  });

  test('is refused for a subscription that has ended, or where the configuration does not allow it', async () => {
    const at = await subscribed();
    const configuration = await rig.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
    });
    const named = { configuration: configuration.id };
    expect((await refusal(at.open(cancel(at.subscription.id), named))).message).toBe(
      'This subscription cannot be canceled because the subscription cancel feature in the portal configuration is disabled.',
    );
    await rig.stripe.subscriptions.cancel(at.subscription.id);
    expect((await refusal(at.open(cancel(at.subscription.id)))).message).toContain('because it is canceled');
  });
});

test.each([
  ['payment_method_update', 'Add a card', { action: 'card', number: '5555555555554444', expiry: '12/40', cvc: '123' }],
  ['customer_update', 'Update your details', { action: 'details', name: 'Ada', email: 'ada@example.com' }],
] as const)('a flow %s shows only that, and then the portal follows', async (type, title, form) => {
  const { open, subscription } = await subscribed();
  const { url } = await open({ type });
  const text = await textOf(url);
  expect([text.includes(title), text.includes('Subscriptions')]).toEqual([true, false]);
  expect((await post(url, { action: 'cancel', subscription: subscription.id })).status).toBe(400);
  expect((await post(url, form)).status).toBe(303);
  expect(await textOf(url)).toContain('Your billing');
});

test('a flow that pauses does so where the configuration allows it', async () => {
  const at = await subscribed();
  const { id: configuration } = await rig.stripe.billingPortal.configurations.create({
    features: { subscription_pause: { enabled: true } },
  });
  const flow: FlowData = { type: 'subscription_pause', subscription_pause: { subscription: at.subscription.id } };
  expect((await refusal(at.open(flow))).message).toContain('is disabled');
  const { url } = await at.open(flow, { configuration });
  await post(url, { action: 'pause', subscription: at.subscription.id });
  expect((await at.now()).status).toBe('paused');
});

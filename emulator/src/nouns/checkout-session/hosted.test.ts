import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let price: Stripe.Price;
let monthly: Stripe.Price;
beforeAll(async () => {
  rig = await startRig();
  const { stripe } = rig;
  price = await stripe.prices.create({ currency: 'usd', unit_amount: 2000, product_data: { name: 'Book' } });
  monthly = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
});
afterAll(() => rig.stop());

const CARD = { number: '4242424242424242', expiry: '12/40', cvc: '123', email: 'ada@example.com', name: 'Ada' };
const post = (url: string | null, form: Record<string, string>): Promise<Response> =>
  fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ ...CARD, ...form }), redirect: 'manual' });
const session = (sent: Partial<Stripe.Checkout.SessionCreateParams>): Promise<Stripe.Checkout.Session> =>
  rig.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'https://app.example/done',
    ...sent,
  });

describe('a checkout', () => {
  test('ships: it charges the chosen option, asks for the address, and puts it into the payment', async () => {
    const slow = await rig.stripe.shippingRates.create({
      display_name: 'Slow',
      type: 'fixed_amount',
      fixed_amount: { amount: 300, currency: 'usd' },
    });
    const fast = {
      display_name: 'Fast',
      type: 'fixed_amount' as const,
      fixed_amount: { amount: 900, currency: 'usd' },
    };
    const { id, url, ...made } = await session({
      shipping_address_collection: { allowed_countries: ['DE', 'FR'] },
      shipping_options: [{ shipping_rate: slow.id }, { shipping_rate_data: fast }],
    });
    expect(made).toMatchObject({
      amount_subtotal: 2000,
      amount_total: 2300,
      shipping_cost: { amount_total: 300, shipping_rate: slow.id },
      total_details: { amount_shipping: 300 },
    });
    expect(await (await fetch(url ?? '')).text()).toContain('Fast,');
    const chosen = made.shipping_options[1]?.shipping_rate as string;
    const form = { shipping_rate: chosen, 'shipping.name': 'Ada', 'shipping.line1': 'Way 1', 'shipping.country': 'DE' };
    expect((await post(url, { ...form, 'shipping.country': 'US' })).status).toBe(402);
    expect((await post(url, form)).status).toBe(303);
    const done = await rig.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(done).toMatchObject({
      amount_total: 2900,
      total_details: { amount_shipping: 900 },
      collected_information: { shipping_details: { name: 'Ada', address: { country: 'DE', line1: 'Way 1' } } },
      payment_intent: { amount: 2900, status: 'succeeded', shipping: { name: 'Ada', address: { country: 'DE' } } },
    });
  });

  test('asks for custom fields and the phone number', async () => {
    const { id, url } = await session({
      phone_number_collection: { enabled: true },
      custom_fields: [
        { key: 'engraving', label: { type: 'custom', custom: 'Engraving' }, type: 'text', text: { maximum_length: 5 } },
        {
          key: 'size',
          label: { type: 'custom', custom: 'Size' },
          type: 'dropdown',
          dropdown: { options: [{ label: 'Small', value: 's' }] },
        },
        { key: 'count', label: { type: 'custom', custom: 'Count' }, type: 'numeric', optional: true },
      ],
    });
    const text = await (await fetch(url ?? '')).text();
    for (const part of ['Engraving', '<option value="s">Small</option>', 'name="phone"']) expect(text).toContain(part);
    const good = { phone: '+491', 'custom.engraving': 'Ada', 'custom.size': 's' };
    for (const bad of [
      { ...good, phone: '' },
      { ...good, 'custom.engraving': '' },
      { ...good, 'custom.engraving': 'too long' },
      { ...good, 'custom.size': 'xl' },
      { ...good, 'custom.count': 'three' },
    ]) {
      expect((await post(url, bad)).status).toBe(402);
    }
    expect((await post(url, good)).status).toBe(303);
    const done = await rig.stripe.checkout.sessions.retrieve(id);
    expect(done.customer_details?.phone).toBe('+491');
    expect(
      done.custom_fields.map(({ key, text: plain, dropdown, numeric }) => [key, (plain ?? dropdown ?? numeric)?.value]),
    ).toEqual([
      ['engraving', 'Ada'],
      ['size', 's'],
      ['count', null],
    ]);
  });

  test('with automatic tax waits for a location, has none to collect, and hands it on to the subscription', async () => {
    const {
      id,
      url,
      automatic_tax: before,
    } = await session({
      mode: 'subscription',
      line_items: [{ price: monthly.id, quantity: 1 }],
      automatic_tax: { enabled: true },
    });
    expect(before).toMatchObject({ enabled: true, status: 'requires_location_inputs' });
    await post(url, {});
    expect(await rig.stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] })).toMatchObject({
      automatic_tax: { enabled: true, status: 'complete' },
      subscription: { status: 'active', automatic_tax: { enabled: true } },
    });
  });

  test('sets up a card for later, at the page’s own address of the API', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const { id } = await rig.stripe.checkout.sessions.create({
      ...{ mode: 'setup', customer, currency: 'usd', success_url: 'https://app.example/done' },
    });
    expect((await rig.call('GET', `/v1/payment_pages/${id}`)).body).toMatchObject({ object: 'payment_page' });
    await rig.call('POST', `/v1/payment_pages/${id}/confirm`, 'payment_method=pm_card_visa');
    expect(await rig.stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] })).toMatchObject({
      ...{ status: 'complete', payment_status: 'no_payment_required', setup_intent: { status: 'succeeded' } },
    });
    expect((await rig.stripe.paymentMethods.list({ customer })).data).toHaveLength(1);
  });

  test('expires by itself after a day', async () => {
    const world = await startRig();
    const { sessions } = world.stripe.checkout;
    const price_data = { currency: 'usd', unit_amount: 500, product_data: { name: 'Mug' } };
    const { id, url, expires_at, created } = await sessions.create({
      ...{ mode: 'payment', line_items: [{ price_data, quantity: 1 }], success_url: 'https://app.example/done' },
    });
    expect(expires_at - created).toBe(86_400);
    world.emulator.clock.advance(86_401_000);
    expect(await sessions.retrieve(id)).toMatchObject({ status: 'expired', url: null });
    expect((await fetch(url ?? '')).status).toBe(404);
    expect((await eventsOf(world.stripe, id)).map(({ type }) => type)).toEqual(['checkout.session.expired']);
    await world.stop();
  });

  test('ships only what is paid once', async () => {
    const error = await refusal(
      session({
        mode: 'subscription',
        line_items: [{ price: monthly.id, quantity: 1 }],
        shipping_options: [{ shipping_rate: 'shr_none' }],
      }),
    );
    expect(error.param).toBe('shipping_options');
  });
});

describe('a payment link', () => {
  test('opens a new session for each visitor, until it is inactive', async () => {
    const link = await rig.stripe.paymentLinks.create({
      line_items: [{ price: price.id, quantity: 2 }],
      metadata: { campaign: 'spring' },
      after_completion: { type: 'redirect', redirect: { url: 'https://app.example/thanks' } },
    });
    const visit = async (): Promise<string> =>
      (await fetch(link.url, { redirect: 'manual' })).headers.get('location') ?? '';
    const [one, other] = [await visit(), await visit()];
    expect(one).not.toBe(other);
    expect((await post(one, {})).headers.get('location')).toBe('https://app.example/thanks');
    const { data } = await rig.stripe.checkout.sessions.list({ payment_link: link.id });
    expect(data.map(({ status, amount_total, metadata }) => [status, amount_total, metadata])).toEqual([
      ['open', 4000, { campaign: 'spring' }],
      ['complete', 4000, { campaign: 'spring' }],
    ]);
    const away = await rig.stripe.paymentLinks.update(link.id, { active: false });
    expect([away.active, (await fetch(link.url, { redirect: 'manual' })).status]).toEqual([false, 404]);
    expect((await rig.stripe.paymentLinks.list({ active: false })).data.map(({ id }) => id)).toContain(link.id);
    expect((await eventsOf(rig.stripe, link.id)).map(({ type }) => type)).toEqual([
      'payment_link.created',
      'payment_link.updated',
    ]);
  });

  test('shows its lines, and needs at least one', async () => {
    const { id } = await rig.stripe.paymentLinks.create({ line_items: [{ price: monthly.id, quantity: 3 }] });
    const { data } = await rig.stripe.paymentLinks.listLineItems(id);
    expect(data.map(({ quantity, amount_total }) => [quantity, amount_total])).toEqual([[3, 3000]]);
    expect((await refusal(rig.stripe.paymentLinks.create({} as never))).param).toBe('line_items');
  });
});

describe('a portal configuration', () => {
  test('decides what the portal offers, and what it refuses', async () => {
    const customer = await rig.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id: subscription } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: monthly.id }],
    });
    const strict = await rig.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      default_return_url: 'https://app.example/account',
    });
    const portal = await rig.stripe.billingPortal.sessions.create({
      customer: customer.id,
      configuration: strict.id,
    });
    const text = await (await fetch(portal.url)).text();
    expect(text).toContain('https://app.example/account');
    expect(text).not.toContain('Cancel');
    expect((await post(portal.url, { action: 'cancel', subscription })).status).toBe(400);
    expect((await rig.stripe.subscriptions.retrieve(subscription)).cancel_at).toBeNull();

    await rig.stripe.billingPortal.configurations.update(strict.id, {
      features: { subscription_cancel: { enabled: true, mode: 'immediately' } },
    });
    expect((await post(portal.url, { action: 'cancel', subscription })).status).toBe(303);
    expect((await rig.stripe.subscriptions.retrieve(subscription)).status).toBe('canceled');
    expect((await eventsOf(rig.stripe, strict.id)).map(({ type }) => type)).toEqual([
      'billing_portal.configuration.created',
      'billing_portal.configuration.updated',
    ]);
  });

  test('is the account’s default until a session names another, and is listed', async () => {
    const customer = await rig.stripe.customers.create();
    const { configuration } = await rig.stripe.billingPortal.sessions.create({ customer: customer.id });
    const { data } = await rig.stripe.billingPortal.configurations.list({ is_default: true });
    expect(data.map(({ id }) => id)).toEqual([configuration]);
    const away = await rig.stripe.billingPortal.configurations.update(configuration as string, { active: false });
    expect(away.active).toBe(false);
  });
});

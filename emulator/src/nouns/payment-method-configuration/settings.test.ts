import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

describe('a payment method configuration', () => {
  test('is there from the start, with cards', async () => {
    const { data } = await rig.stripe.paymentMethodConfigurations.list();
    expect(data).toMatchObject([{ name: 'Default', is_default: true, active: true }]);
    expect(data[0]?.card).toEqual({
      available: true,
      display_preference: { overridable: null, preference: 'none', value: 'on' },
    });
    expect(data[0]?.ideal?.available).toBe(false);
  });

  test('offers the methods that it turns on and that take the currency', async () => {
    const on = { display_preference: { preference: 'on' as const } };
    const made = await rig.stripe.paymentMethodConfigurations.create({ name: 'Europe', ideal: on, p24: on, blik: on });
    const intent = await rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'eur',
      automatic_payment_methods: { enabled: true },
      payment_method_configuration: made.id,
    });
    // BLIK takes złoty alone.
    expect(intent.payment_method_types).toEqual(['card', 'ideal', 'link', 'p24']);
    expect(intent.payment_method_configuration_details).toEqual({ id: made.id, parent: null });
    await rig.stripe.paymentMethodConfigurations.update(made.id, {
      active: false,
      ideal: { display_preference: { preference: 'off' } },
    });
    expect(await rig.stripe.paymentMethodConfigurations.retrieve(made.id)).toMatchObject({
      active: false,
      name: 'Europe',
      ideal: { available: false },
      p24: { available: true },
    });
    const unknown = rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method_configuration: 'pmc_x',
    });
    expect((await refusal(unknown)).param).toBe('payment_method_configuration');
  });

  test('offers them in a checkout', async () => {
    const { id } = await rig.stripe.paymentMethodConfigurations.create({
      oxxo: { display_preference: { preference: 'on' } },
      link: { display_preference: { preference: 'off' } },
    });
    const session = await rig.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://shop.example/thanks',
      payment_method_configuration: id,
      line_items: [
        { quantity: 1, price_data: { currency: 'mxn', unit_amount: 20_000, product_data: { name: 'Book' } } },
      ],
    });
    expect(session.payment_method_types).toEqual(['card', 'oxxo']);
  });
});

describe('a confirmation token', () => {
  const card = { number: '5555555555554444', exp_month: 12, exp_year: 2034, cvc: '123' };
  const tokenOf = (more: object = {}) =>
    rig.stripe.testHelpers.confirmationTokens.create({
      payment_method_data: { type: 'card', card, billing_details: { name: 'Ada' } } as never,
      return_url: 'https://shop.example/back',
      shipping: { name: 'Ada', address: { line1: 'One St', country: 'US' } },
      ...more,
    });

  test('shows what was entered, and confirms once', async () => {
    const token = await tokenOf({ setup_future_usage: 'off_session' });
    expect(token).toMatchObject({
      payment_method_preview: { type: 'card', billing_details: { name: 'Ada' }, card: { last4: '4444' } },
      return_url: 'https://shop.example/back',
      payment_intent: null,
    });
    expect((token.expires_at ?? 0) - token.created).toBe(43_200);
    const paid = await rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      confirm: true,
      confirmation_token: token.id,
    });
    expect(paid).toMatchObject({
      status: 'succeeded',
      setup_future_usage: 'off_session',
      shipping: { name: 'Ada', address: { line1: 'One St' } },
    });
    expect((await rig.stripe.confirmationTokens.retrieve(token.id)).payment_intent).toBe(paid.id);
    const again = rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      confirm: true,
      confirmation_token: token.id,
    });
    expect((await refusal(again)).param).toBe('confirmation_token');
  });

  test('confirms an intent that is there, and a setup', async () => {
    const { id } = await rig.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const paid = await rig.stripe.paymentIntents.confirm(id, { confirmation_token: (await tokenOf()).id });
    expect(paid.status).toBe('succeeded');
    const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
    const setup = await rig.stripe.setupIntents.create({ customer });
    const done = await rig.stripe.setupIntents.confirm(setup.id, { confirmation_token: (await tokenOf()).id });
    expect(done.status).toBe('succeeded');
  });

  test('needs a confirmation, no other method, and to be there and young', async () => {
    const pay = { amount: 1000, currency: 'usd' };
    const { id } = await tokenOf();
    const unconfirmed = rig.stripe.paymentIntents.create({ ...pay, confirmation_token: id });
    expect((await refusal(unconfirmed)).param).toBe('confirmation_token');
    const both = rig.stripe.paymentIntents.create({
      ...pay,
      confirm: true,
      confirmation_token: id,
      payment_method: 'pm_card_visa',
    });
    expect((await refusal(both)).param).toBe('confirmation_token');
    const unknown = rig.stripe.paymentIntents.create({ ...pay, confirm: true, confirmation_token: 'ctoken_x' });
    expect((await refusal(unknown)).code).toBe('resource_missing');
    rig.emulator.clock.advance(13 * 3_600_000);
    const late = rig.stripe.paymentIntents.create({ ...pay, confirm: true, confirmation_token: id });
    expect((await refusal(late)).message).toContain('has expired');
  });
});

test('domains are named for wallets, checked, and turned off', async () => {
  const made = await rig.stripe.paymentMethodDomains.create({ domain_name: 'shop.example' });
  expect(made).toMatchObject({ enabled: true, apple_pay: { status: 'active' }, paypal: { status: 'active' } });
  expect((await rig.stripe.paymentMethodDomains.create({ domain_name: 'shop.example' })).id).toBe(made.id);
  const off = await rig.stripe.paymentMethodDomains.update(made.id, { enabled: false });
  expect(off).toMatchObject({ enabled: false, google_pay: { status: 'inactive' } });
  expect((await rig.stripe.paymentMethodDomains.validate(made.id)).link.status).toBe('inactive');
  expect((await rig.stripe.paymentMethodDomains.list({ enabled: false })).data.map(({ id }) => id)).toEqual([made.id]);
  expect((await rig.stripe.paymentMethodDomains.retrieve(made.id)).domain_name).toBe('shop.example');
  const wrong = rig.stripe.paymentMethodDomains.create({ domain_name: 'https://shop.example/' });
  expect((await refusal(wrong)).param).toBe('domain_name');
  const older = await rig.stripe.applePayDomains.create({ domain_name: 'old.example' });
  expect(await rig.stripe.applePayDomains.retrieve(older.id)).toMatchObject({ domain_name: 'old.example' });
  await rig.stripe.applePayDomains.del(older.id);
  expect((await rig.stripe.applePayDomains.list()).data).toEqual([]);
});

test('a key for a mobile app belongs to a customer, and is deleted', async () => {
  const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
  const key = await rig.stripe.ephemeralKeys.create({ customer }, { apiVersion: '2024-06-20' });
  expect(key.expires - key.created).toBe(3600);
  expect(key.secret).toMatch(/^rk_test_/);
  expect((key as unknown as { associated_objects: unknown }).associated_objects).toEqual([
    { id: customer, type: 'customer' },
  ]);
  expect((await rig.stripe.ephemeralKeys.del(key.id)).secret).toBeUndefined();
  expect((await refusal(rig.stripe.ephemeralKeys.del(key.id))).code).toBe('resource_missing');
  expect((await rig.call('POST', '/v1/ephemeral_keys', '', { 'stripe-version': '2024-06-20' })).status).toBe(400);
});

test('a customer session enables components, with their defaults', async () => {
  const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
  const session = await rig.stripe.customerSessions.create({
    customer,
    components: {
      pricing_table: { enabled: true },
      payment_element: { enabled: true, features: { payment_method_save: 'enabled' } },
    },
  });
  expect(session.expires_at - session.created).toBe(1800);
  expect(session.components).toMatchObject({
    buy_button: { enabled: false },
    customer_sheet: { enabled: false, features: null },
    pricing_table: { enabled: true },
    payment_element: {
      enabled: true,
      features: {
        payment_method_allow_redisplay_filters: ['always'],
        payment_method_redisplay: 'disabled',
        payment_method_redisplay_limit: 3,
        payment_method_save: 'enabled',
      },
    },
  });
});

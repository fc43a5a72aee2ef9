import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiver, startRig, type Receiver, type Rig } from '../../emulator/test/rig.js';
import { submit } from './hosted-pages.js';
import { useUtilitiesAlone } from './medusa-utils.js';
import { load } from './on-demand/load.mjs';
import { sendStripeTo } from './redirect.js';

/** What Medusa calls; its amounts are in whole units of the currency. */
interface Provider {
  initiatePayment(asked: object): Promise<{ id: string; status: string; data: Stripe.PaymentIntent }>;
  authorizePayment(asked: object): Promise<{ status: string; data: Stripe.PaymentIntent }>;
  capturePayment(asked: object): Promise<{ data: Stripe.PaymentIntent }>;
  refundPayment(asked: object): Promise<unknown>;
  cancelPayment(asked: object): Promise<{ data: Stripe.PaymentIntent }>;
  updatePayment(asked: object): Promise<{ status: string; data: Stripe.PaymentIntent }>;
  retrievePayment(asked: object): Promise<{ data: Stripe.PaymentIntent }>;
  createAccountHolder(asked: object): Promise<{ id: string; data: Stripe.Customer }>;
  updateAccountHolder(asked: object): Promise<{ data: Stripe.Customer }>;
  deleteAccountHolder(asked: object): Promise<unknown>;
  savePaymentMethod(asked: object): Promise<{ id: string; data: Stripe.SetupIntent }>;
  listPaymentMethods(asked: object): Promise<{ id: string; data: Stripe.PaymentMethod }[]>;
  deletePaymentMethod(asked: object): Promise<unknown>;
  getWebhookActionAndData(asked: object): Promise<{ action: string; data?: { session_id: string; amount: unknown } }>;
}
type ProviderClass = (new (cradle: object, options: object) => Provider) & { identifier: string };

const BACK = 'https://shop.example/back';

let rig: Rig;
let hooks: Receiver;
let secret: string;
let classes: ProviderClass[];
let end: () => void;
beforeAll(async () => {
  rig = await startRig();
  end = sendStripeTo(rig.emulator.port);
  hooks = await receiver();
  ({ secret } = rig.emulator.createWebhookEndpoint({ url: hooks.url }));
  const loadEverythingAgain = useUtilitiesAlone();
  const loaded = (await load('@medusajs/payment-stripe')) as {
    default: { default?: { services: ProviderClass[] }; services: ProviderClass[] };
  };
  loadEverythingAgain();
  classes = (loaded.default.default ?? loaded.default).services;
});
afterAll(async () => {
  end();
  await hooks.stop();
  await rig.stop();
});

function provider(identifier = 'stripe', options: object = {}): Provider {
  const found = classes.find((one) => one.identifier === identifier);
  if (found === undefined) throw new Error(`the package has no provider ${identifier}`);
  return new found({}, { apiKey: rig.emulator.secretKey, webhookSecret: secret, ...options });
}

const asked = (amount: number, currency_code: string, more: object = {}): object => ({
  amount,
  currency_code,
  data: { session_id: `payses_${amount}_${currency_code}`, ...more },
});

/** What the storefront does with the client secret. */
const pay = (id: string, payment_method = 'pm_card_visa'): Promise<Stripe.PaymentIntent> =>
  rig.stripe.paymentIntents.confirm(id, { payment_method, return_url: BACK });

describe('@medusajs/payment-stripe', () => {
  test('a card: initiated, authorized, captured by the shop, partly refunded', async () => {
    const shop = provider();
    const { id, status, data } = await shop.initiatePayment(asked(25.5, 'eur'));
    expect([status, data.amount, data.currency, data.capture_method]).toEqual(['pending', 2550, 'eur', 'manual']);
    await pay(id);
    expect((await shop.authorizePayment({ data })).status).toBe('authorized');
    const captured = await shop.capturePayment({ data });
    expect(captured.data).toMatchObject({ status: 'succeeded', amount_received: 2550 });
    await shop.refundPayment({ amount: 10, data });
    const { latest_charge } = await rig.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(latest_charge).toMatchObject({ amount_captured: 2550, amount_refunded: 1000, refunded: false });
    expect((await shop.retrievePayment({ data })).data.amount).toBe(25.5);
    // It has been captured already: the error carries the intent.
    expect((await shop.capturePayment({ data })).data).toMatchObject({ id, status: 'succeeded' });
  });

  test('a card that is captured at once, and another amount before that', async () => {
    const shop = provider('stripe', { capture: true });
    const { id, data } = await shop.initiatePayment(asked(10, 'usd'));
    const updated = await shop.updatePayment({ data, amount: 12.34, currency_code: 'usd' });
    expect(updated).toMatchObject({ status: 'pending', data: { amount: 1234 } });
    await pay(id);
    expect(await shop.authorizePayment({ data })).toMatchObject({
      status: 'captured',
      data: { amount_received: 1234, payment_method: { type: 'card' } },
    });
  });

  test('a card that is declined, and one that asks its bank', async () => {
    const shop = provider();
    const { id, data } = await shop.initiatePayment(asked(5, 'usd'));
    await expect(pay(id, 'pm_card_visa_chargeDeclined')).rejects.toThrow(/declined/);
    expect(await shop.authorizePayment({ data })).toMatchObject({
      status: 'error',
      data: { last_payment_error: { code: 'card_declined' } },
    });
    const { next_action } = await pay(id, 'pm_card_threeDSecure2Required');
    expect((await shop.authorizePayment({ data })).status).toBe('requires_more');
    await submit(next_action?.redirect_to_url?.url ?? '', { challenge: 'complete' });
    expect((await shop.authorizePayment({ data })).status).toBe('authorized');
  });

  test('a payment that is canceled, twice', async () => {
    const shop = provider();
    const { data } = await shop.initiatePayment(asked(5, 'usd'));
    expect((await shop.cancelPayment({ data })).data.status).toBe('canceled');
    expect((await shop.cancelPayment({ data })).data.status).toBe('canceled');
    expect((await shop.authorizePayment({ data })).status).toBe('canceled');
  });

  test.each([
    [1000, 'jpy', 1000],
    [1.234, 'kwd', 1240],
    [19.99, 'gbp', 1999],
  ])('an amount of %d %s is %d at Stripe', async (amount, currency, smallest) => {
    const { data } = await provider().initiatePayment(asked(amount, currency));
    expect(data.amount).toBe(smallest);
  });

  test('an account holder with saved cards', async () => {
    const shop = provider();
    const customer = {
      email: 'ada@shop.example',
      first_name: 'Ada',
      last_name: 'Byron',
      phone: '+441234567',
      billing_address: { city: 'London', country_code: 'gb', address_1: '12 St James’s Square', postal_code: 'SW1Y' },
    };
    const { data } = await shop.createAccountHolder({ context: { customer } });
    expect(data).toMatchObject({
      email: customer.email,
      name: 'Ada Byron',
      address: { city: 'London', country: 'gb' },
    });
    const context = { account_holder: { data }, customer: { ...customer, last_name: 'Lovelace' } };
    expect((await shop.updateAccountHolder({ context })).data.name).toBe('Ada Lovelace');

    const saved = await shop.savePaymentMethod({ context, data: { usage: 'off_session' } });
    await rig.stripe.setupIntents.confirm(saved.id, { payment_method: 'pm_card_mastercard', return_url: BACK });
    const [card, ...others] = await shop.listPaymentMethods({ context });
    expect([card?.data.card?.brand, others.length]).toEqual(['mastercard', 0]);
    const paid = await shop.initiatePayment({
      amount: 8,
      currency_code: 'usd',
      data: { session_id: 'payses_saved', payment_method: card?.id, off_session: true, confirm: true },
      context,
    });
    expect(paid).toMatchObject({ status: 'authorized', data: { customer: data.id, amount_capturable: 800 } });
    await shop.deletePaymentMethod({ context, data: { id: card?.id } });
    expect(await shop.listPaymentMethods({ context })).toEqual([]);
    await shop.deleteAccountHolder({ context });
    expect(await rig.stripe.customers.retrieve(data.id)).toMatchObject({ deleted: true });
  });

  test('webhooks become what the shop should do', async () => {
    const shop = provider();
    const { id } = await shop.initiatePayment(asked(30, 'usd'));
    const action = async (type: string): Promise<unknown> => {
      const { body, headers } = await hooks.next(
        ({ event }) => event.type === type && (event.data.object as { id: string }).id === id,
      );
      const { data, ...said } = await shop.getWebhookActionAndData({ data: {}, rawData: body, headers });
      return { ...said, session: data?.session_id, amount: Number(data?.amount) };
    };
    const session = 'payses_30_usd';
    expect(await action('payment_intent.created')).toEqual({ action: 'pending', session, amount: 30 });
    await pay(id);
    expect(await action('payment_intent.amount_capturable_updated')).toEqual({
      action: 'authorized',
      session,
      amount: 30,
    });
    await rig.stripe.paymentIntents.capture(id, { amount_to_capture: 2000 });
    expect(await action('payment_intent.succeeded')).toEqual({ action: 'captured', session, amount: 20 });
  });

  test.each([
    ['stripe-ideal', 'ideal', 'eur'],
    ['stripe-bancontact', 'bancontact', 'eur'],
    ['stripe-giropay', 'giropay', 'eur'],
    ['stripe-przelewy24', 'p24', 'pln'],
    ['stripe-blik', 'blik', 'pln'],
    ['stripe-promptpay', 'promptpay', 'thb'],
    ['stripe-oxxo', 'oxxo', 'mxn'],
  ])('%s: the payer leaves for it, and the shop is paid', async (identifier, type, currency) => {
    const shop = provider(identifier);
    const { id, status, data } = await shop.initiatePayment(asked(40, currency));
    expect([status, data.payment_method_types, data.amount]).toEqual(['pending', [type], 4000]);
    const method = { type, billing_details: { name: 'Ada Byron', email: 'ada@shop.example' } };
    const intent = await rig.stripe.paymentIntents.confirm(id, {
      payment_method_data: method,
      return_url: BACK,
      ...(type === 'blik' ? { payment_method_options: { blik: { code: '777123' } } } : {}),
    });
    expect(intent.status).toBe('requires_action');
    const page = /http[^"]*\/redirect\/[^"/]*/.exec(JSON.stringify(intent.next_action))?.[0];
    if (page !== undefined) {
      expect((await shop.authorizePayment({ data })).status).toBe('requires_more');
      await submit(page, { answer: 'approve' });
    }
    // The bank's app approves BLIK, and a shop takes the money of OXXO: both by themselves, a little later.
    rig.emulator.clock.advance(86_400_000);
    const settled = await shop.authorizePayment({ data });
    expect(settled).toMatchObject({ status: 'captured', data: { amount_received: 4000 } });
  });
});

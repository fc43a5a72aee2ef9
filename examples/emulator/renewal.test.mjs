// How an application tests its billing with the emulator: node --test, vitest and jest all do.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { startEmulator } from 'lockstep/emulator';
import Stripe from 'stripe';

let emulator;
let stripe;
before(async () => {
  emulator = await startEmulator();
  stripe = new Stripe(emulator.secretKey, emulator.sdk);
});
beforeEach(() => emulator.reset());
after(() => emulator.stop());

const subscribed = [
  { name: 'pro', path: '/v1/products', params: { name: 'Pro' } },
  {
    name: 'monthly',
    path: '/v1/prices',
    params: { product: '${pro:id}', currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' } },
  },
  {
    name: 'ada',
    path: '/v1/customers',
    params: { payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } },
  },
  {
    name: 'subscription',
    path: '/v1/subscriptions',
    params: { customer: '${ada:id}', items: [{ price: '${monthly:id}' }] },
  },
];

test('a month later there is a second invoice', async () => {
  const { subscription } = await emulator.fixture(subscribed);
  emulator.clock.advance(32 * 86_400_000);
  const { data } = await stripe.invoices.list({ subscription: subscription.id });
  assert.equal(data.length, 2);
});

test('the application takes an event that comes twice once', async () => {
  const taken = new Set();
  const application = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const event = stripe.webhooks.constructEvent(body, request.headers['stripe-signature'], secret);
      taken.add(event.id);
      response.end();
    });
  });
  await new Promise((resolve) => application.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${application.address().port}/webhooks`;
  const { secret } = emulator.createWebhookEndpoint({ url, enabled_events: ['product.created'] });

  emulator.faults.set({ duplicate_every: 1 });
  await stripe.products.create({ name: 'Pro' });
  while (emulator.deliveries().filter(({ outcome }) => outcome === 'delivered').length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(taken.size, 1);
  application.close();
});

test('an answer that is lost does not charge twice', async () => {
  emulator.faults.set({ cut_every: 2 });
  await stripe.customers.list();
  const { id } = await stripe.paymentIntents.create(
    { amount: 1000, currency: 'usd' },
    { idempotencyKey: 'order-17', maxNetworkRetries: 2 },
  );
  emulator.faults.set({ cut_every: 0 });
  const { data } = await stripe.paymentIntents.list();
  assert.deepEqual(
    data.map((intent) => intent.id),
    [id],
  );
});

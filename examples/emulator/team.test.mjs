// What a test asks the emulator about the app: its requests, its webhooks, and ids that the test chooses.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startEmulator } from 'lockstep/emulator';
import { expectNoRequest, expectRequest } from 'lockstep/testing';
import Stripe from 'stripe';

let emulator;
let stripe;
before(async () => {
  emulator = await startEmulator();
  stripe = new Stripe(emulator.secretKey, emulator.sdk);
});
beforeEach(() => emulator.reset());
after(() => emulator.stop());

/** The app under test. */
const signUp = (email) => stripe.customers.create({ email, metadata: { plan: 'pro' } });

test('a sign-up creates a customer, and charges nothing', async () => {
  await signUp('ada@example.com');
  expectRequest(emulator, { method: 'POST', path: '/v1/customers', params: { email: 'ada@example.com' } });
  expectNoRequest(emulator, { path: '/v1/payment_intents' });
});

test('an id is known before its object is there', async () => {
  emulator.nextIds('cus_ada');
  const customer = await signUp('ada@example.com');
  assert.equal(customer.id, 'cus_ada');
});

test('the handler takes a signed event, and no server is needed for it', async () => {
  const handle = (body, signature) => stripe.webhooks.constructEvent(body, signature, 'whsec_of_my_handler').type;
  await signUp('ada@example.com');
  const { body, headers } = emulator.signedDelivery({ type: 'customer.created', secret: 'whsec_of_my_handler' });
  assert.equal(handle(body, headers['stripe-signature']), 'customer.created');
});

test('what is on its way has arrived', async () => {
  await signUp('ada@example.com');
  const tries = await emulator.deliverNow();
  assert.deepEqual(tries, []);
});

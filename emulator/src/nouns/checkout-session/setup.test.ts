import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const open = async () => {
  const customer = await rig.stripe.customers.create({ email: 'known@example.com' });
  const session = await rig.stripe.checkout.sessions.create({
    customer: customer.id,
    mode: 'setup',
    currency: 'usd',
    setup_intent_data: { metadata: { k: 'v' } },
    success_url: 'https://app.example/done',
  });
  return { customer, session, setup: session.setup_intent as string };
};

test('a session that sets a card up has its setup intent from the start, and completes with it', async () => {
  const { customer, session, setup } = await open();
  expect(session.customer_details?.email).toBe('known@example.com');
  const intent = await rig.stripe.setupIntents.retrieve(setup);
  expect(intent).toMatchObject({ customer: customer.id, metadata: { k: 'v' }, status: 'requires_payment_method' });
  await rig.call('POST', `/v1/payment_pages/${session.id}/confirm`, 'payment_method=pm_card_visa');
  expect(await rig.stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] })).toMatchObject({
    status: 'complete',
    setup_intent: { id: setup, status: 'succeeded' },
  });
});

test('a session that expires cancels its setup intent', async () => {
  const { session, setup } = await open();
  await rig.stripe.checkout.sessions.expire(session.id);
  expect((await rig.stripe.setupIntents.retrieve(setup)).status).toBe('canceled');
});

test('a session knows the email address of who is to pay before anything is entered', async () => {
  const { customer_details: details } = await rig.stripe.checkout.sessions.create({
    customer_email: 'new@example.com',
    mode: 'payment',
    line_items: [{ price_data: { currency: 'usd', unit_amount: 900, product_data: { name: 'x' } }, quantity: 1 }],
    success_url: 'https://app.example/done',
  });
  expect(details).toMatchObject({ email: 'new@example.com', name: null, tax_ids: null });
});

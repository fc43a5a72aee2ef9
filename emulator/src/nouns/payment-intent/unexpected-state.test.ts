import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const PAID = { amount: 2000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' } as const;
const pay = () => rig.stripe.paymentIntents.create({ ...PAID, metadata: { k: 'v' } });

describe('a payment that has ended', () => {
  test.each([
    ['capture', 'This PaymentIntent could not be captured because it has already been captured.'],
    ['cancel', 'You cannot cancel this PaymentIntent because it has a status of succeeded.'],
    ['confirm', 'You cannot confirm this PaymentIntent because it has already succeeded'],
  ] as const)('refuses to %s, and the error carries it', async (verb, message) => {
    const { id } = await pay();
    const error = await refusal(rig.stripe.paymentIntents[verb](id));
    expect(error).toMatchObject({
      code: 'payment_intent_unexpected_state',
      payment_intent: { id, status: 'succeeded', metadata: { k: 'v' } },
      message: expect.stringContaining(message) as string,
    });
  });

  test('names what an update would have changed', async () => {
    const { id } = await pay();
    const { message } = await refusal(rig.stripe.paymentIntents.update(id, { currency: 'eur' }));
    expect(message).toContain(
      "This PaymentIntent's currency could not be updated because it has a status of succeeded.",
    );
  });

  test('is shown to a page with the publishable key without what the page may not see', async () => {
    const { id, client_secret: secret } = await pay();
    const { body } = await rig.call('POST', `/v1/payment_intents/${id}/confirm`, `client_secret=${secret ?? ''}`, {
      authorization: `Bearer ${rig.emulator.publishableKey}`,
    });
    expect(body.error?.payment_intent).toMatchObject({ id, status: 'succeeded' });
    expect(body.error?.payment_intent).not.toHaveProperty('metadata');
  });
});

test('a payment that waits for its card cannot be captured or confirmed without one', async () => {
  const { id } = await rig.stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
  const state = { id, status: 'requires_payment_method' };
  expect(await refusal(rig.stripe.paymentIntents.capture(id))).toMatchObject({
    payment_intent: state,
    message: expect.stringContaining('may be captured: requires_capture.') as string,
  });
  expect(await refusal(rig.stripe.paymentIntents.confirm(id))).toMatchObject({ payment_intent: state });
});

test('a setup intent that has ended is in the error too', async () => {
  const { id } = await rig.stripe.setupIntents.create({ confirm: true, payment_method: 'pm_card_visa' });
  for (const verb of ['cancel', 'confirm'] as const) {
    const error = await refusal(rig.stripe.setupIntents[verb](id));
    expect(error).toMatchObject({ code: 'setup_intent_unexpected_state', setup_intent: { id, status: 'succeeded' } });
  }
});

test.each([
  ['a payment intent', () => rig.stripe.paymentIntents.create({ amount: 49, currency: 'usd' })],
  ['a charge', () => rig.stripe.charges.create({ amount: 49, currency: 'usd', source: 'tok_visa' })],
  [
    'Checkout',
    () =>
      rig.stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [{ price_data: { currency: 'usd', unit_amount: 49, product_data: { name: 'x' } }, quantity: 1 }],
        success_url: 'https://app.example/done',
      }),
  ],
] as const)('%s of less than the smallest charge is refused', async (_what, ask) => {
  expect(await refusal(ask())).toMatchObject({ statusCode: 400, code: 'amount_too_small' });
});

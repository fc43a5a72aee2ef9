import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const charge = (form: string) => rig.call('POST', '/v1/charges', `amount=2000&currency=usd&${form}`);

test.each([undefined, '2020-08-27'])('a disputed charge names its dispute (version: %s)', async (version) => {
  const intent = await rig.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_createDispute',
    return_url: 'https://app.example/done',
  });
  const [dispute] = (await rig.stripe.disputes.list({ payment_intent: intent.id })).data;
  const { body } = await rig.call('GET', `/v1/charges/${intent.latest_charge as string}`, undefined, {
    ...(version === undefined ? {} : { 'stripe-version': version }),
  });
  expect(body).toMatchObject({ disputed: true, dispute: dispute?.id });
});

describe('a charge without a payment intent', () => {
  test('charges the card of a token at once, and refunds it', async () => {
    const { status, body } = await charge('source=tok_visa&description=Book&metadata[order]=7');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'charge',
      amount_captured: 2000,
      captured: true,
      paid: true,
      payment_intent: null,
      source: { object: 'card', brand: 'Visa', last4: '4242' },
      balance_transaction: expect.stringMatching(/^txn_/) as string,
      metadata: { order: '7' },
    });
    await rig.stripe.refunds.create({ charge: body.id as string, amount: 500 });
    const names = (await eventsOf(rig.stripe, body.id as string)).map(({ type }) => type);
    expect(names).toEqual(['charge.succeeded', 'charge.refunded']);
  });

  test('captures later, completely or in part, once', async () => {
    const { body } = await charge('source=tok_visa&capture=false');
    expect(body).toMatchObject({ captured: false, amount_captured: 0, balance_transaction: null });
    const path = `/v1/charges/${String(body.id)}/capture`;
    expect((await rig.call('POST', path, 'amount=2001')).body.error).toMatchObject({ code: 'amount_too_large' });
    expect((await rig.call('POST', path, 'amount=1500')).body).toMatchObject({ captured: true, amount_captured: 1500 });
    expect((await rig.call('POST', path, '')).body.error).toMatchObject({ code: 'charge_already_captured' });
  });

  test.each([
    ['tok_chargeDeclined', 'generic_decline'],
    ['tok_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['tok_threeDSecure2Required', 'authentication_required'],
  ])('of %s is declined, and stays to be seen', async (source, decline) => {
    const { status, body } = await charge(`source=${source}`);
    expect([status, body.error?.type, body.error?.decline_code]).toEqual([402, 'card_error', decline]);
    const failed = await rig.stripe.charges.retrieve(body.error?.charge as string);
    expect(failed).toMatchObject({ status: 'failed', paid: false, outcome: { reason: decline } });
  });

  test('of a customer uses their own card, and no other’s', async () => {
    const { id } = await rig.stripe.customers.create({ source: 'tok_mastercard' });
    const { body } = await charge(`customer=${id}`);
    expect(body).toMatchObject({ customer: id, source: { brand: 'MasterCard', customer: id } });
    const other = (await rig.stripe.customers.create({ source: 'tok_visa' })) as Stripe.Customer;
    const stolen = await charge(`customer=${id}&source=${other.default_source as string}`);
    expect([stolen.status, stolen.body.error?.code]).toEqual([400, 'missing']);
    const none = await charge(`customer=${(await rig.stripe.customers.create()).id}`);
    expect([none.status, none.body.error?.code]).toEqual([400, 'missing']);
    expect((await charge('')).body.error?.code).toBe('parameter_missing');
  });

  test('with a payment intent is captured through the intent', async () => {
    const intent = await rig.stripe.paymentIntents.create({
      amount: 900,
      currency: 'usd',
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    const { status } = await rig.call('POST', `/v1/charges/${intent.latest_charge as string}/capture`, '');
    expect(status).toBe(400);
  });
});

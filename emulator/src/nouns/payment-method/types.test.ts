import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const intent = (form: string, version?: string) =>
  rig.call(
    'POST',
    '/v1/payment_intents',
    `amount=5999&${form}`,
    version === undefined ? {} : { 'stripe-version': version },
  );

describe('a payment method that is not built', () => {
  test.each([
    ['fpx', 'fpx[bank]=maybank2u'],
    ['klarna', 'billing_details[email]=a@b.example'],
    ['us_bank_account', 'us_bank_account[account_number]=000123456789'],
    ['konbini', 'billing_details[name]=A'],
  ])('%s is refused by its name, with parameters that are known', async (type, form) => {
    const { status, body } = await rig.call('POST', '/v1/payment_methods', `type=${type}&${form}`);
    expect([status, body.error?.code]).toEqual([501, 'emulator_not_built']);
    expect(body.error?.message).toContain(`'${type}'`);
  });

  test('that Stripe does not have either is an error', async () => {
    const { status, body } = await rig.call('POST', '/v1/payment_methods', 'type=shells');
    expect([status, body.error?.param]).toEqual([400, 'type']);
  });
});

describe('the options of a payment', () => {
  test('are kept by type, over those there are', async () => {
    const options = 'payment_method_options[acss_debit][mandate_options]';
    const { body } = await intent(
      `currency=cad&payment_method_types[]=acss_debit&${options}[payment_schedule]=sporadic&payment_method_options[oxxo][expires_after_days]=3`,
    );
    expect(body).toMatchObject({
      payment_method_types: ['acss_debit'],
      payment_method_options: {
        card: { request_three_d_secure: 'automatic' },
        acss_debit: { mandate_options: { payment_schedule: 'sporadic' } },
        oxxo: { expires_after_days: 3 },
      },
    });
    const id = String(body.id);
    const { body: confirmed } = await rig.call(
      'POST',
      `/v1/payment_intents/${id}/confirm`,
      'payment_method=pm_card_visa&payment_method_options[card][request_three_d_secure]=any',
    );
    expect(confirmed).toMatchObject({ payment_method_options: { card: { request_three_d_secure: 'any' } } });
  });

  test('of a type that there is not are refused', async () => {
    const { status, body } = await intent('currency=usd&payment_method_options[shells][a]=b');
    expect([status, body.error?.param]).toEqual([400, 'payment_method_options[shells]']);
  });
});

describe('a method and a currency must fit', () => {
  test('by the types of the payment', async () => {
    const { status, body } = await intent('currency=usd&payment_method_types[]=au_becs_debit');
    expect([status, body.error?.code]).toEqual([400, 'payment_intent_invalid_parameter']);
    expect((await intent('currency=aud&payment_method_types[]=au_becs_debit')).status).toBe(200);
  });

  test('by the method that pays', async () => {
    const sent = { type: 'sepa_debit', sepa_debit: { iban: 'DE89370400440532013000' } } as const;
    const { id } = await rig.stripe.paymentMethods.create({
      ...sent,
      billing_details: { name: 'A', email: 'a@b.example' },
    });
    const pay = (currency: string) =>
      rig.stripe.paymentIntents.create({ amount: 500, currency, confirm: true, payment_method: id });
    expect((await refusal(pay('usd'))).code).toBe('payment_intent_invalid_parameter');
    expect((await pay('eur')).status).toBe('processing');
  });

  test('of what is allowed, what does not fit is left out', async () => {
    const made = await rig.stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      allowed_payment_method_types: ['card', 'ideal'],
    });
    expect(made).toMatchObject({ allowed_payment_method_types: ['card', 'ideal'], payment_method_types: ['card'] });
  });
});

test.each([
  ['2026-08-26.dahlia', 200, undefined],
  ['2026-09-30.endive', 400, 'payment_method_types_no_longer_supported'],
] as const)('payment_method_types sent by version %s is answered with %i', async (version, status, code) => {
  const { status: answered, body } = await intent('currency=usd&payment_method_types[]=card', version);
  expect([answered, body.error?.code]).toEqual([status, code]);
});

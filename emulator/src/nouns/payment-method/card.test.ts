import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';
import { TEST_CARDS, isCardNumber } from './card.js';
import { COUNTRY_CARDS } from './card-countries.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const pay = (card: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  rig.stripe.paymentIntents.create({ amount: 500, currency: 'usd', payment_method: card, confirm: true, ...more });

test('every test card has a valid number', () => {
  expect(Object.keys(TEST_CARDS).filter((number) => !isCardNumber(number))).toEqual([]);
});

// Sources: https://docs.stripe.com/testing, its tables of declines, of 3D Secure and of cards by country.
describe('a magic id', () => {
  test.each([
    ['pm_card_visa', 'visa', 'US', 'credit'],
    ['pm_card_visa_debit', 'visa', 'US', 'debit'],
    ['pm_card_mastercard', 'mastercard', 'US', 'credit'],
    ['pm_card_mastercard_prepaid', 'mastercard', 'US', 'prepaid'],
    ['pm_card_amex', 'amex', 'US', 'credit'],
    ['pm_card_discover', 'discover', 'US', 'credit'],
    ['pm_card_diners', 'diners', 'US', 'credit'],
    ['pm_card_jcb', 'jcb', 'JP', 'credit'],
    ['pm_card_unionpay', 'unionpay', 'CN', 'credit'],
    ['pm_card_gb_debit', 'visa', 'GB', 'debit'],
    ['pm_card_gb_mastercard', 'mastercard', 'GB', 'credit'],
    ['pm_card_th_credit', 'visa', 'TH', 'credit'],
    ['pm_card_th_debit', 'visa', 'TH', 'debit'],
    ['pm_card_bypassPendingInternational', 'visa', 'IE', 'credit'],
    ['pm_card_visa_cartesBancaires', 'visa', 'FR', 'credit'],
    ['pm_card_mastercard_cartesBancaires', 'mastercard', 'FR', 'credit'],
    ...Object.keys(COUNTRY_CARDS).map((country) => [`pm_card_${country}`, 'visa', country.toUpperCase(), 'credit']),
  ])('%s is paid: %s of %s', async (id, brand, country, funding) => {
    const { status, latest_charge } = await pay(String(id));
    expect(status).toBe('succeeded');
    const charge = await rig.stripe.charges.retrieve(latest_charge as string);
    expect(charge.payment_method_details?.card).toMatchObject({ brand, country, funding });
  });

  test.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
  ])('%s is declined: %s, %s', async (id, code, decline_code) => {
    expect(await refusal(pay(id))).toMatchObject({ statusCode: 402, code, decline_code });
  });

  test.each([
    ['pm_card_threeDSecure2Required', 'succeeded'],
    ['pm_card_authenticationRequired', 'succeeded'],
    ['pm_card_authenticationRequiredOnSetup', 'succeeded'],
    ['pm_card_authenticationRequiredSetupForOffSession', 'succeeded'],
    ['pm_card_threeDSecureRequiredChargeDeclined', 'requires_payment_method'],
    ['pm_card_threeDSecureRequiredProcessingError', 'requires_payment_method'],
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds', 'requires_payment_method'],
  ])('%s asks for 3-D Secure, and is then %s', async (id, status) => {
    const { id: intent, client_secret, status: before } = await pay(id);
    expect(before).toBe('requires_action');
    const answer = JSON.stringify({ client_secret, outcome: 'complete' });
    const headers = { 'content-type': 'application/json' };
    expect((await rig.call('POST', `/_emulator/three_d_secure/${intent}`, answer, headers)).body.status).toBe(status);
  });

  test.each([
    ['pm_card_authenticationRequiredSetupForOffSession', undefined],
    ['pm_card_threeDSecureOptional', undefined],
    ['pm_card_amex_threeDSecureNotSupported', undefined],
    ['pm_card_authenticationRequired', 'authentication_required'],
    ['pm_card_authenticationRequiredOnSetup', 'authentication_required'],
  ])('%s without the customer: %s', async (id, code) => {
    const { id: customer } = await rig.stripe.customers.create();
    const saved = await rig.stripe.paymentMethods.attach(id, { customer });
    const paid = pay(saved.id, { customer, off_session: true });
    if (code === undefined) expect((await paid).status).toBe('succeeded');
    else expect(await refusal(paid)).toMatchObject({ statusCode: 402, code });
  });

  test.each([
    ['4000000000000101', { cvc_check: 'fail', address_line1_check: 'pass' }],
    ['4000000000000010', { address_line1_check: 'fail', address_postal_code_check: 'fail' }],
    ['4000000000000028', { address_line1_check: 'fail', address_postal_code_check: 'pass' }],
    ['4000000000000036', { address_line1_check: 'pass', address_postal_code_check: 'fail' }],
    ['4000000000000044', { address_line1_check: 'unavailable', address_postal_code_check: 'unavailable' }],
  ])('%s fails checks of the bank', async (number, checks) => {
    const { card } = await rig.stripe.paymentMethods.create({
      type: 'card',
      card: { number, exp_month: 12, exp_year: 2040, cvc: '123' },
      billing_details: { address: { line1: 'Way 1', postal_code: '10115' } },
    });
    expect(card?.checks).toMatchObject(checks);
  });

  test.each([
    ['pm_card_visa', 'normal'],
    ['pm_card_riskLevelElevated', 'elevated'],
    ['pm_card_riskLevelHighest', 'highest'],
  ])('%s is paid, and its risk is %s', async (id, risk) => {
    const { latest_charge } = await pay(id);
    expect((await rig.stripe.charges.retrieve(latest_charge as string)).outcome?.risk_level).toBe(risk);
  });

  test.each([
    ['pm_card_createDispute', ['fraudulent'], 'needs_response'],
    ['pm_card_createDisputeProductNotReceived', ['product_not_received'], 'needs_response'],
    ['pm_card_createDisputeInquiry', ['fraudulent'], 'warning_needs_response'],
    ['pm_card_createMultipleDisputes', ['fraudulent', 'fraudulent'], 'needs_response'],
    ['pm_card_createCe3EligibleDispute', ['fraudulent'], 'needs_response'],
    ['pm_card_createAutoRepresentmentEligibleDispute', ['fraudulent'], 'needs_response'],
    ['pm_card_createComplianceDispute', ['noncompliant'], 'needs_response'],
    ['pm_card_createMastercardComplianceDispute', ['noncompliant'], 'needs_response'],
  ])('%s is disputed once it is captured: %j, %s', async (id, reasons, status) => {
    const { id: payment_intent } = await pay(id, { capture_method: 'manual' });
    expect((await rig.stripe.disputes.list({ payment_intent })).data).toEqual([]);
    await rig.stripe.paymentIntents.capture(payment_intent);
    const { data } = await rig.stripe.disputes.list({ payment_intent });
    expect(data.map(({ reason }) => reason)).toEqual(reasons);
    expect(new Set(data.map((one) => one.status))).toEqual(new Set([status]));
  });

  test('pm_card_createIssuerFraudRecord gets a fraud warning, until the payment is refunded', async () => {
    const { id: payment_intent } = await pay('pm_card_createIssuerFraudRecord');
    const [warning] = (await rig.stripe.radar.earlyFraudWarnings.list({ payment_intent, expand: ['data.charge'] }))
      .data;
    expect(warning).toMatchObject({ actionable: true, charge: { payment_intent, disputed: false } });
    const own = warning?.id ?? '';
    await rig.stripe.refunds.create({ payment_intent, amount: 100 });
    expect((await rig.stripe.radar.earlyFraudWarnings.retrieve(own)).actionable).toBe(true);
    await rig.stripe.refunds.create({ payment_intent });
    expect((await rig.stripe.radar.earlyFraudWarnings.retrieve(own)).actionable).toBe(false);
    expect((await eventsOf(rig.stripe, own)).map(({ type }) => type)).toEqual([
      'radar.early_fraud_warning.created',
      'radar.early_fraud_warning.updated',
    ]);
  });

  test.each([
    ['pm_card_visa', 'succeeded', 'succeeded', []],
    ['pm_card_pendingRefund', 'pending', 'succeeded', ['refund.updated', 'charge.refund.updated']],
    ['pm_card_refundFail', 'succeeded', 'failed', ['refund.updated', 'charge.refund.updated', 'refund.failed']],
  ])('%s: its refund is %s, and then %s', async (id, first, then, names) => {
    const { id: payment_intent, latest_charge } = await pay(id);
    const { id: refund, status } = await rig.stripe.refunds.create({ payment_intent });
    expect(status).toBe(first);
    expect((await rig.stripe.refunds.retrieve(refund)).status).toBe(then);
    expect((await eventsOf(rig.stripe, refund)).map(({ type }) => type)).toEqual(['refund.created', ...names]);
    const back = then === 'failed' ? { amount_refunded: 0, refunded: false } : { amount_refunded: 500, refunded: true };
    expect(await rig.stripe.charges.retrieve(latest_charge as string)).toMatchObject(back);
  });

  test('that there is none of is no payment method', async () => {
    expect(await refusal(pay('pm_card_nonsense'))).toMatchObject({ statusCode: 400, code: 'resource_missing' });
  });
});

describe('a setup intent', () => {
  const setup = (card: string, customer: string) =>
    rig.stripe.setupIntents.create({
      customer,
      payment_method: card,
      confirm: true,
      return_url: 'https://app.example',
    });

  test('saves a card for its customer, is refused one, and is canceled', async () => {
    const { id: customer } = await rig.stripe.customers.create();
    const saved = await setup('pm_card_visa', customer);
    expect(saved).toMatchObject({ status: 'succeeded', usage: 'off_session', next_action: null });
    const { data } = await rig.stripe.paymentMethods.list({ customer });
    expect(data.map(({ id }) => id)).toEqual([saved.payment_method]);
    expect(await refusal(setup('pm_card_chargeDeclined', customer))).toMatchObject({
      ...{ statusCode: 402, code: 'card_declined', setup_intent: { status: 'requires_payment_method' } },
    });
    const { id } = await rig.stripe.setupIntents.create({ customer });
    const canceled = await rig.stripe.setupIntents.cancel(id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    expect((await refusal(rig.stripe.setupIntents.confirm(id))).code).toBe('setup_intent_unexpected_state');
    const { data: all } = await rig.stripe.setupIntents.list({ customer });
    expect(all.map(({ status }) => status)).toEqual(['canceled', 'requires_payment_method', 'succeeded']);
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual([
      ...['setup_intent.created', 'setup_intent.canceled'],
    ]);
  });
});

describe('a token of a card', () => {
  test.each([
    ['tok_visa', '4242'],
    ['tok_visa_debit', '5556'],
    ['tok_mastercard', '4444'],
    ['tok_amex', '0005'],
    ['tok_bypassPending', '0077'],
    ['tok_createDispute', '0259'],
    ['tok_refundFail', '5126'],
    ['tok_riskLevelElevated', '9235'],
    ['tok_threeDSecure2Required', '3220'],
    ['tok_chargeDeclinedExpiredCard', '0069'],
    ['tok_visa_chargeDeclinedInsufficientFunds', '9995'],
    ['tok_chargeCustomerFail', '0341'],
    ...Object.entries(COUNTRY_CARDS).map(([country, number]) => [`tok_${country}`, number.slice(-4)]),
  ])('%s is the card that ends in %s', async (token, last4) => {
    const { card } = await rig.stripe.paymentMethods.create({ type: 'card', card: { token: String(token) } });
    expect(card?.last4).toBe(last4);
  });

  test('that there is none of is refused', async () => {
    const card = { token: 'tok_nonsense' };
    expect((await refusal(rig.stripe.paymentMethods.create({ type: 'card', card }))).code).toBe('resource_missing');
  });
});

test('sources of the older API, other than tokens of cards, are refused clearly', async () => {
  const { id } = await rig.stripe.customers.create();
  const { status, body } = await rig.call('POST', `/v1/customers/${id}/sources`, 'source=src_1');
  expect([status, body.error?.code]).toEqual([501, 'emulator_not_built']);
  expect((await rig.call('POST', '/v1/sources', 'type=card')).status).toBe(501);
});

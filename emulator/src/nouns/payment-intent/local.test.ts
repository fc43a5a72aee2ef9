import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const BACK = 'https://shop.example/back';
const ADDRESS = {
  country: 'BR',
  line1: 'Avenida Paulista 1',
  city: 'São Paulo',
  state: 'SP',
  postal_code: '01310-000',
};
const PAYER = { name: 'Ada', email: 'ada@example.com', address: ADDRESS };
const BLIK = { blik: { code: '777123' } };

interface Asked {
  type: string;
  currency: string;
  own?: object;
  billing?: object;
  more?: object;
}

const pay = ({ type, currency, own = {}, billing = {}, more = {} }: Asked): Promise<Stripe.PaymentIntent> =>
  rig.stripe.paymentIntents.create({
    amount: 5999,
    currency,
    allowed_payment_method_types: [type],
    payment_method_data: { type, [type]: own, billing_details: { ...PAYER, ...billing } },
    confirm: true,
    return_url: BACK,
    ...more,
  });

const answer = (url: string, value: 'approve' | 'refuse'): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer: value }), redirect: 'manual' });
const now = (id: string): Promise<Stripe.PaymentIntent> => rig.stripe.paymentIntents.retrieve(id);
const namesOf = async (id: string): Promise<string[]> => (await eventsOf(rig.stripe, id)).map(({ type }) => type);

/** The page of the payer: the one address of this emulator in the action. */
const pageOf = ({ next_action: action }: Stripe.PaymentIntent): string =>
  /http[^"]*\/redirect\/[^"/]*/.exec(JSON.stringify(action))?.[0] ?? '';

const REDIRECTS = [
  ['bancontact', 'eur'],
  ['ideal', 'eur'],
  ['eps', 'eur'],
  ['giropay', 'eur'],
  ['p24', 'pln'],
  ['afterpay_clearpay', 'usd'],
  ['alipay', 'cny'],
] as const;

describe('a method that redirects', () => {
  test.each(REDIRECTS)('%s sends the payer to a page and pays when they approve', async (type, currency) => {
    const intent = await pay({ type, currency });
    const shows = type === 'alipay' ? 'alipay_handle_redirect' : 'redirect_to_url';
    expect(intent).toMatchObject({ status: 'requires_action', latest_charge: null, amount_received: 0 });
    expect(intent.next_action).toMatchObject({ type: shows, [shows]: { return_url: BACK, url: pageOf(intent) } });
    const back = new URL((await answer(pageOf(intent), 'approve')).headers.get('location') ?? '');
    expect(back.origin + back.pathname).toBe(BACK);
    expect(Object.fromEntries(back.searchParams)).toEqual({
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    });
    const paid = await rig.stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 5999, next_action: null });
    const charge = paid.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({ amount: 5999, currency, paid: true, payment_method_details: { type } });
    expect(charge.id).toMatch(/^py_/);
    // 2.9 % of 59.99 is 1.74, and 0.30.
    expect(charge.balance_transaction).toMatchObject({ amount: 5999, fee: 204, net: 5795, type: 'payment' });
    expect(await namesOf(intent.id)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'payment_intent.succeeded',
    ]);
  });

  test('leads back with a failure when the payer refuses, and can be paid in another way', async () => {
    const intent = await pay({ type: 'bancontact', currency: 'eur' });
    const back = (await answer(pageOf(intent), 'refuse')).headers.get('location');
    expect(back).toContain('redirect_status=failed');
    const failed = await now(intent.id);
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: null,
      last_payment_error: { code: 'payment_intent_authentication_failure', payment_method: { type: 'bancontact' } },
    });
    expect(await namesOf(intent.id)).toContain('payment_intent.payment_failed');
    expect((await fetch(pageOf(intent))).status).toBe(404);
    const paid = await rig.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(paid.status).toBe('succeeded');
  });

  test('says on its page who asks and for how much', async () => {
    const intent = await pay({ type: 'ideal', currency: 'eur' });
    const page = await (await fetch(pageOf(intent))).text();
    expect(page).toContain('iDEAL');
    expect(page).toContain('€59.99');
  });

  test('needs an address to lead back to, and payers that are known', async () => {
    const noReturn = pay({ type: 'ideal', currency: 'eur', more: { return_url: undefined } });
    expect((await refusal(noReturn)).param).toBe('return_url');
    const noName = pay({ type: 'bancontact', currency: 'eur', billing: { name: '' } });
    expect((await refusal(noName)).param).toBe('billing_details[name]');
    const never = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } };
    const forbidden = pay({
      type: 'ideal',
      currency: 'eur',
      more: { allowed_payment_method_types: undefined, ...never },
    });
    expect((await refusal(forbidden)).param).toBe('payment_method');
  });

  test('takes its currencies alone', async () => {
    const wrong = pay({ type: 'p24', currency: 'usd' });
    expect((await refusal(wrong)).code).toBe('payment_intent_invalid_parameter');
  });

  test('shows the bank that was chosen, with its BIC', async () => {
    const { id } = await rig.stripe.paymentMethods.create({ type: 'ideal', ideal: { bank: 'ing' } });
    expect((await rig.stripe.paymentMethods.retrieve(id)).ideal).toEqual({ bank: 'ing', bic: 'INGBNL2A' });
    const wrong = rig.stripe.paymentMethods.create({ type: 'ideal', ideal: { bank: 'monte' } });
    expect((await refusal(wrong)).param).toBe('ideal[bank]');
  });

  test('is refunded as a payment, without Stripe’s fee', async () => {
    const intent = await pay({ type: 'ideal', currency: 'eur' });
    await answer(pageOf(intent), 'approve');
    const refund = await rig.stripe.refunds.create({
      payment_intent: intent.id,
      amount: 1000,
      expand: ['balance_transaction'],
    });
    expect(refund).toMatchObject({ amount: 1000, status: 'succeeded', destination_details: { type: 'ideal' } });
    expect(refund.balance_transaction).toMatchObject({ amount: -1000, fee: 0, net: -1000, type: 'payment_refund' });
  });

  test('captures later only if it is Afterpay', async () => {
    const manual = { capture_method: 'manual' };
    const refused = pay({ type: 'ideal', currency: 'eur', more: manual });
    expect((await refusal(refused)).param).toBe('capture_method');
    const intent = await pay({ type: 'afterpay_clearpay', currency: 'usd', more: manual });
    await answer(pageOf(intent), 'approve');
    expect(await now(intent.id)).toMatchObject({ status: 'requires_capture', amount_capturable: 5999 });
    expect(await rig.stripe.paymentIntents.capture(intent.id)).toMatchObject({ amount_received: 5999 });
  });
});

describe('what is kept for later payments', () => {
  test('is a SEPA debit of the account that paid by iDEAL', async () => {
    const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
    const intent = await pay({ type: 'ideal', currency: 'eur', more: { customer, setup_future_usage: 'off_session' } });
    await answer(pageOf(intent), 'approve');
    const { data } = await rig.stripe.paymentMethods.list({ customer });
    expect(data).toMatchObject([{ type: 'sepa_debit', sepa_debit: { last4: '5264', country: 'NL' } }]);
    const charge = await rig.stripe.charges.retrieve((await now(intent.id)).latest_charge as string);
    expect(charge.payment_method_details?.ideal).toMatchObject({
      generated_sepa_debit: data[0]?.id,
      iban_last4: '5264',
    });
    const later = await rig.stripe.paymentIntents.create({
      ...{ amount: 700, currency: 'eur', customer, payment_method: data[0]?.id ?? '', confirm: true },
      ...{ off_session: true, allowed_payment_method_types: ['sepa_debit'] },
    });
    expect(later.status).toBe('processing');
    expect((await now(later.id)).status).toBe('succeeded');
  });

  test.each(['eps', 'giropay', 'p24', 'promptpay', 'oxxo', 'wechat_pay', 'bancontact'])(
    'cannot be a %s method itself',
    async (type) => {
      const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
      const method = await rig.stripe.paymentMethods.create({
        type,
        billing_details: PAYER,
      });
      const attached = rig.stripe.paymentMethods.attach(method.id, { customer });
      expect((await refusal(attached)).code).toBe('payment_method_not_available');
    },
  );

  test('is set up by a redirect, and the attempt names the debit', async () => {
    const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
    const setup = await rig.stripe.setupIntents.create({
      customer,
      allowed_payment_method_types: ['bancontact'],
      payment_method_data: { type: 'bancontact', billing_details: PAYER },
      confirm: true,
      return_url: BACK,
    });
    expect(setup).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    await answer(setup.next_action?.redirect_to_url?.url ?? '', 'approve');
    const done = await rig.stripe.setupIntents.retrieve(setup.id, { expand: ['latest_attempt'] });
    expect(done.status).toBe('succeeded');
    const { data } = await rig.stripe.paymentMethods.list({ customer });
    expect(data).toMatchObject([{ type: 'sepa_debit', sepa_debit: { last4: '7061' } }]);
    expect(done.latest_attempt).toMatchObject({
      status: 'succeeded',
      payment_method_details: { type: 'bancontact', bancontact: { generated_sepa_debit: data[0]?.id } },
    });
    const attempts = await rig.stripe.setupAttempts.list({ setup_intent: setup.id });
    expect(attempts.data.map(({ id }) => id)).toEqual([(done.latest_attempt as Stripe.SetupAttempt).id]);
  });
});

describe('a voucher', () => {
  const boleto = { type: 'boleto', currency: 'brl', own: { tax_id: '000.000.000-00' } };
  const oxxo = { type: 'oxxo', currency: 'mxn' };

  test('is valid until the end of a day in its country', async () => {
    const frozen = await startRig();
    frozen.emulator.clock.advance(at('2031-03-10') * 1000 + 15 * 3_600_000 - Date.now());
    const created = (currency: string, type: string, days?: number): Promise<Stripe.PaymentIntent> =>
      frozen.stripe.paymentIntents.create({
        amount: 5999,
        currency,
        allowed_payment_method_types: [type],
        payment_method_data: {
          type,
          ...(type === 'boleto' ? { boleto: { tax_id: '00000000000' } } : {}),
          billing_details: { ...PAYER, email: 'fill_never@example.com' },
        },
        ...(days === undefined ? {} : { payment_method_options: { [type]: { expires_after_days: days } } }),
        confirm: true,
      });
    // São Paulo is three hours behind UTC, Mexico City six. The default is three days.
    const slip = await created('brl', 'boleto');
    expect(slip.next_action?.boleto_display_details?.expires_at).toBe(at('2031-03-14') + 3 * 3600 - 1);
    const paper = await created('mxn', 'oxxo', 1);
    expect(paper.next_action?.oxxo_display_details?.expires_after).toBe(at('2031-03-12') + 6 * 3600 - 1);
    expect((await refusal(created('mxn', 'oxxo', 8))).param).toBe('payment_method_options[oxxo][expires_after_days]');
    frozen.emulator.clock.advance(2 * 86_400_000);
    await expect
      .poll(async () => (await frozen.stripe.paymentIntents.retrieve(paper.id)).status)
      .toBe('requires_payment_method');
    expect(await frozen.stripe.paymentIntents.retrieve(paper.id)).toMatchObject({
      last_payment_error: { code: 'payment_intent_payment_attempt_expired' },
    });
    expect((await frozen.stripe.paymentIntents.retrieve(slip.id)).status).toBe('requires_action');
    await frozen.stop();
  });

  test.each([boleto, oxxo])('$type is paid on its page', async (asked) => {
    const intent = await pay({ ...asked, billing: { email: 'fill_never@example.com' } });
    expect(intent.next_action?.type).toBe(`${asked.type}_display_details`);
    expect(await (await fetch(pageOf(intent))).text()).toContain('Pay the voucher');
    await answer(pageOf(intent), 'approve');
    expect(await now(intent.id)).toMatchObject({ status: 'succeeded', amount_received: 5999 });
    const refund = rig.stripe.refunds.create({ payment_intent: intent.id });
    expect((await refusal(refund)).code).toBe('charge_not_refundable');
  });

  test('has a PDF', async () => {
    const intent = await pay({ ...boleto, billing: { email: 'fill_never@example.com' } });
    const file = await fetch(intent.next_action?.boleto_display_details?.pdf ?? '');
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect((await file.text()).slice(0, 5)).toBe('%PDF-');
  });

  test('is paid or expires as the payer’s address says', async () => {
    const paid = await pay({ ...oxxo, billing: { email: 'succeed_immediately@example.com' } });
    expect(paid.status).toBe('requires_action');
    expect((await now(paid.id)).status).toBe('succeeded');
    const late = await pay({ ...oxxo, billing: { email: 'expire_immediately@example.com' } });
    expect(late.next_action?.oxxo_display_details?.expires_after).toBe(late.created);
    expect((await now(late.id)).status).toBe('requires_payment_method');
    const usual = await pay(oxxo);
    rig.emulator.clock.advance(179_000);
    expect((await now(usual.id)).status).toBe('requires_action');
    rig.emulator.clock.advance(2_000);
    await expect.poll(async () => (await now(usual.id)).status).toBe('succeeded');
  });

  test('that is replaced by a card is paid by the card alone', async () => {
    const intent = await pay(oxxo);
    await rig.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_authenticationRequired' });
    rig.emulator.clock.advance(600_000);
    expect((await now(intent.id)).status).toBe('requires_action');
  });
});

describe('a code to scan or to enter', () => {
  test.each([
    ['promptpay', 'thb', {}],
    ['wechat_pay', 'cny', { payment_method_options: { wechat_pay: { client: 'web' } } }],
  ])('%s shows a code that is paid on a page', async (type, currency, more) => {
    const intent = await pay({ type, currency, more });
    const shows = `${type}_display_qr_code` as 'promptpay_display_qr_code';
    const code = intent.next_action?.[shows];
    expect(code?.data).toBe(pageOf(intent));
    expect((await fetch(code?.image_url_svg ?? '')).headers.get('content-type')).toBe('image/svg+xml');
    const done = await answer(pageOf(intent), 'approve');
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('Thank you')]);
    expect((await now(intent.id)).status).toBe('succeeded');
  });

  const blik = { type: 'blik', currency: 'pln', more: { payment_method_options: BLIK } };

  test('BLIK asks for six digits, and the payer approves in the app', async () => {
    const none = pay({ ...blik, more: {} });
    expect((await refusal(none)).param).toBe('payment_method_options[blik][code]');
    const short = pay({ ...blik, more: { payment_method_options: { blik: { code: '12' } } } });
    expect((await refusal(short)).param).toBe('payment_method_options[blik][code]');
    const intent = await pay(blik);
    expect(intent).toMatchObject({ status: 'requires_action', next_action: { type: 'blik_authorize' } });
    expect((await now(intent.id)).status).toBe('succeeded');
  });

  test('BLIK fails as the payer’s address says', async () => {
    const wrong = await refusal(pay({ ...blik, billing: { email: 'invalid_code@example.com' } }));
    expect([wrong.statusCode, wrong.code]).toEqual([400, 'payment_method_invalid_parameter']);
    expect(wrong.payment_intent?.status).toBe('requires_payment_method');
    const declined = await pay({ ...blik, billing: { email: 'insufficient_funds@example.com' } });
    rig.emulator.clock.advance(9_000);
    await expect
      .poll(async () => (await now(declined.id)).last_payment_error?.code)
      .toBe('payment_method_provider_decline');
    const slow = await pay({ ...blik, billing: { email: 'customer_timeout@example.com' } });
    rig.emulator.clock.advance(59_000);
    expect((await now(slow.id)).status).toBe('requires_action');
    rig.emulator.clock.advance(2_000);
    await expect
      .poll(async () => (await now(slow.id)).last_payment_error?.code)
      .toBe('payment_method_provider_timeout');
  });
});

describe('a pre-authorized debit in Canada', () => {
  const debit = (account_number: string, more: object = {}): Promise<Stripe.PaymentIntent> =>
    pay({
      type: 'acss_debit',
      currency: 'cad',
      own: { account_number, institution_number: '000', transit_number: '11000' },
      more: {
        payment_method_options: {
          acss_debit: { mandate_options: { payment_schedule: 'sporadic', transaction_type: 'business' } },
        },
        ...more,
      },
    });
  const verify = (id: string, ...amounts: number[]): Promise<Stripe.PaymentIntent> =>
    rig.stripe.paymentIntents.verifyMicrodeposits(id, { amounts });

  test('verifies the account, is processed, and succeeds', async () => {
    const intent = await debit('000123456789');
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: {
        type: 'verify_with_microdeposits',
        verify_with_microdeposits: { arrival_date: intent.created + 172_800, microdeposit_type: 'amounts' },
      },
    });
    const wrong = await refusal(verify(intent.id, 1, 2));
    expect(wrong.code).toBe('payment_method_microdeposit_verification_amounts_mismatch');
    expect((await verify(intent.id, 45, 32)).status).toBe('processing');
    const paid = await rig.stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 5999 });
    const details = (paid.latest_charge as Stripe.Charge).payment_method_details?.acss_debit;
    expect(details).toMatchObject({ institution_number: '000', transit_number: '11000', last4: '6789' });
    expect(await rig.stripe.mandates.retrieve(details?.mandate ?? '')).toMatchObject({
      status: 'active',
      type: 'single_use',
      single_use: { amount: 5999, currency: 'cad' },
      payment_method: paid.payment_method,
      payment_method_details: { acss_debit: { payment_schedule: 'sporadic', transaction_type: 'business' } },
    });
    expect(await namesOf(intent.id)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'payment_intent.processing',
      'payment_intent.succeeded',
    ]);
  });

  test('comes back from an account that has no money', async () => {
    const { id } = await debit('000222222227');
    expect((await verify(id, 32, 45)).status).toBe('processing');
    expect(await now(id)).toMatchObject({ status: 'requires_payment_method', amount_received: 0 });
  });

  test('takes three minutes for some accounts', async () => {
    const { id } = await debit('900123456789');
    await verify(id, 32, 45);
    rig.emulator.clock.advance(179_000);
    expect((await now(id)).status).toBe('processing');
    rig.emulator.clock.advance(2_000);
    await expect.poll(async () => (await now(id)).status).toBe('succeeded');
  });

  test('is over after too many tries, after ten days, and for an account that gets no deposits', async () => {
    const often = await debit('000123456789');
    expect(await verify(often.id, 10, 11)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_method_microdeposit_verification_attempts_exceeded' },
    });
    const late = await debit('000123456789');
    rig.emulator.clock.advance(10 * 86_400_000 + 1_000);
    await expect
      .poll(async () => (await now(late.id)).last_payment_error?.code)
      .toBe('payment_method_microdeposit_verification_timeout');
    expect((await refusal(debit('000666666661'))).code).toBe('payment_method_microdeposit_failed');
  });

  test('that was set up pays off session without a step', async () => {
    const { id: customer } = await rig.stripe.customers.create({ name: 'Ada' });
    const setup = await rig.stripe.setupIntents.create({
      customer,
      allowed_payment_method_types: ['acss_debit'],
      payment_method_data: {
        type: 'acss_debit',
        acss_debit: { account_number: '000123456789', institution_number: '000', transit_number: '11000' },
        billing_details: { name: 'Ada', email: 'ada@example.com' },
      },
      confirm: true,
    });
    const done = await rig.stripe.setupIntents.verifyMicrodeposits(setup.id, { amounts: [32, 45] });
    expect(done).toMatchObject({ status: 'succeeded', mandate: expect.stringMatching(/^mandate_/) });
    const later = await rig.stripe.paymentIntents.create({
      ...{ amount: 700, currency: 'cad', customer, payment_method: done.payment_method as string, confirm: true },
      ...{ off_session: true, allowed_payment_method_types: ['acss_debit'] },
    });
    expect(later.status).toBe('processing');
    const charge = await rig.stripe.charges.retrieve((await now(later.id)).latest_charge as string);
    expect(charge.payment_method_details?.acss_debit?.mandate).toBe(done.mandate);
  });
});

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let price: string;
let extra: string;
let monthly: string;
beforeAll(async () => {
  rig = await startRig();
  const priced = async (name: string, unit_amount: number, more = {}): Promise<string> =>
    (await rig.stripe.prices.create({ currency: 'usd', unit_amount, product_data: { name }, ...more })).id;
  price = await priced('Book', 2000);
  extra = await priced('Gift wrap', 250);
  monthly = await priced('Pro', 1000, { recurring: { interval: 'month' } });
});
afterAll(() => rig.stop());

type Sent = Partial<Stripe.Checkout.SessionCreateParams>;
const session = (sent: Sent): Promise<Stripe.Checkout.Session> =>
  rig.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price, quantity: 1 }],
    success_url: 'https://app.example/done',
    ...sent,
  });
const CARD = { number: '4242424242424242', expiry: '12/40', cvc: '123', email: 'ada@example.com', name: 'Ada' };
const post = async (url: string | null, form: Record<string, string>): Promise<number> =>
  (await fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ ...CARD, ...form }), redirect: 'manual' }))
    .status;
const shown = async (url: string | null): Promise<string> => (await fetch(url ?? '')).text();
const done = (id: string, expand: string[] = []): Promise<Stripe.Checkout.Session> =>
  rig.stripe.checkout.sessions.retrieve(id, { expand });

describe('a checkout asks for', () => {
  test('consent: the terms must be accepted, promotions are a choice', async () => {
    const { id, url, ...made } = await session({
      consent_collection: { terms_of_service: 'required', promotions: 'auto' },
      custom_text: { terms_of_service_acceptance: { message: 'Our <terms>' }, submit: { message: 'Paid at once' } },
    });
    expect(made).toMatchObject({
      consent: null,
      consent_collection: { payment_method_reuse_agreement: null, promotions: 'auto', terms_of_service: 'required' },
      custom_text: { after_submit: null, submit: { message: 'Paid at once' } },
    });
    for (const part of ['Our &#60;terms&#62;', 'Paid at once']) expect(await shown(url)).toContain(part);
    expect(await post(url, {})).toBe(402);
    expect(await post(url, { 'consent.terms_of_service': 'accepted', 'consent.promotions': 'opt_in' })).toBe(303);
    expect((await done(id)).consent).toEqual({ promotions: 'opt_in', terms_of_service: 'accepted' });
  });

  test('a tax id, which the customer has from then on', async () => {
    const { id, url, ...made } = await session({
      customer_creation: 'always',
      tax_id_collection: { enabled: true, required: 'if_supported' },
    });
    expect(made.tax_id_collection).toEqual({ enabled: true, required: 'if_supported' });
    const answers = { business_name: 'Ada Ltd', 'tax_id.type': 'eu_vat', 'tax_id.value': 'DE123456789' };
    expect(await post(url, {})).toBe(402);
    expect(await post(url, { ...answers, business_name: '' })).toBe(402);
    expect(await post(url, answers)).toBe(303);
    const { customer, customer_details: details } = await done(id);
    expect(details).toMatchObject({
      business_name: 'Ada Ltd',
      tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
    });
    const { data } = await rig.stripe.customers.listTaxIds(customer as string);
    expect(data.map(({ type, value }) => [type, value])).toEqual([['eu_vat', 'DE123456789']]);
  });

  test('names, and stores them on an existing customer if the session may change it', async () => {
    const { id: customer } = await rig.stripe.customers.create({ name: 'Before' });
    const { id, url, ...made } = await session({
      customer,
      customer_update: { name: 'auto', shipping: 'auto' },
      name_collection: { business: { enabled: true }, individual: { enabled: true, optional: true } },
      shipping_address_collection: { allowed_countries: ['DE'] },
    });
    expect(made.name_collection).toEqual({
      business: { enabled: true, optional: false },
      individual: { enabled: true, optional: true },
    });
    const address = { 'shipping.name': 'Ada', 'shipping.line1': 'Way 1', 'shipping.country': 'DE' };
    expect(await post(url, address)).toBe(402);
    expect(await post(url, { ...address, business_name: 'Ada Ltd' })).toBe(303);
    expect(await done(id)).toMatchObject({
      collected_information: { business_name: 'Ada Ltd', individual_name: null },
      customer_details: { business_name: 'Ada Ltd' },
    });
    expect(await rig.stripe.customers.retrieve(customer)).toMatchObject({
      name: 'Ada',
      business_name: 'Ada Ltd',
      shipping: { name: 'Ada', address: { country: 'DE' } },
    });
  });

  test.each<[string, Sent, string]>([
    ['a tax id of a customer it may not rename', { tax_id_collection: { enabled: true } }, 'tax_id_collection'],
    ['consent to an unknown word', { consent_collection: { promotions: 'always' } }, 'consent_collection[promotions]'],
    [
      'a message that is too long',
      { custom_text: { submit: { message: 'x'.repeat(1201) } } },
      'custom_text[submit][message]',
    ],
    [
      'an invoice for a subscription',
      { mode: 'subscription', invoice_creation: { enabled: true } },
      'invoice_creation',
    ],
    [
      'an optional price that is none',
      { optional_items: [{ price: 'price_x', quantity: 1 }] },
      'optional_items[0][price]',
    ],
  ])('nothing that does not fit: %s', async (_what, sent, param) => {
    const { id } = await rig.stripe.customers.create();
    const line_items = [{ price: sent.mode === 'subscription' ? monthly : price, quantity: 1 }];
    expect(await refusal(session({ customer: id, line_items, ...sent }))).toMatchObject({ statusCode: 400, param });
  });
});

describe('a checkout charges', () => {
  test('for optional items, and less with a promotion code, even after a declined card', async () => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 10 });
    await rig.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING' });
    const { id, url, ...made } = await session({
      allow_promotion_codes: true,
      optional_items: [{ price: extra, quantity: 2, adjustable_quantity: { enabled: true, maximum: 3 } }],
    });
    expect(made).toMatchObject({
      amount_total: 2000,
      optional_items: [{ price: extra, quantity: 2, adjustable_quantity: { maximum: 3, minimum: null } }],
    });
    expect(await shown(url)).toContain('Gift wrap, $5.00');
    const chosen = { [`optional.${extra}`]: '2', promotion_code: 'spring' };
    expect(await post(url, { ...chosen, promotion_code: 'WINTER' })).toBe(402);
    expect(await post(url, { ...chosen, [`optional.${extra}`]: '4' })).toBe(402);
    expect(await post(url, { ...chosen, number: '4000000000000341' })).toBe(402);
    expect(await post(url, chosen)).toBe(303);
    expect(await done(id, ['line_items', 'payment_intent'])).toMatchObject({
      amount_subtotal: 2500,
      amount_total: 2250,
      total_details: { amount_discount: 250 },
      line_items: { data: [{ quantity: 1 }, { quantity: 2, price: { id: extra } }] },
      payment_intent: { amount: 2250 },
    });
    expect((await rig.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  });

  test('with an invoice if the session creates one, paid by the same payment', async () => {
    const rate = await rig.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const coupon = await rig.stripe.coupons.create({ amount_off: 500, currency: 'usd' });
    const { id, url, ...made } = await session({
      line_items: [{ price, quantity: 2, tax_rates: [rate.id] }],
      discounts: [{ coupon: coupon.id }],
      invoice_creation: { enabled: true, invoice_data: { description: 'Books', metadata: { order: '7' } } },
      shipping_options: [
        { shipping_rate_data: { display_name: 'Post', fixed_amount: { amount: 300, currency: 'usd' } } },
      ],
    });
    expect(made.invoice_creation).toMatchObject({
      enabled: true,
      invoice_data: { description: 'Books', footer: null },
    });
    expect(await post(url, {})).toBe(303);
    const { amount_total: paid, payment_intent, ...complete } = await done(id, ['invoice.payments']);
    const invoice = complete.invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      status: 'paid',
      amount_paid: 4500,
      amount_shipping: 300,
      billing_reason: 'manual',
      description: 'Books',
      metadata: { order: '7' },
      number: expect.any(String) as string,
      payments: { data: [{ status: 'paid', payment: { payment_intent } }] },
      total_discount_amounts: [{ amount: 500 }],
      total_taxes: [{ amount: 700 }],
      lines: { data: [{ amount: 4000, quantity: 2 }] },
    });
    expect(paid).toBe(4500);
    expect((await eventsOf(rig.stripe, invoice.id)).map(({ type }) => type)).toEqual([
      'invoice.created',
      'invoice.updated',
      'invoice.finalized',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]);
  });
});

describe('a payment link', () => {
  test('passes its questions to its sessions, and closes after its limit of sessions', async () => {
    const rate = await rig.stripe.shippingRates.create({
      display_name: 'Post',
      type: 'fixed_amount',
      fixed_amount: { amount: 300, currency: 'usd' },
    });
    const link = await rig.stripe.paymentLinks.create({
      line_items: [{ price, quantity: 1 }],
      consent_collection: { terms_of_service: 'required' },
      custom_fields: [{ key: 'note', label: { type: 'custom', custom: 'Note' }, type: 'text', optional: true }],
      invoice_creation: { enabled: true },
      optional_items: [{ price: extra, quantity: 1 }],
      payment_intent_data: { description: 'By link' },
      restrictions: { completed_sessions: { limit: 1 } },
      shipping_address_collection: { allowed_countries: ['DE'] },
      shipping_options: [{ shipping_rate: rate.id }],
      tax_id_collection: { enabled: true },
    });
    expect(link).toMatchObject({
      automatic_tax: { enabled: false, liability: null },
      consent_collection: { promotions: null, terms_of_service: 'required' },
      custom_fields: [{ key: 'note', type: 'text', text: { maximum_length: null } }],
      invoice_creation: { enabled: true, invoice_data: { metadata: {} } },
      optional_items: [{ price: extra, quantity: 1, adjustable_quantity: null }],
      payment_intent_data: { description: 'By link', setup_future_usage: null },
      restrictions: { completed_sessions: { count: 0, limit: 1 } },
      shipping_options: [{ shipping_amount: 300, shipping_rate: rate.id }],
      tax_id_collection: { enabled: true, required: 'never' },
    });
    expect(link.custom_fields[0]?.text).not.toHaveProperty('value');
    const url = (await fetch(link.url, { redirect: 'manual' })).headers.get('location');
    const answers = { 'consent.terms_of_service': 'accepted', 'custom.note': 'Hello', 'shipping.name': 'Ada' };
    expect(await post(url, { ...answers, 'shipping.country': 'DE', [`optional.${extra}`]: '1' })).toBe(303);
    const { data } = await rig.stripe.checkout.sessions.list({
      payment_link: link.id,
      expand: ['data.payment_intent'],
    });
    expect(data).toMatchObject([
      {
        amount_total: 2550,
        consent: { terms_of_service: 'accepted' },
        custom_fields: [{ key: 'note', text: { value: 'Hello' } }],
        invoice: expect.stringMatching(/^in_/) as string,
        payment_intent: { description: 'By link', amount: 2550 },
        shipping_cost: { amount_total: 300 },
      },
    ]);
    expect(await rig.stripe.paymentLinks.retrieve(link.id)).toMatchObject({
      active: false,
      restrictions: { completed_sessions: { count: 1 } },
    });
    expect((await fetch(link.url, { redirect: 'manual' })).status).toBe(404);
  });

  test('stops asking when its questions are removed', async () => {
    const { id } = await rig.stripe.paymentLinks.create({
      line_items: [{ price, quantity: 1 }],
      custom_fields: [{ key: 'note', label: { type: 'custom', custom: 'Note' }, type: 'text' }],
      shipping_address_collection: { allowed_countries: ['DE'] },
    });
    expect(
      await rig.stripe.paymentLinks.update(id, { custom_fields: '', shipping_address_collection: '' }),
    ).toMatchObject({ custom_fields: [], shipping_address_collection: null });
  });
});

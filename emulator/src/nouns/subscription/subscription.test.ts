import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let price: string;
beforeEach(async () => {
  rig = await startRig();
  const product = await rig.stripe.products.create({
    name: 'Pro',
    default_price_data: { currency: 'usd', unit_amount: 1500, recurring: { interval: 'month' } },
  });
  price = product.default_price as string;
});
afterEach(async () => rig.stop());

const customer = async (card?: string): Promise<string> =>
  (
    await rig.stripe.customers.create(
      card === undefined ? {} : { payment_method: card, invoice_settings: { default_payment_method: card } },
    )
  ).id;
const elements: Pick<Stripe.SubscriptionCreateParams, 'payment_behavior' | 'expand'> = {
  payment_behavior: 'default_incomplete',
  expand: ['latest_invoice.confirmation_secret', 'pending_setup_intent'],
};
const names = (events: Stripe.Event[]): string[] => events.map(({ type }) => type);
const allNames = async (): Promise<string[]> => names((await rig.stripe.events.list({ limit: 100 })).data);
const secretOf = (subscription: Stripe.Subscription): { id: string; secret: string } => {
  const secret = (subscription.latest_invoice as Stripe.Invoice).confirmation_secret?.client_secret ?? '';
  return { id: secret.split('_secret_')[0] ?? '', secret };
};
/** As the page does it: with the publishable key. */
const pay = (id: string, secret: string, card: string, kind = 'payment_intents') =>
  rig.call(
    'POST',
    `/v1/${kind}/${id}/confirm`,
    `client_secret=${secret}&payment_method_data[type]=card&payment_method_data[card][number]=${card}&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2040&payment_method_data[card][cvc]=123`,
    {
      authorization: `Bearer ${rig.emulator.publishableKey}`,
    },
  );
const challenge = (id: string, secret: string, outcome: string) =>
  rig.call('POST', `/_emulator/three_d_secure/${id}`, JSON.stringify({ client_secret: secret, outcome }), {
    'content-type': 'application/json',
  });

describe('a subscription paid at once', () => {
  test('is active, with a paid invoice and the whole family of events', async () => {
    const subscription = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price, quantity: 2 }],
      expand: ['latest_invoice.payments'],
    });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(subscription).toMatchObject({ status: 'active', currency: 'usd', billing_mode: { type: 'flexible' } });
    expect(subscription.items.data[0]).toMatchObject({ quantity: 2, price: { id: price }, plan: { id: price } });
    expect(invoice).toMatchObject({
      status: 'paid',
      total: 3000,
      amount_paid: 3000,
      billing_reason: 'subscription_create',
      number: expect.stringMatching(/-0001$/) as string,
      parent: { subscription_details: { subscription: subscription.id } },
      payments: { data: [{ status: 'paid', payment: { type: 'payment_intent' } }] },
    });
    expect((await allNames()).slice(0, -4)).toEqual(
      expect.arrayContaining([
        'customer.subscription.created',
        'invoice.created',
        'invoice.finalized',
        'invoice.paid',
        'invoice.payment_succeeded',
        'invoice_payment.paid',
        'payment_intent.created',
        'payment_intent.succeeded',
        'charge.succeeded',
        'customer.updated',
      ]),
    );
    expect(names(await eventsOf(rig.stripe, subscription.id))).toEqual(['customer.subscription.created']);
  });

  test('needs a payment method, and leaves nothing behind without one', async () => {
    const error = await refusal(rig.stripe.subscriptions.create({ customer: await customer(), items: [{ price }] }));
    expect(error.message).toContain('This customer has no attached payment source');
    expect((await rig.stripe.subscriptions.list({ status: 'all' })).data).toEqual([]);
    expect((await rig.stripe.invoices.list()).data).toEqual([]);
    expect(await allNames()).not.toContain('invoice.created');
  });

  test('with a card that fails is incomplete, or an error that leaves nothing if the request says so', async () => {
    const id = await customer('pm_card_chargeCustomerFail');
    const subscription = await rig.stripe.subscriptions.create({ customer: id, items: [{ price }] });
    expect(subscription.status).toBe('incomplete');
    expect(await allNames()).toEqual(
      expect.arrayContaining(['invoice.payment_failed', 'payment_intent.payment_failed', 'charge.failed']),
    );
    const error = await refusal(
      rig.stripe.subscriptions.create({ customer: id, items: [{ price }], payment_behavior: 'error_if_incomplete' }),
    );
    expect([error.statusCode, error.code]).toEqual([402, 'card_declined']);
    expect((await rig.stripe.subscriptions.list({ status: 'all' })).data).toHaveLength(1);
  });
});

describe('the Elements flow', () => {
  test('an accepted card makes the subscription active', async () => {
    const created = await rig.stripe.subscriptions.create({
      customer: await customer(),
      items: [{ price }],
      ...elements,
    });
    const { id, secret } = secretOf(created);
    expect(created.status).toBe('incomplete');
    const { status, body } = await pay(id, secret, '4242424242424242');
    expect([status, body.status, body.customer]).toEqual([200, 'succeeded', undefined]);
    const [, updated] = await eventsOf(rig.stripe, created.id);
    expect(updated).toMatchObject({ type: 'customer.subscription.updated', data: { object: { status: 'active' } } });
    expect(updated?.data.previous_attributes).toEqual({ status: 'incomplete' });
    expect(await allNames()).toContain('payment_method.attached');
  });

  test.each([
    ['4000000000000002', 'generic_decline'],
    ['4000000000009995', 'insufficient_funds'],
  ])('card %s is declined with %s, and another card still pays', async (card, decline) => {
    const created = await rig.stripe.subscriptions.create({
      customer: await customer(),
      items: [{ price }],
      ...elements,
    });
    const { id, secret } = secretOf(created);
    const refused = await pay(id, secret, card);
    expect(refused.status).toBe(402);
    expect(refused.body.error).toMatchObject({
      type: 'card_error',
      code: 'card_declined',
      decline_code: decline,
      payment_intent: { id, status: 'requires_payment_method' },
    });
    expect(await rig.stripe.paymentIntents.retrieve(id)).toMatchObject({
      last_payment_error: { decline_code: decline },
    });
    expect((await rig.stripe.subscriptions.retrieve(created.id)).status).toBe('incomplete');
    await pay(id, secret, '4242424242424242');
    expect((await rig.stripe.subscriptions.retrieve(created.id)).status).toBe('active');
  });

  test.each(['4000002500003155', '4000000000003220'])(
    'card %s asks for 3-D Secure; the answer decides',
    async (card) => {
      const created = await rig.stripe.subscriptions.create({
        customer: await customer(),
        items: [{ price }],
        ...elements,
      });
      const { id, secret } = secretOf(created);
      expect((await pay(id, secret, card)).body).toMatchObject({
        status: 'requires_action',
        next_action: { type: 'use_stripe_sdk' },
      });
      expect((await challenge(id, 'wrong', 'complete')).status).toBe(404);
      expect((await challenge(id, secret, 'fail')).body).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'payment_intent_authentication_failure' },
      });
      await pay(id, secret, card);
      expect((await challenge(id, secret, 'complete')).body).toMatchObject({ id, status: 'succeeded' });
      expect((await rig.stripe.subscriptions.retrieve(created.id)).status).toBe('active');
    },
  );

  test('a trial asks for the card with a setup intent, whose challenge is answered the same way', async () => {
    const created = await rig.stripe.subscriptions.create({
      customer: await customer(),
      items: [{ price }],
      trial_period_days: 14,
      ...elements,
    });
    const setup = created.pending_setup_intent as Stripe.SetupIntent;
    expect(created).toMatchObject({
      status: 'trialing',
      trial_end: created.created + 14 * 86_400,
      latest_invoice: { total: 0, status: 'paid', confirmation_secret: null },
    });
    expect(created.items.data[0]?.current_period_end).toBe(created.trial_end);
    const secret = setup.client_secret ?? '';
    expect((await pay(setup.id, secret, '4000002500003155', 'setup_intents')).body.status).toBe('requires_action');
    expect((await challenge(setup.id, secret, 'complete')).body.status).toBe('succeeded');
    const ready = await rig.stripe.subscriptions.retrieve(created.id, { expand: ['default_payment_method'] });
    expect(ready).toMatchObject({ pending_setup_intent: null, default_payment_method: { card: { last4: '3155' } } });
  });

  test('the trial of a price’s plan counts if the request says so', async () => {
    await rig.stripe.plans.update(price, { trial_period_days: 7 });
    const id = await customer('pm_card_visa');
    expect(
      (await rig.stripe.subscriptions.create({ customer: id, items: [{ price }], trial_from_plan: true })).status,
    ).toBe('trialing');
    expect((await rig.stripe.subscriptions.create({ customer: id, items: [{ price }] })).status).toBe('active');
  });

  test('a page sees an intent only with its secret, and nothing but what it needs', async () => {
    const created = await rig.stripe.subscriptions.create({
      customer: await customer(),
      items: [{ price }],
      ...elements,
    });
    const { id, secret } = secretOf(created);
    const headers = { authorization: `Bearer ${rig.emulator.publishableKey}` };
    expect((await rig.call('GET', `/v1/payment_intents/${id}`, undefined, headers)).status).toBe(400);
    expect((await rig.call('GET', `/v1/payment_intents/${id}?client_secret=x`, undefined, headers)).status).toBe(400);
    const { body } = await rig.call('GET', `/v1/payment_intents/${id}?client_secret=${secret}`, undefined, headers);
    expect(body).toMatchObject({ id, amount: 1500, status: 'requires_payment_method' });
    expect(Object.keys(body)).not.toContain('customer');
  });
});

describe('a subscription’s life', () => {
  test('a cancellation at the period’s end shows in cancel_at, and can be undone', async () => {
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price }],
    });
    const ending = await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: items.data[0]?.current_period_end,
    });
    const staying = await rig.stripe.subscriptions.update(id, { cancel_at_period_end: false });
    expect(staying).toMatchObject({ cancel_at_period_end: false, cancel_at: null, canceled_at: null });
  });

  test('canceled, it sends customer.subscription.deleted, leaves the default list, and can still be read', async () => {
    const { id } = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price }],
    });
    const ended = await rig.stripe.subscriptions.cancel(id);
    expect(ended).toMatchObject({
      status: 'canceled',
      canceled_at: expect.any(Number) as number,
      ended_at: expect.any(Number) as number,
    });
    const last = (await eventsOf(rig.stripe, id)).at(-1);
    expect(last).toMatchObject({ type: 'customer.subscription.deleted', data: { object: { id, status: 'canceled' } } });
    expect(last?.data.previous_attributes).toBeUndefined();
    expect((await rig.stripe.subscriptions.list()).data).toEqual([]);
    expect((await rig.stripe.subscriptions.list({ status: 'all' })).data.map((row) => row.id)).toEqual([id]);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('canceled');
    expect((await refusal(rig.stripe.subscriptions.cancel(id))).code).toBe('resource_missing');
  });

  test('an incomplete one that is canceled voids its invoice', async () => {
    const created = await rig.stripe.subscriptions.create({
      customer: await customer(),
      items: [{ price }],
      ...elements,
    });
    await rig.stripe.subscriptions.cancel(created.id);
    expect((await rig.stripe.invoices.retrieve((created.latest_invoice as Stripe.Invoice).id ?? '')).status).toBe(
      'void',
    );
    expect((await rig.stripe.paymentIntents.retrieve(secretOf(created).id)).status).toBe('canceled');
  });

  test('items change, come and go in one update with one event', async () => {
    const other = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 500,
      recurring: { interval: 'month' },
      product_data: { name: 'Extra' },
    });
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price }],
    });
    const item = items.data[0]?.id ?? '';
    await rig.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 3 }, { price: other.id }] });
    const updates = (await eventsOf(rig.stripe, id)).filter(({ type }) => type === 'customer.subscription.updated');
    expect(updates).toHaveLength(1);
    expect(updates[0]?.data.previous_attributes).toMatchObject({ items: { data: [{ id: item, quantity: 1 }] } });
    const after = await rig.stripe.subscriptions.update(id, { items: [{ id: item, deleted: true }] });
    expect(after.items.data.map((row) => row.price.id)).toEqual([other.id]);
    expect((await refusal(rig.stripe.subscriptionItems.del(after.items.data[0]?.id ?? ''))).statusCode).toBe(400);
  });

  test('an item is added, changed and removed at its own address too', async () => {
    const { subscriptionItems: items, subscriptions } = rig.stripe;
    const extra = await rig.stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 500, recurring: { interval: 'month' }, product_data: { name: 'Extra' } },
    });
    const { id } = await subscriptions.create({ customer: await customer('pm_card_visa'), items: [{ price }] });
    const added = await items.create({ subscription: id, price: extra.id, quantity: 2 });
    expect(await items.update(added.id, { quantity: 4, metadata: { k: 'v' } })).toMatchObject({
      ...{ id: added.id, quantity: 4, metadata: { k: 'v' }, subscription: id },
    });
    expect((await items.list({ subscription: id })).data.map((item) => item.quantity)).toEqual([1, 4]);
    expect(await items.del(added.id)).toMatchObject({ id: added.id, deleted: true });
    expect((await subscriptions.retrieve(id)).items.data.map((item) => item.price.id)).toEqual([price]);
  });

  test.each([
    ['one that does not recur', { unit_amount: 500 }, 'type=recurring'],
    [
      'one that was put away',
      { unit_amount: 500, recurring: { interval: 'month' as const }, active: false },
      'inactive',
    ],
  ])('a price that does not fit is refused: %s', async (_what, sent, message) => {
    const other = await rig.stripe.prices.create({ currency: 'usd', product_data: { name: 'Other' }, ...sent });
    const made = rig.stripe.subscriptions.create({
      ...{ customer: await customer('pm_card_visa'), items: [{ price: other.id }] },
    });
    expect(await refusal(made)).toMatchObject({
      ...{ statusCode: 400, param: 'items[0][price]', message: expect.stringContaining(message) as string },
    });
  });

  test('a price in another currency is refused', async () => {
    const euro = await rig.stripe.prices.create({
      currency: 'eur',
      unit_amount: 500,
      recurring: { interval: 'month' },
      product_data: { name: 'Euro' },
    });
    const id = await customer('pm_card_visa');
    await rig.stripe.subscriptions.create({ customer: id, items: [{ price }] });
    expect(
      (await refusal(rig.stripe.subscriptions.create({ customer: id, items: [{ price: euro.id }] }))).message,
    ).toContain('currencies');
  });

  test('with 20 items it shows ten, and the rest by cursor without a gap', async () => {
    const prices: string[] = [];
    for (let at = 0; at < 20; at += 1) {
      prices.push(
        (
          await rig.stripe.prices.create({
            currency: 'usd',
            unit_amount: at,
            recurring: { interval: 'month' },
            product_data: { name: `p${at}` },
          })
        ).id,
      );
    }
    const created = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: prices.map((one) => ({ price: one })),
      expand: ['latest_invoice'],
    });
    expect([created.items.data.length, created.items.has_more]).toEqual([10, true]);
    const lines = (created.latest_invoice as Stripe.Invoice).lines;
    expect([lines.data.length, lines.has_more]).toEqual([10, true]);
    const [event] = await eventsOf(rig.stripe, created.id);
    expect((event?.data.object as Stripe.Subscription).items).toMatchObject({ has_more: true });
    const items = [...created.items.data];
    for await (const item of rig.stripe.subscriptionItems.list({
      subscription: created.id,
      starting_after: items.at(-1)?.id ?? '',
      limit: 7,
    }))
      items.push(item);
    expect(items.map((item) => item.price.id)).toEqual(prices);
    const all: string[] = [];
    for await (const line of rig.stripe.invoices.listLineItems((created.latest_invoice as Stripe.Invoice).id ?? ''))
      all.push(line.id);
    expect(new Set(all).size).toBe(20);
  });

  test('with collection_method send_invoice is active at once, and has an open invoice', async () => {
    const made = await rig.stripe.subscriptions.create({
      ...{ customer: await customer(), items: [{ price }], collection_method: 'send_invoice', days_until_due: 5 },
      expand: ['latest_invoice'],
    });
    const invoice = made.latest_invoice as Stripe.Invoice;
    expect([made.status, invoice.status, (invoice.due_date ?? 0) - invoice.created]).toEqual([
      'active',
      'open',
      432_000,
    ]);
    const sent = await rig.stripe.invoices.sendInvoice(invoice.id);
    expect(names(await eventsOf(rig.stripe, sent.id))).toContain('invoice.sent');
  });

  test('what it would cost, and what comes next, is previewed without leaving anything', async () => {
    const id = await customer('pm_card_visa');
    const { invoices, subscriptions } = rig.stripe;
    const items = [{ price, quantity: 2 }];
    const first = await invoices.createPreview({ customer: id, subscription_details: { items } });
    expect(first).toMatchObject({ object: 'invoice', status: 'draft', total: 3000, number: null });
    expect((await subscriptions.list({ customer: id, status: 'all' })).data).toEqual([]);
    const made = await subscriptions.create({ customer: id, items });
    const next = await invoices.createPreview({ subscription: made.id });
    expect(next).toMatchObject({ total: 3000, created: made.items.data[0]?.current_period_end });
    expect((await invoices.list({ customer: id })).data).toHaveLength(1);
  });

  test('pausing collection and resuming it', async () => {
    const { id } = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price }],
    });
    expect(
      (await rig.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } })).pause_collection,
    ).toEqual({ behavior: 'void', resumes_at: null });
    expect((await rig.stripe.subscriptions.update(id, { pause_collection: '' })).pause_collection).toBeNull();
  });

  test('a trial that is ended now is paid now', async () => {
    const { id } = await rig.stripe.subscriptions.create({
      customer: await customer('pm_card_visa'),
      items: [{ price }],
      trial_period_days: 30,
    });
    const active = await rig.stripe.subscriptions.update(id, { trial_end: 'now', expand: ['latest_invoice'] });
    expect(active).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', total: 1500 } });
  });
});

describe('payments', () => {
  test('a server-side challenge sends the customer to an address', async () => {
    const intent = await rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_threeDSecure2Required',
      confirm: true,
      return_url: 'https://example.com/back',
    });
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: 'https://example.com/back' } },
    });
  });

  test('an authorization is captured once, completely or in part', async () => {
    const authorized = await rig.stripe.paymentIntents.create({
      ...{ amount: 1000, currency: 'usd', capture_method: 'manual' },
      ...{ payment_method: 'pm_card_visa', confirm: true },
    });
    const { id, latest_charge: charge } = authorized;
    expect(authorized).toMatchObject({ status: 'requires_capture', amount_capturable: 1000, amount_received: 0 });
    const more = rig.stripe.paymentIntents.capture(id, { amount_to_capture: 1001 });
    expect(await refusal(more)).toMatchObject({ code: 'amount_too_large', param: 'amount_to_capture' });
    const captured = await rig.stripe.paymentIntents.capture(id, { amount_to_capture: 700 });
    expect(captured).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 700 });
    // The rest is refunded, though it was never anybody's money here.
    expect(await rig.stripe.charges.retrieve(charge as string)).toMatchObject({
      ...{ captured: true, amount_captured: 700, amount_refunded: 300, refunded: false },
    });
    expect((await rig.stripe.refunds.list({ charge: charge as string })).data).toMatchObject([
      { amount: 300, balance_transaction: null, status: 'succeeded' },
    ]);
    expect((await refusal(rig.stripe.refunds.create({ payment_intent: id, amount: 701 }))).param).toBe('amount');
    await rig.stripe.refunds.create({ payment_intent: id });
    expect(await rig.stripe.charges.retrieve(charge as string)).toMatchObject({
      amount_refunded: 1000,
      refunded: true,
    });
    expect((await refusal(rig.stripe.paymentIntents.capture(id))).code).toBe('payment_intent_unexpected_state');
    expect(names(await eventsOf(rig.stripe, id))).toEqual([
      'payment_intent.created',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
    ]);
  });

  // "For PaymentIntents with a status of requires_capture, the remaining amount_capturable is automatically refunded."
  test('a canceled authorization is released', async () => {
    const { id, latest_charge: charge } = await rig.stripe.paymentIntents.create({
      ...{ amount: 1000, currency: 'usd', capture_method: 'manual' },
      ...{ payment_method: 'pm_card_visa', confirm: true },
    });
    const canceled = await rig.stripe.paymentIntents.cancel(id, { cancellation_reason: 'requested_by_customer' });
    expect(canceled).toMatchObject({ status: 'canceled', amount_capturable: 0, amount_received: 0 });
    expect(await rig.stripe.charges.retrieve(charge as string)).toMatchObject({
      ...{ captured: false, amount_refunded: 1000, refunded: true, balance_transaction: null },
    });
    expect(names(await eventsOf(rig.stripe, charge as string))).toEqual(['charge.succeeded', 'charge.refunded']);
    expect((await refusal(rig.stripe.paymentIntents.cancel(id))).code).toBe('payment_intent_unexpected_state');
  });

  test('a payment cannot be confirmed twice', async () => {
    const { id } = await rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect((await refusal(rig.stripe.paymentIntents.confirm(id))).code).toBe('payment_intent_unexpected_state');
  });

  test('a card without a customer can be used only once', async () => {
    const method = await rig.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const payment = { amount: 1000, currency: 'usd', payment_method: method.id, confirm: true };
    await rig.stripe.paymentIntents.create(payment);
    expect((await refusal(rig.stripe.paymentIntents.create(payment))).statusCode).toBe(400);
  });

  test('a payment is refunded only once', async () => {
    const intent = await rig.stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    await rig.stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
    await rig.stripe.refunds.create({ payment_intent: intent.id });
    expect(await rig.stripe.charges.retrieve(intent.latest_charge as string)).toMatchObject({
      amount_refunded: 1000,
      refunded: true,
    });
    expect((await refusal(rig.stripe.refunds.create({ payment_intent: intent.id }))).code).toBe(
      'charge_already_refunded',
    );
  });

  test('an invoice of items is finalized and paid', async () => {
    const id = await customer('pm_card_visa');
    await rig.stripe.invoiceItems.create({ customer: id, amount: 2000, currency: 'usd' });
    const draft = await rig.stripe.invoices.create({ customer: id, pending_invoice_items_behavior: 'include' });
    expect(draft).toMatchObject({ status: 'draft', total: 2000, number: null });
    expect(await rig.stripe.invoices.finalizeInvoice(draft.id ?? '')).toMatchObject({
      status: 'open',
      amount_remaining: 2000,
    });
    expect(await rig.stripe.invoices.pay(draft.id ?? '')).toMatchObject({ status: 'paid', amount_remaining: 0 });
    expect((await refusal(rig.stripe.invoices.pay(draft.id ?? ''))).code).toBe('invoice_already_paid');
  });

  test('an invoice that nobody expected to be paid is paid or voided all the same', async () => {
    const id = await customer('pm_card_visa');
    const uncollectible = async (): Promise<string> => {
      const made = await rig.stripe.invoices.create({ customer: id });
      await rig.stripe.invoiceItems.create({ customer: id, invoice: made.id, amount: 2000, currency: 'usd' });
      await rig.stripe.invoices.finalizeInvoice(made.id);
      expect((await rig.stripe.invoices.markUncollectible(made.id)).status).toBe('uncollectible');
      return made.id;
    };
    const paid = await rig.stripe.invoices.pay(await uncollectible());
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 2000, amount_remaining: 0 });
    expect((await refusal(rig.stripe.invoices.markUncollectible(paid.id))).code).toBe('invoice_not_editable');
    const voided = await rig.stripe.invoices.voidInvoice(await uncollectible());
    expect(voided.status).toBe('void');
    expect((await refusal(rig.stripe.invoices.pay(voided.id))).code).toBe('invoice_not_payable');
  });
});

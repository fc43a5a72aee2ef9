import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** April has thirty days, so that shares of it are round. */
const START = at('2026-04-01');
const DAY = 86_400;

interface Example {
  /** What it shows; where Stripe's documentation works an example, its address is named. */
  says: string;
  /** Days into the thirty. */
  day: number;
  from: { amount: number; quantity?: number };
  to: { amount: number; quantity?: number };
  percentOff?: number;
  credit: number;
  debit: number;
}

const EXAMPLES: readonly Example[] = [
  {
    says: '10.00 to 20.00 halfway: −5.00 and +10.00 (docs.stripe.com/billing/subscriptions/prorations)',
    day: 15,
    from: { amount: 1000 },
    to: { amount: 2000 },
    credit: -500,
    debit: 1000,
  },
  { says: '20.00 to 10.00 halfway', day: 15, from: { amount: 2000 }, to: { amount: 1000 }, credit: -1000, debit: 500 },
  {
    says: 'one seat more after a third: two thirds of each',
    day: 10,
    from: { amount: 900, quantity: 1 },
    to: { amount: 900, quantity: 2 },
    credit: -600,
    debit: 1200,
  },
  {
    says: 'rounds each part by itself: 29 of 30 days of 9.99 and 19.99',
    day: 1,
    from: { amount: 999 },
    to: { amount: 1999 },
    credit: -966,
    debit: 1932,
  },
  {
    says: 'has a percentage discount in both parts (flexible billing)',
    day: 15,
    from: { amount: 1000 },
    to: { amount: 2000 },
    percentOff: 50,
    credit: -250,
    debit: 500,
  },
  {
    says: 'seats given back halfway: five of 9.00 become three',
    day: 15,
    from: { amount: 900, quantity: 5 },
    to: { amount: 900, quantity: 3 },
    credit: -2250,
    debit: 1350,
  },
  {
    says: 'price and seats at once, a third of the period left',
    day: 20,
    from: { amount: 3000, quantity: 1 },
    to: { amount: 1200, quantity: 4 },
    credit: -1000,
    debit: 1600,
  },
  {
    says: 'nothing of a free price comes back',
    day: 15,
    from: { amount: 0 },
    to: { amount: 2000 },
    credit: 0,
    debit: 1000,
  },
];

describe('a change in the middle of a period', () => {
  test.each(EXAMPLES)('$says', async ({ day, from, to, percentOff, credit, debit }) => {
    const { clock, customer } = await shop(rig, START);
    const monthly = (amount: number) =>
      rig.stripe.prices.create({
        currency: 'usd',
        unit_amount: amount,
        recurring: { interval: 'month' },
        product_data: { name: 'Plan' },
      });
    const before = await monthly(from.amount);
    const after = from.amount === to.amount ? before : await monthly(to.amount);
    const off =
      percentOff === undefined
        ? undefined
        : await rig.stripe.coupons.create({ percent_off: percentOff, duration: 'forever' });
    const subscription = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: before.id, quantity: from.quantity ?? 1 }],
      ...(off === undefined ? {} : { discounts: [{ coupon: off.id }] }),
    });
    await advance(rig, clock, START + day * DAY);
    const items = [{ id: subscription.items.data[0]?.id ?? '', price: after.id, quantity: to.quantity ?? 1 }];

    const preview = await rig.stripe.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items, proration_behavior: 'always_invoice' },
    });
    await rig.stripe.subscriptions.update(subscription.id, { items });

    const { data } = await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(data.map(({ amount, proration, period }) => ({ amount, proration, period })).reverse()).toEqual([
      { amount: credit, proration: true, period: { start: START + day * DAY, end: at('2026-05-01') } },
      { amount: debit, proration: true, period: { start: START + day * DAY, end: at('2026-05-01') } },
    ]);
    // Looking beforehand showed the same and left nothing behind.
    expect(preview.lines.data.map(({ amount }) => amount)).toEqual([credit, debit]);
    expect(preview).toMatchObject({ status: 'draft', number: null, total: credit + debit });

    await advance(rig, clock, at('2026-05-01'));
    const renewal = (await invoicesOf(rig, customer)).at(-1);
    const full = to.amount * (to.quantity ?? 1) * (1 - (percentOff ?? 0) / 100);
    expect(renewal?.total).toBe(credit + debit + full);
  });

  test('is billed at once if the request says so', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    await advance(rig, clock, START + 15 * DAY);
    await rig.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', quantity: 3 }],
      proration_behavior: 'always_invoice',
    });
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({
      billing_reason: 'subscription_update',
      status: 'paid',
      total: 1000,
    });
  });

  test('creates nothing if prorations are turned off', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    await advance(rig, clock, START + 15 * DAY);
    await rig.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', quantity: 3 }],
      proration_behavior: 'none',
    });
    expect((await rig.stripe.invoiceItems.list({ customer: customer.id })).data).toEqual([]);
  });

  test('to another interval begins a new period: the rest is credited, the new one billed in full', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const yearly = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 10_000,
      recurring: { interval: 'year' },
      product: price.product as string,
    });
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    await advance(rig, clock, START + 15 * DAY);
    const changed = await rig.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]?.id ?? '', price: yearly.id }],
    });
    expect(changed.items.data[0]?.current_period_end).toBe(at('2027-04-16'));
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ status: 'paid', total: 9500 });
  });

  test('that cannot be paid is refused completely if the request says so', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    const bad = await rig.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await advance(rig, clock, START + 15 * DAY);
    const error = await refusal(
      rig.stripe.subscriptions.update(id, {
        items: [{ id: items.data[0]?.id ?? '', quantity: 3 }],
        proration_behavior: 'always_invoice',
        payment_behavior: 'error_if_incomplete',
      }),
    );
    expect([error.statusCode, error.code]).toEqual([402, 'card_declined']);
    expect((await rig.stripe.subscriptions.retrieve(id)).items.data[0]?.quantity).toBe(1);
  });

  test('a cancellation credits the unused time, if the request says so', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await advance(rig, clock, START + 15 * DAY);
    const canceled = await rig.stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
    const last = (await invoicesOf(rig, customer)).at(-1);
    expect(last).toMatchObject({ total: -500, amount_due: 0, status: 'paid' });
    expect(canceled).toMatchObject({ status: 'canceled', latest_invoice: last?.id });
    const { data } = await rig.stripe.events.list({ type: 'customer.subscription.deleted' });
    expect(data[0]?.data.object).toMatchObject({ id, latest_invoice: last?.id });
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -500 });
  });
});

describe('an end at a date', () => {
  test('before the end of the period credits the rest, until the end date is removed', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const credits = async () => (await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true })).data;
    const ending = await rig.stripe.subscriptions.update(id, { cancel_at: START + 15 * DAY });
    expect(ending).toMatchObject({ status: 'active', cancel_at: START + 15 * DAY, cancel_at_period_end: false });
    expect(await credits()).toMatchObject([
      { amount: -500, proration: true, period: { start: START + 15 * DAY, end: at('2026-05-01') } },
    ]);
    await rig.stripe.subscriptions.update(id, { cancel_at: '' });
    expect(await credits()).toEqual([]);
    await rig.stripe.subscriptions.update(id, { cancel_at: START + 12 * DAY, proration_behavior: 'none' });
    expect(await credits()).toEqual([]);
    await rig.stripe.subscriptions.update(id, { cancel_at: START + 20 * DAY, proration_behavior: 'always_invoice' });
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ total: -333, status: 'paid' });
    await advance(rig, clock, START + 20 * DAY - 1);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
    await advance(rig, clock, START + 20 * DAY);
    expect(await rig.stripe.subscriptions.retrieve(id)).toMatchObject({
      ...{ status: 'canceled', ended_at: START + 20 * DAY, canceled_at: START },
      cancellation_details: { reason: 'cancellation_requested' },
    });
  });

  test('in a later period shortens that period, which then costs its share', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({
      ...{ customer: customer.id, items: [{ price: price.id }], cancel_at: at('2026-06-16') },
    });
    await advance(rig, clock, at('2026-07-02'));
    // June has thirty days as well: fifteen of them are half.
    const bills = (await invoicesOf(rig, customer)).map(({ total, lines }) => [total, lines.data[0]?.period.end]);
    expect(bills).toEqual([
      [1000, at('2026-05-01')],
      [1000, at('2026-06-01')],
      [500, at('2026-06-16')],
    ]);
    expect(await rig.stripe.subscriptions.retrieve(id)).toMatchObject({
      ...{ status: 'canceled', ended_at: at('2026-06-16') },
    });
  });
});

describe('a pause', () => {
  test('credits the rest and makes no invoices until the subscription is resumed, which begins a new period', async () => {
    const { clock, customer, price } = await shop(rig, START);
    const { id } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    await advance(rig, clock, START + 15 * DAY);
    await rig.stripe.subscriptions.pause(id, {});
    await advance(rig, clock, at('2026-06-10'));
    expect(await invoicesOf(rig, customer)).toHaveLength(1);
    const resumed = await rig.stripe.subscriptions.resume(id, { billing_cycle_anchor: { type: 'now' } });
    expect(resumed).toMatchObject({ status: 'active', billing_cycle_anchor: at('2026-06-10') });
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ total: 500, status: 'paid' });
    const names = (await eventsOf(rig.stripe, id)).map(({ type }) => type);
    expect(names).toEqual(expect.arrayContaining(['customer.subscription.paused', 'customer.subscription.resumed']));
  });
});

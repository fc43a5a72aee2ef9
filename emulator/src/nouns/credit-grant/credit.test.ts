import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const START = at('2031-01-01');
let meters = 0;

/** A customer who pays 5 cents for each call, and has made 100 of them. */
async function caller() {
  const { clock, customer } = await shop(rig, START);
  meters += 1;
  const event_name = `calls_${meters}`;
  const meter = await rig.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name,
    default_aggregation: { formula: 'sum' },
  });
  const price = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 5,
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    product_data: { name: 'Calls' },
  });
  await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const report = (value: number) =>
    rig.stripe.billing.meterEvents.create({
      event_name,
      payload: { stripe_customer_id: customer.id, value: String(value) },
      timestamp: START + 60,
    });
  await report(100);
  return { clock, customer, price, meter, report };
}

const grant = (
  customer: string,
  value: number,
  more: Partial<Stripe.Billing.CreditGrantCreateParams> = {},
): Promise<Stripe.Billing.CreditGrant> =>
  rig.stripe.billing.creditGrants.create({
    customer,
    amount: { monetary: { currency: 'usd', value }, type: 'monetary' },
    applicability_config: { scope: { price_type: 'metered' } },
    category: 'paid',
    ...more,
  });

async function balance(customer: string): Promise<(number | undefined)[]> {
  const { balances } = await rig.stripe.billing.creditBalanceSummaries.retrieve({
    customer,
    filter: { type: 'applicability_scope', applicability_scope: { price_type: 'metered' } },
  });
  return [balances[0]?.available_balance.monetary?.value, balances[0]?.ledger_balance.monetary?.value];
}

describe('credits', () => {
  test('pay for what is metered, the more urgent ones first', async () => {
    const { clock, customer } = await caller();
    const late = await grant(customer.id, 1000);
    const first = await grant(customer.id, 200, { priority: 1, name: 'Welcome', category: 'promotional' });
    expect(await balance(customer.id)).toEqual([1200, 1200]);
    await advance(rig, clock, at('2031-02-02'));
    const [, invoice] = await invoicesOf(rig, customer);
    // 100 calls at 5 cents are 5.00; 2.00 of it by the first credit, 3.00 by the other.
    expect(invoice).toMatchObject({ subtotal: 500, total: 0, amount_due: 0, status: 'paid' });
    expect(invoice?.total_pretax_credit_amounts?.map(({ amount }) => amount)).toEqual([200, 300]);
    expect(await balance(customer.id)).toEqual([700, 700]);
    const { data } = await rig.stripe.billing.creditBalanceTransactions.list({
      customer: customer.id,
      credit_grant: first.id,
    });
    expect(data.map(({ credit, debit, type }) => [type, credit?.type ?? debit?.type])).toEqual([
      ['debit', 'credits_applied'],
      ['credit', 'credits_granted'],
    ]);
    expect(data[0]?.debit).toMatchObject({
      amount: { monetary: { currency: 'usd', value: 200 } },
      credits_applied: { invoice: invoice?.id },
    });
    expect((await rig.stripe.billing.creditBalanceTransactions.retrieve(data[0]?.id ?? '')).credit_grant).toBe(
      first.id,
    );
    expect((await eventsOf(rig.stripe, late.id)).map(({ type }) => type)).toEqual(['billing.credit_grant.created']);
  });

  test('leave the rest to be paid', async () => {
    const { clock, customer } = await caller();
    await grant(customer.id, 120);
    await advance(rig, clock, at('2031-02-02'));
    const [, invoice] = await invoicesOf(rig, customer);
    expect(invoice).toMatchObject({ subtotal: 500, total: 380, amount_paid: 380 });
  });

  test('are for their own prices and currency, and not for what has a quantity', async () => {
    const { clock, customer, price } = await caller();
    const other = await rig.stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'Other' } });
    await grant(customer.id, 400, { applicability_config: { scope: { prices: [{ id: other.id }] } } });
    await grant(customer.id, 400, { amount: { monetary: { currency: 'eur', value: 400 }, type: 'monetary' } });
    await grant(customer.id, 50, { applicability_config: { scope: { prices: [{ id: price.id }] } } });
    const { price: plain } = await shop(rig, START);
    await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: plain.id }] });
    await advance(rig, clock, at('2031-02-02'));
    const totals = (await invoicesOf(rig, customer)).map(({ total }) => total);
    // At the start nothing and 10.00 for the plan; a month later 4.50 for the calls and 10.00 again.
    expect(totals.sort((one, another) => one - another)).toEqual([0, 450, 1000, 1000]);
  });

  test('come back when their invoice is voided', async () => {
    const { clock, customer } = await caller();
    await grant(customer.id, 120);
    const [subscription] = (await rig.stripe.subscriptions.list({ customer: customer.id })).data;
    await rig.stripe.subscriptions.update(subscription?.id ?? '', {
      collection_method: 'send_invoice',
      days_until_due: 30,
    });
    await advance(rig, clock, at('2031-02-02'));
    expect(await balance(customer.id)).toEqual([0, 0]);
    const [, invoice] = await invoicesOf(rig, customer);
    await rig.stripe.invoices.voidInvoice(invoice?.id ?? '');
    expect(await balance(customer.id)).toEqual([120, 120]);
  });

  test('expire at their time or when told, and are voided while unused', async () => {
    const { clock, customer } = await caller();
    const timed = await grant(customer.id, 100, { expires_at: at('2031-01-10') });
    await grant(customer.id, 70, { effective_at: at('2031-03-01') });
    expect(await balance(customer.id)).toEqual([100, 170]);
    await advance(rig, clock, at('2031-01-11'));
    expect(await balance(customer.id)).toEqual([0, 70]);
    const expired = rig.stripe.billing.creditGrants.expire(timed.id);
    expect((await refusal(expired)).message).toContain('has expired');
    const told = await grant(customer.id, 30);
    await rig.stripe.billing.creditGrants.update(told.id, { metadata: { k: 'v' } });
    expect(await rig.stripe.billing.creditGrants.expire(told.id)).toMatchObject({
      expires_at: at('2031-01-11'),
      metadata: { k: 'v' },
    });
    const wrong = await grant(customer.id, 40);
    expect((await rig.stripe.billing.creditGrants.voidGrant(wrong.id)).voided_at).toBe(at('2031-01-11'));
    expect(await balance(customer.id)).toEqual([0, 70]);
    expect((await rig.stripe.billing.creditGrants.list({ customer: customer.id })).data).toHaveLength(4);
    expect((await rig.stripe.billing.creditGrants.retrieve(wrong.id)).name).toBeNull();
  });

  test('need an amount, a customer and a scope', async () => {
    const { customer } = await shop(rig, START);
    const none = grant(customer.id, 0);
    expect((await refusal(none)).param).toBe('amount[monetary][value]');
    expect((await refusal(grant('cus_x', 10))).param).toBe('customer');
    const both = grant(customer.id, 10, { applicability_config: { scope: {} } });
    expect((await refusal(both)).statusCode).toBe(400);
  });
});

test('an alert tells once that a customer used so much', async () => {
  const { customer, meter, report } = await caller();
  const alert = await rig.stripe.billing.alerts.create({
    alert_type: 'usage_threshold',
    title: 'Many calls',
    usage_threshold: { gte: 150, meter: meter.id, recurrence: 'one_time' },
  });
  expect(alert).toMatchObject({ status: 'active', usage_threshold: { gte: 150, filters: null } });
  const triggered = async (): Promise<unknown[]> =>
    (await rig.stripe.events.list({ type: 'billing.alert.triggered' })).data.map(({ data }) => data.object);
  await report(49);
  expect(await triggered()).toEqual([]);
  await report(1);
  await report(1);
  expect(await triggered()).toMatchObject([{ alert: { id: alert.id }, customer: customer.id, value: 150 }]);
  const change = rig.stripe.billing.alerts;
  expect((await change.deactivate(alert.id)).status).toBe('inactive');
  expect((await change.activate(alert.id)).status).toBe('active');
  expect((await change.archive(alert.id)).status).toBe('archived');
  expect((await refusal(change.activate(alert.id))).statusCode).toBe(400);
  expect((await change.list({ meter: meter.id })).data.map(({ id }) => id)).toEqual([alert.id]);
  expect((await change.retrieve(alert.id)).title).toBe('Many calls');
});

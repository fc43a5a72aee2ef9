// What a page of a list shows of an object is what its own read shows: of every type that pages may prove.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { limits } from '../../src/engine/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createGateway, type Gateway, type Reading } from '../../src/stripe/gateway.js';
import { readingOnPage } from '../../src/stripe/read.js';
import { pagedListOf } from '../../src/sync/pages/paged-list.js';

let rig: Rig;
let gateway: Gateway;
beforeAll(async () => {
  rig = await startRig();
  const rates = { perEndpoint: 1_000, total: 1_000 };
  gateway = createGateway(
    { secretKey: rig.emulator.secretKey, apiBase: rig.emulator.url, limits: { ...limits.stripe, rates } },
    { clock: systemClock },
  );
  await openShop(rig);
});
afterAll(() => rig.stop());

/** Objects of many types, with what a read expands of them. */
async function openShop({ stripe }: Rig): Promise<void> {
  const customer = await stripe.customers.create({
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const monthly = { currency: 'usd', unit_amount: 1_000, recurring: { interval: 'month' as const } };
  const product = await stripe.products.create({ name: 'Pro' });
  const price = await stripe.prices.create({ ...monthly, product: product.id });
  const coupon = await stripe.coupons.create({
    amount_off: 100,
    currency: 'usd',
    applies_to: { products: [product.id] },
  });
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  await stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    discounts: [{ coupon: coupon.id }],
  });
  await stripe.setupIntents.create({ customer: customer.id });
  await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://localhost/done',
  });
  const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
  const [charge] = (await stripe.charges.list({ customer: customer.id })).data;
  await stripe.creditNotes.create({ invoice: invoice?.id as string, amount: 100, refund_amount: 100 });
  await stripe.refunds.create({ charge: charge?.id as string, amount: 50 });
}

test.each([
  'charge',
  'checkout.session',
  'coupon',
  'credit_note',
  'invoice',
  'invoice_payment',
  'payment_intent',
  'product',
  'promotion_code',
  'refund',
  'setup_intent',
  'subscription',
  'tax_rate',
])('a page shows of a %s what its own read shows', async (type) => {
  const list = pagedListOf(type);
  if (list === undefined) throw new Error(`no list can stand in for reads of a ${type}`);
  const page = await gateway.list(list.path, list.query);
  expect(page.data.length).toBeGreaterThan(0);
  for (const object of page.data) {
    const read = await gateway.read(type, object.id as string, {});
    expect(withoutTime(readingOnPage(type, object, page.readAt))).toEqual(withoutTime(read));
  }
});

function withoutTime(reading: Reading | undefined): unknown {
  return reading && { ...reading, readAt: undefined };
}

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

let rig: Rig;
let customer: Stripe.Customer;
beforeAll(async () => {
  rig = await startRig();
  customer = await rig.stripe.customers.create();
});
afterAll(() => rig.stop());

type Discount = { percent: number } | { amount: number };
interface Tax {
  percentage: number;
  inclusive: boolean;
}
interface Sums {
  subtotal: number;
  discounts: number[];
  taxes: number[];
  total: number;
}
interface Example {
  /** What it shows, and whose arithmetic it is. */
  says: string;
  lines: readonly { amount: number; discount?: Discount; tax?: Tax; discountable?: boolean }[];
  discounts?: readonly Discount[];
  tax?: Tax;
  sums: Sums;
}

const VAT: Tax = { percentage: 20, inclusive: false };
const SALES_TAX: Tax = { percentage: 7.25, inclusive: false };
const GST: Tax = { percentage: 10, inclusive: true };

/** Worked by hand; where Stripe's documentation works an example, its address is named. */
const EXAMPLES: readonly Example[] = [
  {
    says: 'no discount, no tax',
    lines: [{ amount: 1000 }, { amount: 500 }],
    sums: { subtotal: 1500, discounts: [], taxes: [], total: 1500 },
  },
  {
    says: '25 % off 10.00 is 7.50 (docs.stripe.com/billing/subscriptions/coupons)',
    lines: [{ amount: 1000 }],
    discounts: [{ percent: 25 }],
    sums: { subtotal: 1000, discounts: [250], taxes: [], total: 750 },
  },
  {
    says: 'an amount off takes no more than there is',
    lines: [{ amount: 300 }],
    discounts: [{ amount: 500 }],
    sums: { subtotal: 300, discounts: [300], taxes: [], total: 0 },
  },
  {
    says: 'a second discount takes its share of what the first one left: 100.00 − 20 % − 10.00 (docs.stripe.com/billing/subscriptions/coupons, stacking)',
    lines: [{ amount: 10_000 }],
    discounts: [{ percent: 20 }, { amount: 1000 }],
    sums: { subtotal: 10_000, discounts: [2000, 1000], taxes: [], total: 7000 },
  },
  {
    says: 'the order matters: 100.00 − 10.00 − 20 %',
    lines: [{ amount: 10_000 }],
    discounts: [{ amount: 1000 }, { percent: 20 }],
    sums: { subtotal: 10_000, discounts: [1000, 1800], taxes: [], total: 7200 },
  },
  {
    says: 'a line’s own discount is in the subtotal already',
    lines: [{ amount: 2000, discount: { percent: 50 } }, { amount: 1000 }],
    discounts: [{ percent: 10 }],
    sums: { subtotal: 2000, discounts: [1000, 200], taxes: [], total: 1800 },
  },
  {
    says: 'what is not discountable is left alone',
    lines: [{ amount: 2000, discountable: false }, { amount: 1000 }],
    discounts: [{ percent: 10 }],
    sums: { subtotal: 3000, discounts: [100], taxes: [], total: 2900 },
  },
  {
    says: 'exclusive tax is added: 10.00 + 20 % = 12.00 (docs.stripe.com/billing/taxes/tax-rates)',
    lines: [{ amount: 1000 }],
    tax: VAT,
    sums: { subtotal: 1000, discounts: [], taxes: [200], total: 1200 },
  },
  {
    says: 'inclusive tax is taken out of the price: 10 % in 11.00 is 1.00',
    lines: [{ amount: 1100 }],
    tax: GST,
    sums: { subtotal: 1100, discounts: [], taxes: [100], total: 1100 },
  },
  {
    says: 'tax is on what the discount leaves: (100.00 − 25 %) + 7.25 % = 80.44',
    lines: [{ amount: 10_000 }],
    discounts: [{ percent: 25 }],
    tax: SALES_TAX,
    sums: { subtotal: 10_000, discounts: [2500], taxes: [544], total: 8044 },
  },
  {
    says: 'a line’s own rate replaces the invoice’s',
    lines: [{ amount: 1000, tax: SALES_TAX }, { amount: 1000 }],
    tax: VAT,
    sums: { subtotal: 2000, discounts: [], taxes: [73, 200], total: 2273 },
  },
  {
    says: 'an amount off is spread over the lines to the last cent: 1.00 over 3 × 3.33',
    lines: [{ amount: 333 }, { amount: 333 }, { amount: 333 }],
    discounts: [{ amount: 100 }],
    sums: { subtotal: 999, discounts: [100], taxes: [], total: 899 },
  },
  {
    says: 'two rates on one invoice are two sums: 20 % on one line, 10 % within the other',
    lines: [
      { amount: 1000, tax: VAT },
      { amount: 1100, tax: GST },
    ],
    sums: { subtotal: 2100, discounts: [], taxes: [200, 100], total: 2300 },
  },
  {
    says: 'a discount comes before an inclusive tax: 11.00 − 50 % has 0.50 in it',
    lines: [{ amount: 1100 }],
    discounts: [{ percent: 50 }],
    tax: GST,
    sums: { subtotal: 1100, discounts: [550], taxes: [50], total: 550 },
  },
  {
    says: 'tax is rounded on each line: 3 × 7.25 % of 0.99 is 3 × 0.07',
    lines: [{ amount: 99 }, { amount: 99 }, { amount: 99 }],
    tax: SALES_TAX,
    sums: { subtotal: 297, discounts: [], taxes: [21], total: 318 },
  },
  {
    says: 'a credit line lowers what is discounted and taxed: (10.00 − 4.00) − 10 % + 20 %',
    lines: [{ amount: 1000 }, { amount: -400 }],
    discounts: [{ percent: 10 }],
    tax: VAT,
    sums: { subtotal: 600, discounts: [60], taxes: [108], total: 648 },
  },
];

const coupon = ({ stripe }: Rig, discount: Discount): Promise<Stripe.Coupon> =>
  stripe.coupons.create(
    'percent' in discount ? { percent_off: discount.percent } : { amount_off: discount.amount, currency: 'usd' },
  );
const rate = ({ stripe }: Rig, tax: Tax): Promise<Stripe.TaxRate> =>
  stripe.taxRates.create({ display_name: 'Tax', ...tax });

describe('an invoice adds up', () => {
  test.each(EXAMPLES)('$says', async ({ lines, discounts = [], tax, sums }) => {
    const coupons = await Promise.all(discounts.map((one) => coupon(rig, one)));
    const { id } = await rig.stripe.invoices.create({
      customer: customer.id,
      discounts: coupons.map((one) => ({ coupon: one.id })),
      ...(tax === undefined ? {} : { default_tax_rates: [(await rate(rig, tax)).id] }),
    });
    for (const line of lines) {
      await rig.stripe.invoiceItems.create({
        customer: customer.id,
        invoice: id,
        currency: 'usd',
        amount: line.amount,
        discountable: line.discountable ?? true,
        ...(line.discount === undefined ? {} : { discounts: [{ coupon: (await coupon(rig, line.discount)).id }] }),
        ...(line.tax === undefined ? {} : { tax_rates: [(await rate(rig, line.tax)).id] }),
      });
    }
    const invoice = await rig.stripe.invoices.retrieve(id);
    expect({
      subtotal: invoice.subtotal,
      discounts: invoice.total_discount_amounts?.map(({ amount }) => amount),
      taxes: invoice.total_taxes?.map(({ amount }) => amount),
      total: invoice.total,
    }).toEqual(sums);
    // Whatever the shares, the lines make up the whole.
    const shares = invoice.lines.data.flatMap((line) => line.discount_amounts ?? []);
    const spread = shares.reduce((sum, { amount }) => sum + amount, 0);
    expect(spread).toBe(sums.discounts.reduce((sum, amount) => sum + amount, 0));
  });

  test('without tax for a customer who is exempt, and says so', async () => {
    const exempt = await rig.stripe.customers.create({ tax_exempt: 'exempt' });
    const { id } = await rig.stripe.invoices.create({
      customer: exempt.id,
      default_tax_rates: [(await rate(rig, VAT)).id],
    });
    await rig.stripe.invoiceItems.create({ customer: exempt.id, invoice: id, currency: 'usd', amount: 1000 });
    const { total, total_taxes } = await rig.stripe.invoices.retrieve(id);
    expect([total, total_taxes]).toMatchObject([1000, [{ amount: 0, taxability_reason: 'customer_exempt' }]]);
  });

  test('a customer’s balance moves by transactions, which can be told apart and explained', async () => {
    const { customers } = rig.stripe;
    const { id } = await rig.stripe.customers.create();
    const first = await customers.createBalanceTransaction(id, { amount: -700, currency: 'usd' });
    await customers.createBalanceTransaction(id, { amount: 200, currency: 'usd', description: 'Correction' });
    await customers.updateBalanceTransaction(id, first.id, { description: 'Welcome', metadata: { k: 'v' } });
    expect(await rig.stripe.customers.retrieveBalanceTransaction(id, first.id)).toMatchObject({
      ...{ description: 'Welcome', metadata: { k: 'v' }, ending_balance: -700, type: 'adjustment' },
    });
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({ balance: -500 });
  });

  test('with the customer’s credit used when it is finalized', async () => {
    const rich = await rig.stripe.customers.create();
    await rig.stripe.customers.createBalanceTransaction(rich.id, { amount: -700, currency: 'usd' });
    const { id } = await rig.stripe.invoices.create({ customer: rich.id });
    await rig.stripe.invoiceItems.create({ customer: rich.id, invoice: id, currency: 'usd', amount: 1000 });
    const invoice = await rig.stripe.invoices.finalizeInvoice(id);
    expect(invoice).toMatchObject({ total: 1000, amount_due: 300, starting_balance: -700, ending_balance: 0 });
    expect((await rig.stripe.customers.listBalanceTransactions(rich.id)).data).toMatchObject([
      { type: 'applied_to_invoice', amount: 700, ending_balance: 0, invoice: id },
      { type: 'adjustment', amount: -700, ending_balance: -700 },
    ]);
  });
});

describe('a discount', () => {
  const subscribe = async (duration: 'forever' | 'once' | 'repeating'): Promise<number[]> => {
    const { stripe } = rig;
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Date.UTC(2026, 0, 1) / 1000 });
    const owner = await stripe.customers.create({
      test_clock: clock.id,
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const off = await stripe.coupons.create({
      percent_off: 50,
      duration,
      ...(duration === 'repeating' ? { duration_in_months: 2 } : {}),
    });
    await stripe.subscriptions.create({
      customer: owner.id,
      items: [{ price: price.id }],
      discounts: [{ coupon: off.id }],
    });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: Date.UTC(2026, 3, 2) / 1000 });
    const { data } = await stripe.invoices.list({ customer: owner.id });
    return data.reverse().map(({ amount_paid }) => amount_paid);
  };

  test.each([
    ['once', [500, 1000, 1000, 1000]],
    ['repeating', [500, 500, 1000, 1000]],
    ['forever', [500, 500, 500, 500]],
  ] as const)('of duration %s is on these of four monthly invoices: %j', async (duration, paid) => {
    expect(await subscribe(duration)).toEqual(paid);
  });

  test('with a promotion code counts both, and stops at the maximum of redemptions', async () => {
    const off = await rig.stripe.coupons.create({ percent_off: 10 });
    const code = await rig.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: off.id },
      code: 'SPRING',
      max_redemptions: 1,
    });
    const use = (): Promise<Stripe.Invoice> =>
      rig.stripe.invoices.create({ customer: customer.id, discounts: [{ promotion_code: code.id }] });
    await use();
    expect(await rig.stripe.promotionCodes.retrieve(code.id)).toMatchObject({ times_redeemed: 1, code: 'SPRING' });
    expect(await rig.stripe.coupons.retrieve(off.id)).toMatchObject({ times_redeemed: 1 });
    await expect(use()).rejects.toMatchObject({ param: 'discounts[0][promotion_code]', statusCode: 400 });
  });

  test('of a subscription, of its item, or of a customer can be removed', async () => {
    const { stripe } = rig;
    const off = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const price = await stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 1000, recurring: { interval: 'month' }, product_data: { name: 'Pro' } },
    });
    const { id: owner } = await stripe.customers.create({
      ...{ payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } },
    });
    const discounts = [{ coupon: off.id }];
    const { id, ...made } = await stripe.subscriptions.create({
      ...{ customer: owner, discounts, items: [{ price: price.id, discounts }], expand: ['latest_invoice'] },
    });
    expect(made.latest_invoice).toMatchObject({ total: 810 });
    expect(await stripe.subscriptions.deleteDiscount(id)).toMatchObject({
      ...{ object: 'discount', deleted: true, subscription: id, source: { coupon: off.id } },
    });
    const item = made.items.data[0]?.id ?? '';
    const changed = await stripe.subscriptions.update(id, { items: [{ id: item, discounts: '' }] });
    expect([changed.discounts, changed.items.data[0]?.discounts]).toEqual([[], []]);
    expect((await stripe.events.list({ type: 'customer.discount.deleted' })).data.length).toBeGreaterThan(0);
    await expect(stripe.customers.deleteDiscount(owner)).rejects.toMatchObject({ statusCode: 404 });
  });
});

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let customer: Stripe.Customer;
let price: Stripe.Price;
beforeAll(async () => {
  rig = await startRig();
  customer = await rig.stripe.customers.create();
  price = await rig.stripe.prices.create({ currency: 'usd', unit_amount: 250, product_data: { name: 'Seat' } });
});
afterAll(() => rig.stop());

const draft = async (...amounts: number[]): Promise<Stripe.Invoice> => {
  const { id } = await rig.stripe.invoices.create({ customer: customer.id });
  for (const amount of amounts) {
    await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: id, currency: 'usd', amount });
  }
  return rig.stripe.invoices.retrieve(id);
};
const amounts = ({ lines }: Stripe.Invoice): number[] => lines.data.map(({ amount }) => amount);
const lineOf = ({ lines }: Stripe.Invoice, at = 0): string => lines.data[at]?.id ?? '';
const itemOf = ({ lines }: Stripe.Invoice, at = 0): string =>
  lines.data[at]?.parent?.invoice_item_details?.invoice_item ?? '';

describe('the lines of a draft', () => {
  test('are added: amounts, prices, and items that were waiting', async () => {
    const { id } = await draft(100);
    const waiting = await rig.stripe.invoiceItems.create({ customer: customer.id, currency: 'usd', amount: 40 });
    const invoice = await rig.stripe.invoices.addLines(id, {
      lines: [
        { amount: 300, description: 'Setup' },
        { pricing: { price: price.id }, quantity: 3 },
        { invoice_item: waiting.id },
      ],
    });
    expect([amounts(invoice), invoice.total]).toEqual([[100, 300, 750, 40], 1190]);
    expect(invoice.lines.data[1]?.description).toBe('Setup');
    expect((await rig.stripe.invoiceItems.retrieve(waiting.id)).invoice).toBe(id);
  });

  test('are changed, with the items they were made of, and the invoice adds up again', async () => {
    const invoice = await draft(100, 200);
    const line = await rig.stripe.invoices.updateLineItem(invoice.id, lineOf(invoice), {
      amount: 150,
      description: 'Changed',
      metadata: { a: 'b' },
    });
    expect(line).toMatchObject({ amount: 150, subtotal: 150, description: 'Changed', metadata: { a: 'b' } });
    expect(await rig.stripe.invoiceItems.retrieve(itemOf(invoice))).toMatchObject({
      amount: 150,
      description: 'Changed',
    });
    expect((await rig.stripe.invoices.retrieve(invoice.id)).total).toBe(350);
    const last = (await eventsOf(rig.stripe, invoice.id)).at(-1);
    expect(last).toMatchObject({ type: 'invoice.updated', data: { previous_attributes: { total: 300 } } });
  });

  test('are changed several at a time: a quantity, a tax rate, a discount', async () => {
    const { id } = await draft();
    await rig.stripe.invoices.addLines(id, {
      lines: [{ pricing: { price: price.id }, quantity: 1 }, { amount: 1000 }],
    });
    const rate = await rig.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const half = await rig.stripe.coupons.create({ percent_off: 50 });
    const before = await rig.stripe.invoices.retrieve(id);
    const invoice = await rig.stripe.invoices.updateLines(id, {
      lines: [
        { id: lineOf(before), quantity: 4, tax_rates: [rate.id] },
        { id: lineOf(before, 1), discounts: [{ coupon: half.id }] },
      ],
    });
    expect([amounts(invoice), invoice.total]).toEqual([[1000, 1000], 1000 + 200 + 500]);
  });

  test('are removed: deleted with their items, or left to wait for another invoice', async () => {
    const invoice = await draft(1, 2, 4);
    const changed = await rig.stripe.invoices.removeLines(invoice.id, {
      lines: [
        { id: lineOf(invoice), behavior: 'delete' },
        { id: lineOf(invoice, 1), behavior: 'unassign' },
      ],
    });
    expect([amounts(changed), changed.total]).toEqual([[4], 4]);
    expect((await refusal(rig.stripe.invoiceItems.retrieve(itemOf(invoice)))).code).toBe('resource_missing');
    expect((await rig.stripe.invoiceItems.retrieve(itemOf(invoice, 1))).invoice).toBeNull();
    await rig.stripe.invoiceItems.del(itemOf(invoice, 1));
  });

  test('follow their items, changed or deleted', async () => {
    const invoice = await draft(10, 20);
    await rig.stripe.invoiceItems.update(itemOf(invoice), { amount: 15, description: 'By the item' });
    await rig.stripe.invoiceItems.del(itemOf(invoice, 1));
    const after = await rig.stripe.invoices.retrieve(invoice.id);
    expect([amounts(after), after.total, after.lines.data[0]?.description]).toEqual([[15], 15, 'By the item']);
  });

  test('are fixed once it is finalized', async () => {
    const invoice = await draft(100);
    await rig.stripe.invoices.finalizeInvoice(invoice.id);
    for (const work of [
      () => rig.stripe.invoices.addLines(invoice.id, { lines: [{ amount: 1 }] }),
      () => rig.stripe.invoices.updateLineItem(invoice.id, lineOf(invoice), { amount: 1 }),
      () => rig.stripe.invoiceItems.update(itemOf(invoice), { amount: 1 }),
      () => rig.stripe.invoiceItems.del(itemOf(invoice)),
    ]) {
      expect((await refusal(work())).code).toBe('invoice_not_editable');
    }
  });

  test('of another invoice are not found', async () => {
    const [one, other] = [await draft(1), await draft(2)];
    expect(await refusal(rig.stripe.invoices.updateLineItem(one.id, lineOf(other), { amount: 3 }))).toMatchObject({
      code: 'resource_missing',
      param: 'line_item_id',
    });
  });
});

test('a waiting item is changed: its amount, or its price and quantity', async () => {
  const { id } = await rig.stripe.invoiceItems.create({ customer: customer.id, currency: 'usd', amount: 5 });
  expect(await rig.stripe.invoiceItems.update(id, { amount: 7, metadata: { k: 'v' } })).toMatchObject({
    amount: 7,
    net_amount: 7,
    metadata: { k: 'v' },
  });
  const priced = await rig.stripe.invoiceItems.update(id, { pricing: { price: price.id }, quantity: 2 });
  expect(priced).toMatchObject({ amount: 500, quantity: 2, pricing: { price_details: { price: price.id } } });
  await rig.stripe.invoiceItems.del(id);
});

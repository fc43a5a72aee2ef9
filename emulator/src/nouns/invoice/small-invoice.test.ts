import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('an invoice too small to charge is paid by the balance, and the next one collects it', async () => {
  const { customer } = await shop(rig, Date.UTC(2026, 0, 1) / 1000);
  const bill = async (amount: number) => {
    await rig.stripe.invoiceItems.create({ customer: customer.id, currency: 'usd', amount });
    const { id } = await rig.stripe.invoices.create({
      customer: customer.id,
      pending_invoice_items_behavior: 'include',
    });
    return rig.stripe.invoices.pay(id);
  };
  const balance = async () => ((await rig.stripe.customers.retrieve(customer.id)) as { balance: number }).balance;

  expect(await bill(30)).toMatchObject({ status: 'paid', total: 30, amount_due: 0, ending_balance: 30 });
  expect(await balance()).toBe(30);
  const { data } = await rig.stripe.customers.listBalanceTransactions(customer.id);
  expect(data).toMatchObject([{ amount: 30, type: 'invoice_too_small', ending_balance: 30 }]);

  expect(await bill(20)).toMatchObject({ status: 'paid', amount_due: 50, amount_paid: 50, ending_balance: 0 });
  expect(await balance()).toBe(0);
  expect(await invoicesOf(rig, customer)).toHaveLength(2);
});

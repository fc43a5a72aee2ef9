import { afterAll, beforeAll, expect, test } from 'vitest';
import { advance, at, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

const START = at('2026-04-01');
const HOUR = 3600;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('pending items are billed at their own interval, and nothing is billed if there are none', async () => {
  const { clock, customer, price } = await shop(rig, START);
  const { id, ...made } = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    pending_invoice_item_interval: { interval: 'week' },
  });
  expect(made).toMatchObject({
    pending_invoice_item_interval: { interval: 'week', interval_count: 1 },
    next_pending_invoice_item_invoice: at('2026-04-08'),
  });
  await rig.stripe.invoiceItems.create({ customer: customer.id, subscription: id, amount: 700, currency: 'usd' });
  await advance(rig, clock, at('2026-04-08') + 2 * HOUR);
  const bills = async () =>
    (await rig.stripe.invoices.list({ subscription: id })).data.map(({ billing_reason, amount_paid, status }) => ({
      billing_reason,
      amount_paid,
      status,
    }));
  const billed = [
    { billing_reason: 'automatic_pending_invoice_item_invoice', amount_paid: 700, status: 'paid' },
    { billing_reason: 'subscription_create', amount_paid: 1000, status: 'paid' },
  ];
  expect(await bills()).toEqual(billed);
  await advance(rig, clock, at('2026-04-16'));
  expect(await bills()).toEqual(billed);
  expect((await rig.stripe.subscriptions.retrieve(id)).next_pending_invoice_item_invoice).toBe(at('2026-04-22'));
  const ended = await rig.stripe.subscriptions.update(id, { pending_invoice_item_interval: '' });
  expect([ended.pending_invoice_item_interval, ended.next_pending_invoice_item_invoice]).toEqual([null, null]);
});

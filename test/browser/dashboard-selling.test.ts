import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './dashboard-page.js';

let dashboard: Dashboard;
let ada: Stripe.Customer;
beforeAll(async () => {
  dashboard = await openDashboard();
  const { stripe } = dashboard.rig;
  const product = await stripe.products.create({ name: 'Team' });
  const team = { product: product.id, currency: 'usd', unit_amount: 2_900, recurring: { interval: 'month' } } as const;
  await stripe.prices.create(team);
  await stripe.prices.create({ ...team, nickname: 'early birds' });
  await stripe.coupons.create({ id: 'SPRING', name: 'Spring', percent_off: 25, duration: 'forever' });
});
beforeEach(async () => {
  ada = await dashboard.rig.stripe.customers.create({
    name: 'Ada Lovelace',
    payment_method: 'pm_card_mastercard',
    invoice_settings: { default_payment_method: 'pm_card_mastercard' },
  });
});
afterEach(() => {
  expect(dashboard.complaints).toEqual([]);
});
afterAll(() => dashboard?.stop());

const subscription = async (): Promise<Stripe.Subscription | undefined> =>
  (await dashboard.rig.stripe.subscriptions.list({ customer: ada.id, expand: ['data.discounts'] })).data[0];

test('a subscription is created with a quantity, a trial and a coupon, and its row has the focus', async () => {
  const { open, press, confirm, shows, page } = dashboard;
  await open(`customers/${ada.id}`);
  const dialog = await press('Create subscription', 'Create a subscription for Ada Lovelace');
  await dialog.getByLabel('Price').selectOption({ label: 'Team (early birds) – $29.00 / month' });
  await dialog.getByLabel('Quantity').fill('3');
  await dialog.getByLabel('Trial days').fill('14');
  await dialog.getByLabel('Coupon').selectOption({ label: 'Spring – 25% off forever' });
  await confirm(dialog, 'Create subscription');
  // The message and the list agree.
  await shows(page.locator('.toast'), 'Ada Lovelace is subscribed: trialing');
  await shows(page.getByRole('table', { name: 'Subscriptions' }).getByRole('row').nth(1), /Trialing/);
  const made = await subscription();
  expect(made).toMatchObject({
    status: 'trialing',
    items: { data: [{ quantity: 3, price: { nickname: 'early birds' } }] },
    discounts: [{ source: { coupon: 'SPRING' } }],
  });
  expect((made?.trial_end ?? 0) - (made?.trial_start ?? 0)).toBe(14 * 86_400);
  const focused = "document.activeElement.closest('tr')?.dataset.id";
  await expect.poll(() => page.evaluate(focused)).toBe(made?.id);
});

test('a subscription is paid now with the default card, which the form names', async () => {
  const { rig, open, press, confirm } = dashboard;
  await open(`customers/${ada.id}`);
  const dialog = await press('Create subscription', /Ada Lovelace/);
  await dialog.getByRole('radio', { name: 'Pay now with the default card (•••• 4444)' }).waitFor();
  await confirm(dialog, 'Create subscription');
  expect((await subscription())?.status).toBe('active');
  expect((await rig.stripe.paymentMethods.list({ customer: ada.id })).data).toHaveLength(1);
});

test('what is no quantity or no trial is said at its field, and nothing is created', async () => {
  const { open, press, shows } = dashboard;
  await open(`customers/${ada.id}`);
  const dialog = await press('Create subscription', /Ada Lovelace/);
  await dialog.getByLabel('Quantity').fill('0');
  await dialog.getByLabel('Trial days').fill('800');
  await dialog.getByRole('button', { name: 'Create subscription' }).click();
  await shows(dialog.getByRole('alert').first(), 'Enter a whole number from 1');
  await shows(dialog.getByRole('alert').last(), 'Enter whole days, at most 730');
  expect(await subscription()).toBeUndefined();
});

test('a payment is disputed by mouse, once, and the dispute is won', async () => {
  const { rig, open, press, confirm, shows, page } = dashboard;
  const { id } = await rig.stripe.paymentIntents.create({
    amount: 4_200,
    currency: 'usd',
    customer: ada.id,
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
  await open(`payments/${id}`);
  const dialog = await press('Dispute payment', 'Dispute $42.00');
  await dialog.getByLabel('Reason').selectOption({ label: 'Product not received' });
  await confirm(dialog, 'Dispute payment');
  const row = page.getByRole('table', { name: 'Disputes' }).getByRole('row').nth(1);
  await shows(row, /\$42\.00.*product not received.*Needs a response/);
  await expect.poll(() => page.getByRole('button', { name: 'Dispute payment' }).count()).toBe(0);
  await row.getByRole('link', { name: '$42.00' }).click();
  await confirm(await press('Win dispute', 'Win dispute?'), 'Win dispute now');
  await shows(page.locator('.under'), /Won/);
});

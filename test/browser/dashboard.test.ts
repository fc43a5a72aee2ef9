import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiver, startRig, type Receiver, type Rig } from '../../emulator/test/rig.js';
import { launchChromium } from '../support/chromium.js';
import { inScheme, violations } from './axe.js';
import { faint } from './contrast.js';

const PATIENCE_MS = 15_000;
const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));

let rig: Rig;
let hook: Receiver;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
/** What a page asked of anybody but the emulator. */
let strangers: string[];
let ada: Stripe.Customer;
let small: Stripe.Price;
let large: Stripe.Price;

beforeAll(async () => {
  [rig, hook, browser] = await Promise.all([startRig({ webDir }), receiver(), launchChromium()]);
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  context.setDefaultTimeout(PATIENCE_MS);
  const { stripe } = rig;
  const month = { interval: 'month' } as const;
  [ada, small, large] = await Promise.all([
    stripe.customers.create({
      ...{ name: 'Ada Lovelace', email: 'ada@example.com', payment_method: 'pm_card_visa' },
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    }),
    stripe.prices.create({ currency: 'usd', unit_amount: 900, recurring: month, product_data: { name: 'Starter' } }),
    stripe.prices.create({ currency: 'usd', unit_amount: 2_900, recurring: month, product_data: { name: 'Team' } }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([rig?.stop(), hook?.stop()]);
});

beforeEach(async () => {
  complaints = [];
  strangers = [];
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== rig.emulator.url && origin !== 'null') strangers.push(request.url());
  });
});
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
  expect(strangers).toEqual([]);
});

const subscribe = (more: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
  rig.stripe.subscriptions.create({ customer: ada.id, items: [{ price: small.id }], ...more });

describe('a subscription', () => {
  test('is updated to another price and quantity, credited and invoiced at once', async () => {
    const { id } = await subscribe();
    await open(`subscriptions/${id}`);
    const dialog = await press('Update subscription', 'Update the subscription of Ada Lovelace');
    await dialog.getByLabel('Price').selectOption({ label: 'Team – $29.00 / month' });
    await dialog.getByLabel('Quantity').fill('3');
    await dialog.getByLabel('Proration').selectOption('always_invoice');
    await confirm(dialog, 'Update subscription');
    await shows(page.getByRole('heading', { level: 1 }), /3 × Team, \$29\.00 \/ month/);
    const { items } = await rig.stripe.subscriptions.retrieve(id);
    expect(items.data).toMatchObject([{ price: { id: large.id }, quantity: 3 }]);
    expect((await rig.stripe.invoices.list({ subscription: id })).data).toHaveLength(2);
  });

  test('says at the field what no quantity is, and keeps what was typed', async () => {
    const { id } = await subscribe();
    await open(`subscriptions/${id}`);
    const dialog = await press('Update subscription', 'Update the subscription of Ada Lovelace');
    await dialog.getByLabel('Quantity').fill('many');
    await dialog.getByRole('button', { name: 'Update subscription' }).click();
    await shows(dialog.getByRole('alert'), 'Enter a whole number');
    expect(await dialog.getByLabel('Quantity').inputValue()).toBe('many');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('has its trial extended, and ended at once', async () => {
    const { id, trial_end } = await subscribe({ trial_period_days: 7 });
    await open(`subscriptions/${id}`);
    const dialog = await press('Change trial', 'Change a trial of Ada Lovelace');
    const day = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10); // Stripe allows 730 days
    await dialog.getByLabel('Trial end').fill(day);
    await confirm(dialog, 'Save trial');
    const longer = Date.parse(`${day}T12:00:00Z`) / 1_000;
    expect(longer).toBeGreaterThan(trial_end ?? Infinity);
    await expect.poll(async () => (await rig.stripe.subscriptions.retrieve(id)).trial_end).toBe(longer);

    await press('Change trial', 'Change a trial of Ada Lovelace');
    await dialog.getByRole('radio', { name: /^Now/ }).check();
    await confirm(dialog, 'End trial now');
    await shows(page.locator('.under'), /Active/);
    expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
  });

  test('is paused in both of the ways, and resumed', async () => {
    const { id } = await subscribe();
    await open(`subscriptions/${id}`);
    const dialog = await press('Pause', 'Pause the subscription of Ada Lovelace');
    await dialog.getByRole('radio', { name: /void invoices/ }).check();
    await confirm(dialog, 'Pause');
    await shows(page.getByRole('main'), /paused: invoices are voided/);
    expect((await rig.stripe.subscriptions.retrieve(id)).pause_collection).toMatchObject({ behavior: 'void' });
    await page.getByRole('button', { name: 'Resume collection' }).click();
    await press('Pause', 'Pause the subscription of Ada Lovelace');
    await dialog.getByRole('radio', { name: /^Pause the subscription/ }).check();
    await confirm(dialog, 'Pause');
    await shows(page.locator('.under'), /Paused/);
    await page.getByRole('button', { name: 'Resume subscription' }).click();
    await shows(page.locator('.under'), /Active/);
    expect((await rig.stripe.subscriptions.retrieve(id)).pause_collection).toBeNull();
  });

  test('that will end goes on when that is taken back', async () => {
    const { id } = await subscribe();
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await open(`subscriptions/${id}`);
    await page.getByRole('button', { name: 'Undo cancellation' }).click();
    await expect.poll(async () => (await rig.stripe.subscriptions.retrieve(id)).cancel_at_period_end).toBe(false);
  });
});

describe('a payment', () => {
  test('is refunded in part, then the rest, and no more than there is', async () => {
    const { id } = await pay(2_000);
    await open(`payments/${id}`);
    const dialog = await press('Refund payment', 'Refund $20.00');
    await dialog.getByLabel('Amount (USD)').fill('50.00');
    await dialog.getByRole('button', { name: 'Refund' }).click();
    await shows(dialog.getByRole('alert'), 'Enter an amount up to $20.00');
    await dialog.getByLabel('Amount (USD)').fill('5.00');
    await dialog.getByLabel('Reason').selectOption('duplicate');
    await confirm(dialog, 'Refund');
    await shows(page.locator('.under'), /Partly refunded/);
    expect((await rig.stripe.refunds.list({ payment_intent: id })).data).toMatchObject([
      { amount: 500, reason: 'duplicate' },
    ]);
    await press('Refund payment', 'Refund $20.00');
    expect(await dialog.getByLabel('Amount (USD)').inputValue()).toBe('15.00');
    await confirm(dialog, 'Refund');
    await shows(page.locator('.under'), /^Refunded/);
    expect(await page.getByRole('button', { name: 'Refund payment' }).count()).toBe(0);
  });

  test('is captured, another one canceled', async () => {
    const first = await pay(700, { capture_method: 'manual' });
    await open(`payments/${first.id}`);
    await page.getByRole('button', { name: 'Capture payment' }).click();
    await shows(page.locator('.under'), /Succeeded/);
    const second = await pay(800, { capture_method: 'manual' });
    await open(`payments/${second.id}`);
    await confirm(await press('Cancel payment', 'Cancel the payment of $8.00?'), 'Cancel payment now');
    await shows(page.locator('.under'), /Canceled/);
  });
});

describe('an invoice', () => {
  test('is finalized, paid, and another one voided', async () => {
    const draft = async (): Promise<string> => {
      const { id } = await rig.stripe.invoices.create({ customer: ada.id, auto_advance: false });
      await rig.stripe.invoiceItems.create({ customer: ada.id, invoice: id, amount: 1_200, currency: 'usd' });
      return id;
    };
    const first = await draft();
    await open(`invoices/${first}`);
    await page.getByRole('button', { name: 'Finalize invoice' }).click();
    const dialog = await press('Pay invoice', /^Pay [\w-]+$/);
    await confirm(dialog, 'Pay $12.00');
    await shows(page.locator('.under'), /^Paid/);

    const second = await draft();
    await rig.stripe.invoices.finalizeInvoice(second);
    await open(`invoices/${second}`);
    await confirm(await press('Void invoice', /^Void the invoice/), 'Void invoice now');
    await shows(page.locator('.under'), /^Void/);

    const third = await draft();
    await open(`invoices/${third}`);
    await confirm(await press('Delete draft', 'Delete the draft invoice?'), 'Delete draft now');
    await shows(page.getByRole('heading', { level: 1 }), 'Invoices');
    await expect(rig.stripe.invoices.retrieve(third)).rejects.toThrow(/No such invoice/);
    expect(complaints.splice(0).filter((said) => !said.includes('404'))).toEqual([]); // the page asked for it once more
  });

  test('says why it was not paid, and stays open', async () => {
    const poor = await rig.stripe.customers.create({ name: 'Nobody' });
    const { id } = await rig.stripe.invoices.create({ customer: poor.id, auto_advance: false });
    await rig.stripe.invoiceItems.create({ customer: poor.id, invoice: id, amount: 500, currency: 'usd' });
    await rig.stripe.invoices.finalizeInvoice(id);
    await open(`invoices/${id}`);
    const dialog = await press('Pay invoice', /^Pay/);
    await dialog.getByRole('button', { name: 'Pay $5.00' }).click();
    await shows(dialog.getByRole('alert'), /default payment method/);
    complaints.splice(0); // the browser itself reports the refusal
    await dialog.getByRole('radio', { name: /outside/ }).check();
    await confirm(dialog, 'Pay $5.00');
    await shows(page.locator('.under'), /^Paid/);
  });
});

test('a customer gets a card that is declined, as the default, and loses it again', async () => {
  const { id } = await rig.stripe.customers.create({ name: 'Grace Hopper' });
  await open(`customers/${id}`);
  const dialog = await press('Add payment method', 'Add a payment method to Grace Hopper');
  await dialog.getByLabel('Test card').selectOption({ label: 'Attaches; every payment is declined' });
  await confirm(dialog, 'Add payment method');
  await shows(page.getByRole('table', { name: 'Payment methods' }), /visa ···· 0341 ?Default/);
  const due = rig.stripe.paymentIntents.create({
    ...{ amount: 500, currency: 'usd', customer: id, confirm: true, off_session: true },
    payment_method: (await rig.stripe.paymentMethods.list({ customer: id })).data[0]?.id ?? '',
  });
  await expect(due).rejects.toThrow(/declined/);
  await shows(page.getByRole('table', { name: 'Payments' }), /\$5\.00.*Needs a payment method/);
  await page.getByRole('button', { name: 'Detach visa ···· 0341' }).click();
  await shows(page.getByRole('region', { name: 'Payment methods' }), /No payment methods/);
});

test('a coupon and its promotion code are made, and the code is switched off', async () => {
  await open('coupons');
  const dialog = await press('Create coupon', 'Create coupon');
  await dialog.getByLabel('Name').fill('Spring');
  await dialog.getByLabel('Percent').fill('25');
  await dialog.getByLabel('Duration').selectOption('repeating');
  await confirm(dialog, 'Create coupon');
  await shows(page.getByRole('heading', { level: 1 }), 'Spring');
  await shows(page.getByRole('main'), /25% off for 3 months/);
  const code = await press('Create promotion code', 'Create a promotion code for Spring');
  await code.getByLabel('Code').fill('SPRING25');
  await confirm(code, 'Create promotion code');
  await page.getByRole('button', { name: 'Deactivate SPRING25' }).click();
  await page.getByRole('button', { name: 'Activate SPRING25', exact: true }).waitFor();
  expect((await rig.stripe.promotionCodes.list({ code: 'SPRING25' })).data).toMatchObject([{ active: false }]);
});

describe('a webhook endpoint', () => {
  test('gets a new secret, shown once, while the old one goes on signing', async () => {
    const { id, secret } = rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await open(`webhooks/${id}`);
    const dialog = await press('Roll secret', `Roll the secret of ${hook.url}?`);
    await dialog.getByRole('button', { name: 'Roll secret now' }).click();
    const shown = page.getByRole('dialog', { name: 'Secret rolled' });
    const fresh = (await shown.getByRole('button', { name: /^Copy whsec_/ }).textContent())?.trim() ?? '';
    await shown.getByRole('button', { name: 'Done' }).click();
    expect(fresh).not.toBe(secret);
    await rig.stripe.products.create({ name: 'signed twice' });
    const { body, headers } = await hook.next(({ event }) => event.type === 'product.created');
    for (const each of [secret, fresh])
      await rig.stripe.webhooks.constructEventAsync(body, String(headers['stripe-signature']), each);
  });

  test('is sent an event again from the event’s page', async () => {
    const { data } = await rig.stripe.events.list({ type: 'product.created', limit: 1 });
    const before = hook.received.length;
    await open(`events/${data[0]?.id ?? ''}`);
    await shows(page.getByRole('region', { name: 'Payload' }), /type: "product\.created"/);
    await page.getByRole('button', { name: 'Resend', exact: true }).click();
    await expect.poll(() => hook.received.length).toBe(before + 1);
    await expect.poll(() => page.getByRole('table', { name: 'Deliveries' }).getByRole('row').count()).toBe(3);
    // Or to the one endpoint that did not hear it.
    await page
      .getByRole('button', { name: `Resend product.created to ${hook.url}` })
      .first()
      .click();
    await expect.poll(() => hook.received.length).toBe(before + 2);
  });
});

describe('what comes before and after a payment', () => {
  test('a quote is finalized and accepted, and leads to its subscription; the customer’s page leads to it', async () => {
    const { id } = await rig.stripe.quotes.create({ customer: ada.id, line_items: [{ price: small.id, quantity: 2 }] });
    await open(`customers/${ada.id}`);
    await page.getByRole('table', { name: 'Quotes' }).getByRole('link', { name: 'No number yet' }).click();
    await shows(page.getByRole('region', { name: 'Lines' }), /Starter.*\$9\.00 \/ month.*2.*\$18\.00/);
    await page.getByRole('button', { name: 'Finalize quote' }).click();
    await page.getByRole('button', { name: 'Accept quote' }).click();
    await shows(page.locator('.under'), /Accepted/);
    const { subscription } = await rig.stripe.quotes.retrieve(id);
    await page.getByRole('link', { name: subscription as string }).click();
    await shows(page.getByRole('heading', { level: 1 }), 'Ada Lovelace – 2 × Starter, $9.00 / month');
  });

  test('a checkout session shows itself as it is made, leads to its page and is expired', async () => {
    await open('checkouts');
    const { id, url } = await rig.stripe.checkout.sessions.create({
      ...{ mode: 'subscription', customer: ada.id, line_items: [{ price: large.id, quantity: 1 }] },
      success_url: 'https://example.com/thanks',
    });
    await page.locator(`tr[data-id="${id}"]`).getByRole('link', { name: 'Subscription' }).click();
    expect(await page.getByRole('link', { name: 'Open page' }).getAttribute('href')).toBe(url);
    await shows(page.getByRole('region', { name: 'Lines' }), /Team.*\$29\.00/);
    await confirm(await press('Expire session', 'Expire session?'), 'Expire session now');
    await shows(page.locator('.under'), /Expired/);
    await open('checkouts?status=open');
    await shows(page.getByRole('main'), /No checkout sessions match this filter/);
  });

  test('a dispute is won from its payment’s page on', async () => {
    const { id } = await pay(4_200, { payment_method: 'pm_card_createDispute' });
    await open(`payments/${id}`);
    await page.getByRole('table', { name: 'Disputes' }).getByRole('link', { name: '$42.00' }).click();
    await shows(page.getByRole('region', { name: 'Details' }), /Ada Lovelace.*fraudulent/);
    await confirm(await press('Win dispute', 'Win dispute?'), 'Win dispute now');
    await shows(page.locator('.under'), /Won/);
    expect((await rig.stripe.disputes.list({ payment_intent: id })).data).toMatchObject([{ status: 'won' }]);
  });

  test('a schedule shows its phases and is released', async () => {
    const month = { interval: 'month', interval_count: 1 } as const;
    const { id } = await rig.stripe.subscriptionSchedules.create({
      ...{ customer: ada.id, start_date: 'now', end_behavior: 'cancel' },
      phases: [small, large].map(({ id: price }) => ({ items: [{ price, quantity: 1 }], duration: month })),
    });
    await open(`schedules/${id}`);
    await shows(page.getByRole('region', { name: 'Phases' }), /Starter, \$9\.00.*Now.*Team, \$29\.00.*next/);
    await confirm(await press('Release schedule', 'Release schedule?'), 'Release schedule now');
    await shows(page.locator('.under'), /Released/);
    expect((await rig.stripe.subscriptionSchedules.retrieve(id)).status).toBe('released');
  });

  test('that is not there is said to be not there', async () => {
    await open('quotes');
    await page.evaluate("location.hash = '#/quotes/qt_nothing'");
    await shows(page.getByRole('alert'), /No such object.*No such quote: 'qt_nothing'/);
    complaints.length = 0; // of the 404 that the browser tells of
  });
});

test('faults are switched on, set and switched off, and the page says which are on', async () => {
  await open('faults');
  await page.getByRole('switch', { name: 'Lose webhooks' }).click();
  await page.getByLabel('Lose webhooks: 1 in').fill('3');
  await page.keyboard.press('Enter');
  await expect.poll(() => rig.emulator.faults.get().lose_every).toBe(3);
  await page.getByRole('switch', { name: 'Slow responses' }).click();
  await expect.poll(() => rig.emulator.faults.get().latency_ms).toBe(500);
  await page.getByRole('button', { name: 'Turn all off' }).click();
  await expect.poll(() => rig.emulator.faults.get()).toMatchObject({ lose_every: 0, latency_ms: 0 });
  await expect.poll(() => page.getByRole('switch', { checked: true }).count()).toBe(0);
});

test('every fault has its switch, and the page still works while all of them are on', async () => {
  await open('faults');
  const switches = page.getByRole('switch');
  await switches.first().waitFor();
  for (const one of await switches.all()) await one.click();
  const off = (): string[] =>
    Object.entries(rig.emulator.faults.get()).flatMap(([name, at]) => (at === 0 ? [name] : []));
  await expect.poll(off).toEqual([]);
  await open('customers');
  await shows(page.getByRole('main'), /Ada Lovelace/);
  await open('faults');
  await page.getByRole('button', { name: 'Turn all off' }).click();
  await page.getByRole('switch', { name: 'Random (seeded)' }).click(); // it does nothing alone, so it was left on
  await expect.poll(() => rig.emulator.faults.get()).toMatchObject({ seed: 0, lose_every: 0, cut_every: 0 });
});

test('the clock is advanced, and what falls due happens', async () => {
  const { id } = await subscribe({ trial_period_days: 30 });
  await open('clocks');
  await page.getByRole('button', { name: 'Advance the emulator by 31 days' }).click();
  await expect.poll(async () => (await rig.stripe.subscriptions.retrieve(id)).status).toBe('active');
  // Times are told from the emulator's own.
  await rig.stripe.customers.create({ name: 'A month later' });
  await open('customers');
  await shows(page.getByRole('row').filter({ hasText: 'A month later' }), /just now|\d+ s ago/);
  await shows(page.getByRole('row').filter({ hasText: 'Ada Lovelace' }), /31 days ago/);
});

test('the log shows a request as it comes, what was sent and answered, and the event it made', async () => {
  await open('requests');
  const { id, lastResponse } = await rig.stripe.products.create({ name: 'logged', metadata: { from: 'a test' } });
  const row = page.locator(`tr[data-id="${lastResponse.requestId}"]`);
  await shows(row, /POST \/v1\/products.*200/);
  await row.getByRole('link').click();
  await shows(page.getByRole('heading', { level: 1 }), 'POST /v1/products');
  await shows(page.getByRole('region', { name: 'Request' }), /metadata\[from\]: "a test"/);
  await shows(page.getByRole('region', { name: 'Response' }), new RegExp(id));
  await shows(page.getByRole('region', { name: 'Events' }), /product\.created/);
  await rig.stripe.products.retrieve('prod_nowhere').catch(() => undefined);
  await open('requests?status=failed');
  await shows(page.getByRole('row').nth(1), /GET \/v1\/products\/prod_nowhere.*404.*No such product/);
});

test('a test clock is made and advanced', async () => {
  await open('clocks');
  const dialog = await press('Create test clock', 'Create a test clock');
  await dialog.getByLabel('Name').fill('Renewals');
  await dialog.getByLabel('Start date').fill('2031-01-31');
  await confirm(dialog, 'Create test clock');
  await page.getByRole('button', { name: 'Advance Renewals by one day' }).click();
  await shows(page.getByRole('region', { name: 'Test clocks' }), /Feb 1, 2031, 12:00 UTC, ready/);
});

test('what an app needs to connect is there to be copied', async () => {
  await open('connect');
  await shows(
    page.getByRole('region', { name: 'URL and keys' }),
    new RegExp(`${rig.emulator.secretKey}.*of the SDK’s`),
  );
  await shows(page.getByRole('region', { name: 'In TypeScript' }), new RegExp(`port: ${rig.emulator.port}`));
});

describe('by the keyboard alone', () => {
  test('an object is found from anywhere and opened', async () => {
    await open('clocks');
    await page.keyboard.press('/');
    const dialog = page.getByRole('dialog', { name: 'Find' });
    await dialog.getByRole('combobox').fill('lovelace');
    await shows(dialog.getByRole('option', { selected: true }), /Ada Lovelace\s*customer/);
    await page.keyboard.press('Enter');
    await shows(page.getByRole('heading', { level: 1 }), 'Ada Lovelace');
    await page.getByRole('link', { name: 'JSON' }).click();
    await shows(page.getByRole('region', { name: 'Object' }), /"ada@example\.com"/);
  });

  test('an action is reached, its dialog has the focus, keeps it, and gives it back', async () => {
    await open(`customers/${ada.id}`);
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
    for (let pressed = 0; pressed < 40 && (await focused()) !== 'Edit customer'; pressed++)
      await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Edit/ });
    await dialog.waitFor();
    const inside = "document.activeElement.closest('dialog') !== null || document.activeElement === document.body";
    for (let pressed = 0; pressed < 12; pressed++) {
      expect(await page.evaluate(inside)).toBe(true);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe('Edit customer');
  });

  test('every view is reached, a list is searched, help comes and goes', async () => {
    await open('customers');
    const titles: string[] = [];
    for (const key of 'cpdslqihyuewrkfa') {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      const here = page.locator('nav [aria-current=page]');
      await expect.poll(async () => (await here.textContent()) !== titles.at(-1)).toBe(true);
      titles.push((await here.textContent()) ?? '');
    }
    expect(titles).toEqual(await page.locator('nav a').allTextContents());
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard' });
    await shows(help, /g e\s*Events/);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await open('customers');
    await page.keyboard.press('/');
    await page.keyboard.type('nobody at all');
    await shows(page.getByRole('main'), /No customers match “nobody at all”/);
  });
});

describe('an object that came before a hundred others', () => {
  const HUNDRED = Array.from({ length: 101 }, (_, n) => n);

  test('is listed by its status, whether the API has such a filter or not', async () => {
    const old = await rig.stripe.customers.create({ name: 'Old Owner' });
    const quote = await rig.stripe.quotes.create({ customer: old.id, line_items: [{ price: small.id }] });
    await rig.stripe.quotes.cancel(quote.id);
    const { id } = await pay(1_300, { customer: old.id, payment_method: 'pm_card_createDispute' });
    const [dispute] = (await rig.stripe.disputes.list({ payment_intent: id })).data;
    await rig.stripe.disputes.close(dispute?.id ?? '');
    await rig.emulator.fixture([
      ...HUNDRED.map((n) => ({ name: `q${n}`, path: '/v1/quotes', params: { customer: ada.id } })),
      ...HUNDRED.map((n) => ({
        ...{ name: `d${n}`, path: '/v1/payment_intents' },
        params: { amount: 100, currency: 'usd', confirm: true, payment_method: 'pm_card_createDispute' },
      })),
    ]);
    for (const list of ['quotes?status=canceled', 'disputes?status=lost']) {
      await open(list);
      await shows(page.getByRole('row').nth(1), /Old Owner/);
      expect(await page.getByRole('row').count()).toBe(2);
    }
    await open(`customers/${old.id}`);
    await shows(page.getByRole('table', { name: 'Disputes' }), /\$13\.00.*Lost/);
    await open('customers?q=nobody at all');
    await shows(page.getByRole('main'), /No customers match “nobody at all”/);
    // A search reads the pages that are not loaded yet.
    await open('disputes?q=Old Owner');
    await shows(page.getByRole('row').nth(1), /Old Owner/);
  });
});

test('what changes elsewhere shows itself, on a list and on a page, and keeps what has the focus', async () => {
  await open('customers');
  const { id } = await rig.stripe.customers.create({ name: 'Mary Somerville' });
  const link = page.locator(`tr[data-id="${id}"]`).getByRole('link').first();
  await link.focus();
  await rig.stripe.customers.update(id, { name: 'Mary Fairfax' });
  await shows(link, 'Mary Fairfax');
  await page.keyboard.press('Enter');
  await shows(page.getByRole('heading', { level: 1 }), 'Mary Fairfax');
  await rig.stripe.subscriptions.create({ customer: id, items: [{ price: small.id }], trial_period_days: 7 });
  await shows(page.getByRole('table', { name: 'Subscriptions' }), /Starter.*Trialing/);
  await rig.stripe.paymentMethods.attach('pm_card_amex', { customer: id });
  await shows(page.getByRole('table', { name: 'Payment methods' }), /amex ···· 0005/);
  await shows(page.getByRole('table', { name: 'Invoices' }), /\$0\.00.*Paid/);
  await shows(page.getByRole('region', { name: 'Events' }), /customer\.subscription\.created/);
  await rig.stripe.customers.del(id);
  await shows(page.getByRole('main'), /deleted/);
});

// With LOCKSTEP_PAGES_TO=folder it also draws them, at both widths.
test('every page shows itself, not wider than a phone, readable in the light and in the dark, and accessible', async () => {
  const { stripe } = rig;
  const newest = async (list: Promise<{ data: { id: string }[] }>): Promise<string> => (await list).data[0]?.id ?? '';
  const requests = (await rig.call('GET', '/_emulator/requests?limit=1')).body['data'] as { id: string }[];
  const views = [
    ...['customers', 'products', 'coupons', 'subscriptions', 'invoices', 'payments', 'events', 'webhooks', 'requests'],
    ...['quotes', 'checkouts', 'disputes', 'schedules', `quotes/${await newest(stripe.quotes.list())}`],
    ...[
      `checkouts/${await newest(stripe.checkout.sessions.list())}`,
      `disputes/${await newest(stripe.disputes.list())}`,
      `schedules/${await newest(stripe.subscriptionSchedules.list())}`,
    ],
    ...[
      'clocks',
      'faults',
      'connect',
      `customers/${ada.id}`,
      `subscriptions/${await newest(stripe.subscriptions.list())}`,
    ],
    ...[`coupons/${await newest(stripe.coupons.list())}`, `invoices/${await newest(stripe.invoices.list())}`],
    ...[`payments/${await newest(stripe.paymentIntents.list())}`, `products/${small.product as string}`],
    ...[`events/${await newest(stripe.events.list())}`, `webhooks/${await newest(stripe.webhookEndpoints.list())}`],
    ...[`requests/${requests[0]?.id ?? ''}`, `objects/${ada.id}`],
  ];
  const tooWide: string[] = [];
  const tooFaint = new Set<string>();
  const wrong: string[] = [];
  const folder = process.env['LOCKSTEP_PAGES_TO'];
  const screens = [[390, 'dark'] as const, ...(folder === undefined ? [] : [[1280, 'light'] as const])];
  for (const [width, colorScheme] of screens) {
    await page.setViewportSize({ width, height: 844 });
    await inScheme(page, colorScheme);
    for (const view of views) {
      await open(view);
      await expect.poll(() => page.locator('[aria-busy=true], .skeleton').count()).toBe(0);
      if ((await page.evaluate<number>('document.body.parentElement.scrollWidth')) > width) tooWide.push(view);
      for (const scheme of ['light', 'dark'] as const) {
        await inScheme(page, scheme);
        for (const text of await faint(page)) tooFaint.add(`${scheme}: ${text}`);
      }
      for (const found of await violations(page)) wrong.push(`${view}, phone, dark: ${found}`);
      await page.setViewportSize({ width: 1280, height: 844 });
      await inScheme(page, 'light');
      for (const found of await violations(page)) wrong.push(`${view}, desktop, light: ${found}`);
      await page.emulateMedia({ colorScheme });
      if (
        await page.evaluate(
          "[...document.querySelectorAll('.table-scroll')].some((one) => one.scrollWidth > one.clientWidth)",
        )
      )
        tooWide.push(`a table of ${view}`);
      await page.setViewportSize({ width, height: 844 });
      if (folder !== undefined)
        await page.screenshot({
          path: `${folder}/${view.split('/').length > 1 ? 'one-' : ''}${view.split('/')[0]}-${width}.png`,
        });
    }
  }
  expect(tooWide).toEqual([]);
  expect([...tooFaint]).toEqual([]);
  expect(wrong).toEqual([]);
}, 180_000);

async function open(view: string): Promise<void> {
  await page.goto('about:blank'); // a new hash alone would not load the page anew
  await page.goto(`${rig.emulator.url}/#/${view}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Presses a button that asks something; the dialog. */
async function press(button: string, dialog: string | RegExp): Promise<Locator> {
  await page.getByRole('main').getByRole('button', { name: button, exact: true }).first().click();
  const asked = page.getByRole('dialog', { name: dialog });
  await asked.waitFor();
  return asked;
}

async function confirm(dialog: Locator, button: string): Promise<void> {
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function shows(locator: Locator, text: string | RegExp): Promise<void> {
  const seen = expect.poll(async () => (await locator.first().textContent())?.trim(), { timeout: PATIENCE_MS });
  await (typeof text === 'string' ? seen.toBe(text) : seen.toMatch(text));
}

const pay = (amount: number, more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  rig.stripe.paymentIntents.create({
    ...{ amount, currency: 'usd', customer: ada.id, payment_method: 'pm_card_visa', confirm: true },
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    ...more,
  });

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const card = (number: string) => ({ number, expiry: '12/40', cvc: '123' });
const post = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

async function open(options: Stripe.RequestOptions = {}): Promise<Stripe.Invoice & { hosted_invoice_url: string }> {
  const customer = await rig.stripe.customers.create({ name: 'Ada <b>L</b>' }, options);
  const { id } = await rig.stripe.invoices.create(
    { customer: customer.id, collection_method: 'send_invoice', days_until_due: 7 },
    options,
  );
  await rig.stripe.invoiceItems.create(
    { customer: customer.id, invoice: id, currency: 'usd', amount: 1250, description: 'Consulting (two hours)' },
    options,
  );
  const invoice = await rig.stripe.invoices.finalizeInvoice(id, {}, options);
  return { ...invoice, hosted_invoice_url: invoice.hosted_invoice_url ?? '' };
}

describe('the page of an invoice', () => {
  test('shows its lines and what is due, without treating any of it as markup', async () => {
    const { hosted_invoice_url: url, number } = await open();
    expect(url).toContain(`${rig.emulator.url}/i/${rig.emulator.account}/`);
    const text = await (await fetch(url)).text();
    for (const part of [number ?? '', 'Consulting (two hours)', '$12.50', 'Ada &#60;b&#62;L&#60;/b&#62;']) {
      expect(text).toContain(part);
    }
  });

  test('accepts a card, and is then paid', async () => {
    const { id, hosted_invoice_url: url } = await open();
    expect((await post(url, card('4242424242424242'))).status).toBe(303);
    expect(await rig.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_remaining: 0 });
    expect(await (await fetch(url)).text()).not.toContain('<button>Pay');
  });

  test('says that a card was declined, and accepts another', async () => {
    const { id, hosted_invoice_url: url } = await open();
    const declined = await post(url, card('4000000000000341'));
    expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('declined') as string]);
    await post(url, card('4242424242424242'));
    expect((await rig.stripe.invoices.retrieve(id)).status).toBe('paid');
  });

  test('asks for 3-D Secure, and continues with the answer', async () => {
    const { id, hosted_invoice_url: url } = await open();
    expect((await post(url, card('4000002760003184'))).status).toBe(303);
    expect(await (await fetch(url)).text()).toContain('3-D Secure');
    await post(url, { challenge: 'complete' });
    expect((await rig.stripe.invoices.retrieve(id)).status).toBe('paid');
  });

  test('has a PDF below it', async () => {
    const { invoice_pdf } = await open();
    const response = await fetch(invoice_pdf ?? '');
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text).toContain('Consulting \\(two hours\\)   $12.50');
    const table = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    expect(text.slice(table, table + 4)).toBe('xref');
  });

  test('of an unknown invoice is a 404', async () => {
    expect((await fetch(`${rig.emulator.url}/i/acct_none/test_none`)).status).toBe(404);
  });
});

describe('in a connected account', () => {
  test('the pages of invoices, checkouts, links and portals are its own', async () => {
    const { stripe } = rig;
    const { id: stripeAccount } = await stripe.accounts.create({ type: 'standard' });
    const options = { stripeAccount };
    const invoice = await open(options);
    await post(invoice.hosted_invoice_url, card('4242424242424242'));
    expect((await stripe.invoices.retrieve(invoice.id, {}, options)).status).toBe('paid');

    const price = await stripe.prices.create(
      { currency: 'usd', unit_amount: 900, recurring: { interval: 'month' }, product_data: { name: 'Theirs' } },
      options,
    );
    const line_items = [{ price: price.id, quantity: 1 }];
    const session = await stripe.checkout.sessions.create(
      { mode: 'subscription', line_items, success_url: 'https://app.example/done' },
      options,
    );
    const paid = await post(session.url ?? '', { ...card('4242424242424242'), email: 'ada@example.com' });
    expect(paid.headers.get('location')).toBe('https://app.example/done');
    const done = await stripe.checkout.sessions.retrieve(session.id, {}, options);
    expect(done).toMatchObject({ status: 'complete', payment_status: 'paid' });

    const link = await stripe.paymentLinks.create({ line_items }, options);
    const opened = await fetch(link.url, { redirect: 'manual' });
    expect(opened.headers.get('location')).toContain('/c/pay/cs_test_');
    expect(await (await fetch(opened.headers.get('location') ?? '')).text()).toContain('Theirs');

    const portal = await stripe.billingPortal.sessions.create({ customer: done.customer as string }, options);
    expect(await (await fetch(portal.url)).text()).toContain('Theirs');
    await post(portal.url, { action: 'cancel', subscription: done.subscription as string });
    const canceled = await stripe.subscriptions.retrieve(done.subscription as string, {}, options);
    expect(canceled.cancel_at).not.toBeNull();
    expect((await stripe.checkout.sessions.list()).data).toEqual([]);
  });
});

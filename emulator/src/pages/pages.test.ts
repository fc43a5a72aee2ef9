import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { eventsOf, startRig } from '../../test/rig.js';

let rig: Rig;
let price: Stripe.Price;
beforeAll(async () => {
  rig = await startRig();
  price = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1500,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro <b>plan</b>' },
  });
});
afterAll(() => rig.stop());

const CARD = { number: '4242424242424242', expiry: '12/40', cvc: '123' };

const post = (url: string, form: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

async function session(sent: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> {
  return rig.stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price.id, quantity: 2 }],
    success_url: 'https://app.example/done?session={CHECKOUT_SESSION_ID}',
    ...sent,
  });
}

describe('every page', () => {
  const policyOf = async (url: string): Promise<{ policy: string; headers: Headers; text: string }> => {
    const response = await fetch(url, { redirect: 'manual' });
    const policy = response.headers.get('content-security-policy') ?? '';
    return { policy, headers: response.headers, text: await response.text() };
  };

  test('has no script or style inside it, and none from elsewhere may be shown in a frame', async () => {
    const customer = await rig.stripe.customers.create({});
    const portal = await rig.stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'https://a.example',
    });
    const invoice = await rig.stripe.invoices.create({ customer: customer.id });
    const { hosted_invoice_url } = await rig.stripe.invoices.finalizeInvoice(invoice.id);
    const { url } = await session();
    const missing = `${rig.emulator.url}/c/pay/cs_none`;
    for (const page of [url, portal.url, hosted_invoice_url, `${rig.emulator.url}/c/done`, missing]) {
      const { policy, headers, text } = await policyOf(page ?? '');
      expect(policy).toMatch(/^default-src 'none'; style-src 'self';.*base-uri 'none'; frame-ancestors 'none'$/);
      expect(policy).not.toMatch(/unsafe|script-src|\*/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
        'nosniff',
        'same-origin',
      ]);
      expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/i);
      const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(text) ?? [];
      expect((await fetch(rig.emulator.url + style)).headers.get('content-type')).toBe('text/css; charset=utf-8');
    }
  });

  test('of a bank may be shown in a frame, but only by pages of this machine', async () => {
    const intent = await rig.stripe.paymentIntents.create({
      ...{ amount: 500, currency: 'usd', confirm: true, payment_method: 'pm_card_threeDSecure2Required' },
      return_url: 'myapp://back',
    });
    const { policy, headers } = await policyOf(intent.next_action?.redirect_to_url?.url ?? '');
    expect(policy).toContain("form-action 'self' http: https: myapp:;");
    const [, ancestors = ''] = /frame-ancestors (.*)$/.exec(policy) ?? [];
    expect(
      ancestors.split(' ').every((source) => /^('self'|https?:\/\/(localhost|127\.0\.0\.1):\*)$/.test(source)),
    ).toBe(true);
    expect(headers.get('x-frame-options')).toBeNull();
  });

  test('that a state file brings back never links to a script', async () => {
    const { url } = await session({ cancel_url: 'https://app.example/cancel' });
    const slug = 'javascript:alert(1)';
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-pages-'));
    const file = join(directory, 'state.jsonl');
    await rig.emulator.save(file);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(/https:\/\/app\.example\/[^"\\]*/g, slug));
    const old = await startRig({ dataFile: file });
    const page = new URL(url ?? '').pathname;
    const { text } = await policyOf(old.emulator.url + page);
    expect(text).toContain('Back');
    expect(text).not.toContain(slug);
    const done = await post(old.emulator.url + page, { ...CARD, email: 'ada@example.com' });
    expect([done.status, done.headers.get('location')]).toEqual([404, null]);
    await old.stop();
    await rm(directory, { recursive: true });
  });
});

describe('the checkout page', () => {
  test('shows what is bought, without treating any of it as markup', async () => {
    const { url } = await session();
    const text = await (await fetch(url ?? '')).text();
    expect(text).toContain('2 × Pro &#60;b&#62;plan&#60;/b&#62;');
    expect(text).toContain('$30.00');
    expect(text).toContain('Local emulator');
  });

  test('has the email address that the session or its customer has, and asks for one otherwise', async () => {
    const ada = await rig.stripe.customers.create({ email: 'ada@example.com' });
    const emailOf = async (sent: Partial<Stripe.Checkout.SessionCreateParams>): Promise<string> => {
      const { url } = await session(sent);
      return /<input name="email"[^>]*>/.exec(await (await fetch(url ?? '')).text())?.[0] ?? '';
    };
    expect(await emailOf({ customer: ada.id })).toMatch(/value="ada@example.com" readonly required/);
    expect(await emailOf({ customer_email: 'eve@example.com' })).toMatch(/value="eve@example.com" readonly required/);
    expect(await emailOf({})).toMatch(/value=""\s+required/);
  });

  test('asks for a billing address if the session requires one, and keeps it', async () => {
    const { id, url } = await session({ billing_address_collection: 'required' });
    const text = await (await fetch(url ?? '')).text();
    for (const part of ['line1', 'postal_code', 'city', 'country'])
      expect(text).toMatch(new RegExp(`<input[^>]*name="billing.${part}"[^>]*required`));
    const refused = await post(url ?? '', { ...CARD, email: 'ada@example.com' });
    expect([refused.status, await refused.text()]).toEqual([
      402,
      expect.stringContaining('Enter your billing address.'),
    ]);
    const address = { line1: '12 St James’s Square', postal_code: 'SW1Y 4LE', city: 'London', country: 'GB' };
    const entered = Object.entries(address).map(([part, value]) => [`billing.${part}`, value]);
    await post(url ?? '', { ...CARD, email: 'ada@example.com', ...(Object.fromEntries(entered) as object) });
    const { customer_details: details } = await rig.stripe.checkout.sessions.retrieve(id);
    expect(details?.address).toEqual({ ...address, line2: null, state: null });
  });

  test('requires the address to ship to, in one of the countries that the session allows', async () => {
    const { url } = await session({ shipping_address_collection: { allowed_countries: ['DE', 'AT'] } });
    const text = await (await fetch(url ?? '')).text();
    expect(text).toMatch(/<input name="shipping.line1"[^>]*required/);
    expect(text).toMatch(/<input name="shipping.line2"(?![^>]*required)/);
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /<option value="DE">Germany<\/option>.*<option value="AT">Austria<\/option>/,
    );
  });

  test('accepts a card, creates customer and subscription, and leads to the success address', async () => {
    const { id, url } = await session({ metadata: { order: '7' } });
    const response = await post(url ?? '', { ...CARD, email: 'ada@example.com', name: 'Ada' });
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `https://app.example/done?session=${id}`,
    ]);

    const done = await rig.stripe.checkout.sessions.retrieve(id, {
      expand: ['subscription', 'customer', 'line_items'],
    });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      customer: { email: 'ada@example.com', name: 'Ada' },
      subscription: { status: 'active' },
      line_items: { data: [{ quantity: 2, amount_total: 3000 }] },
      metadata: { order: '7' },
    });
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual(['checkout.session.completed']);
  });

  test('says why a card was declined, and accepts another one', async () => {
    const { id, url } = await session({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'usd', unit_amount: 500, product_data: { name: 'Mug' } }, quantity: 1 }],
    });
    const declined = await post(url ?? '', { ...CARD, number: '4000000000000002' });
    expect([declined.status, (await declined.text()).includes('Your card was declined.')]).toEqual([402, true]);
    expect((await post(url ?? '', CARD)).status).toBe(303);
    expect((await rig.stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid');
  });

  test('lets a bank’s challenge be answered', async () => {
    const { id, url } = await session();
    const asked = await post(url ?? '', { ...CARD, number: '4000000000003220', email: 'grace@example.com' });
    expect(await asked.text()).toContain('3-D Secure');
    expect((await rig.stripe.checkout.sessions.retrieve(id)).status).toBe('open');
    expect((await post(url ?? '', { challenge: 'complete' })).status).toBe(303);
    expect(await rig.stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] })).toMatchObject({
      status: 'complete',
      subscription: { status: 'active' },
    });
  });

  test('is reached by a payment link, a new session for each visit', async () => {
    const { id, url } = await rig.stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }] });
    const visits = await Promise.all([1, 2].map(() => fetch(url, { redirect: 'manual' })));
    expect(new Set(visits.map(({ headers }) => headers.get('location'))).size).toBe(2);
    expect((await rig.stripe.checkout.sessions.list({ payment_link: id })).data).toHaveLength(2);
  });

  test('of an expired session accepts nothing', async () => {
    const { id, url } = await session();
    await rig.stripe.checkout.sessions.expire(id);
    expect((await fetch(url ?? '')).status).toBe(404);
  });
});

describe('the page of a bank’s question', () => {
  const BACK = 'https://app.example/back?order=7';
  const CARD_ASKING = { payment_method: 'pm_card_threeDSecure2Required', confirm: true, return_url: BACK };

  test.each([
    ['complete', 'succeeded', 'succeeded'],
    ['fail', 'requires_payment_method', 'failed'],
  ])('is where a payment confirmed by the server leads to, and back: %s', async (challenge, status, said) => {
    const { id, client_secret, next_action } = await rig.stripe.paymentIntents.create({
      ...{ amount: 1000, currency: 'usd' },
      ...CARD_ASKING,
    });
    const url = next_action?.redirect_to_url?.url ?? '';
    expect(await (await fetch(url)).text()).toContain('3-D Secure');
    const location = (await post(url, { challenge })).headers.get('location') ?? '';
    expect(location).toMatch(/^https:\/\/app\.example\/back\?/);
    expect(Object.fromEntries(new URL(location).searchParams)).toEqual({
      ...{ order: '7', payment_intent: id, payment_intent_client_secret: client_secret, redirect_status: said },
    });
    expect((await rig.stripe.paymentIntents.retrieve(id)).status).toBe(status);
    expect((await post(url, { challenge })).status).toBe(404);
  });

  test('exists for a setup too, and only with its secret', async () => {
    const { id, next_action } = await rig.stripe.setupIntents.create(CARD_ASKING);
    const url = next_action?.redirect_to_url?.url ?? '';
    expect((await fetch(url.slice(0, -1))).status).toBe(404);
    const location = new URL((await post(url, { challenge: 'complete' })).headers.get('location') ?? '');
    expect(location.searchParams.get('setup_intent')).toBe(id);
    expect((await rig.stripe.setupIntents.retrieve(id)).status).toBe('succeeded');
  });
});

describe('the portal page', () => {
  const open = async (features?: Stripe.BillingPortal.ConfigurationCreateParams['features']) => {
    const customer = await rig.stripe.customers.create({
      email: 'ada@example.com',
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const configuration =
      features === undefined ? undefined : await rig.stripe.billingPortal.configurations.create({ features });
    const { url } = await rig.stripe.billingPortal.sessions.create({
      customer: customer.id,
      return_url: 'https://app.example/account',
      ...(configuration === undefined ? {} : { configuration: configuration.id }),
    });
    return { customer, subscription, url };
  };

  test('shows subscription, card and invoices', async () => {
    const { url } = await open();
    const text = await (await fetch(url)).text();
    expect(text).toContain('active');
    expect(text).toContain('visa ending in 4242');
    expect(text).toContain('$15.00');
    expect(text).toContain('href="https://app.example/account"');
  });

  test('cancels at the period’s end by a date, as Stripe’s does, and undoes it', async () => {
    const { subscription, url } = await open();
    await post(url, { action: 'cancel', subscription: subscription.id });
    const ending = await rig.stripe.subscriptions.retrieve(subscription.id);
    expect(ending).toMatchObject({
      status: 'active',
      cancel_at: subscription.items.data[0]?.current_period_end,
      cancel_at_period_end: false,
    });
    await post(url, { action: 'renew', subscription: subscription.id });
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBeNull();
  });

  test('saves another card as the default', async () => {
    const { customer, url } = await open();
    await post(url, { action: 'card', ...CARD, number: '5555555555554444' });
    const { invoice_settings } = (await rig.stripe.customers.retrieve(customer.id, {
      expand: ['invoice_settings.default_payment_method'],
    })) as Stripe.Customer;
    expect(invoice_settings.default_payment_method).toMatchObject({ card: { brand: 'mastercard' } });
  });

  test('switches to another plan that it offers, prorated as its configuration says', async () => {
    const large = await rig.stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 4500, recurring: { interval: 'month' }, product_data: { name: 'Team' } },
    });
    const products = [price, large].map(({ id, product }) => ({ product: product as string, prices: [id] }));
    const { subscription, url } = await open({
      subscription_update: {
        ...{ enabled: true, default_allowed_updates: ['price'], products, proration_behavior: 'always_invoice' },
      },
    });
    const text = await (await fetch(url)).text();
    expect(text).toContain('Team, $45.00 / month');
    expect(text).not.toContain(`<option value="${price.id}">`);
    const form = { action: 'switch', subscription: subscription.id };
    expect((await post(url, { ...form, price: 'price_none' })).status).toBe(400);
    expect((await post(url, { ...form, price: large.id })).status).toBe(303);
    const changed = await rig.stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
    expect(changed).toMatchObject({
      items: { data: [{ id: subscription.items.data[0]?.id, price: { id: large.id } }] },
      latest_invoice: { billing_reason: 'subscription_update', status: 'paid', total: 3000 },
    });
    const other = await open();
    expect((await post(other.url, { ...form, subscription: other.subscription.id, price: large.id })).status).toBe(400);
  });

  test('changes the details that may be changed', async () => {
    const { customer, url } = await open({ customer_update: { enabled: true, allowed_updates: ['name'] } });
    await post(url, { action: 'details', name: 'Ada Lovelace', email: 'other@example.com' });
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({
      ...{ name: 'Ada Lovelace', email: 'ada@example.com' },
    });
  });

  test('does only what its configuration allows, and nothing to other customers', async () => {
    const { subscription, url } = await open({ invoice_history: { enabled: true } });
    expect((await post(url, { action: 'cancel', subscription: subscription.id })).status).toBe(400);
    const other = await open();
    expect((await post(other.url, { action: 'cancel', subscription: subscription.id })).status).toBe(404);
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBeNull();
    expect((await fetch(`${rig.emulator.url}/p/session/test_none`)).status).toBe(404);
  });
});

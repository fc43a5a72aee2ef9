import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shop } from '../../emulator/test/billing.js';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { launchChromium } from '../support/chromium.js';
import { inScheme, violations } from './axe.js';

const BACK = 'https://app.example/back';

let rig: Rig;
let browser: Browser;
let page: Page;
/** What was paid, and for what: the objects that the pages are about. */
let sold: { customer: string; subscription: Stripe.Subscription; team: Stripe.Price };

beforeAll(async () => {
  [rig, browser] = await Promise.all([startRig(), launchChromium()]);
  page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const { customer, price } = await shop(rig, Math.floor(Date.now() / 1_000));
  const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const month = { interval: 'month' } as const;
  const team = { currency: 'usd', unit_amount: 2_000, recurring: month, product_data: { name: 'Team' } };
  sold = { customer: customer.id, subscription, team: await rig.stripe.prices.create(team) };
  rig.emulator.faults.set({ lose_every: 2 });
});
afterAll(async () => {
  await browser?.close();
  await rig?.stop();
});

// With LOCKSTEP_PAGES_TO=folder it also draws them.
test('every page of a customer is accessible and no wider than a phone, in the light and in the dark', async () => {
  const wrong: string[] = [];
  const folder = process.env['LOCKSTEP_PAGES_TO'];
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const addresses = { ...(await checkouts()), ...(await payers()), ...(await portals()), ...(await others()) };
  for (const [name, address] of Object.entries(addresses)) {
    await page.goto(address.startsWith('/') ? `${rig.emulator.url}${address}` : address);
    expect([name, await page.locator('.signs').count()]).toEqual([name, 1]);
    if ((await page.evaluate<number>('document.body.parentElement.scrollWidth')) > 390) wrong.push(`${name}: too wide`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await inScheme(page, colorScheme);
      for (const found of await violations(page)) wrong.push(`${name}, ${colorScheme}: ${found}`);
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
    }
  }
  expect(wrong).toEqual([]);
});

async function checkouts(): Promise<Record<string, string>> {
  const { sessions } = rig.stripe.checkout;
  const line_items = [{ price: sold.team.id, quantity: 2 }];
  const common = { success_url: BACK, cancel_url: BACK, line_items, mode: 'subscription' } as const;
  const asks = await sessions.create({
    ...common,
    allow_promotion_codes: true,
    billing_address_collection: 'required',
    custom_fields: [
      { key: 'size', label: { type: 'custom', custom: 'Size' }, type: 'text' },
      {
        ...{ key: 'color', label: { type: 'custom', custom: 'Color' }, type: 'dropdown' },
        dropdown: { options: [{ label: 'Red', value: 'red' }] },
      },
    ],
    custom_text: { submit: { message: 'Thank you.' } },
    phone_number_collection: { enabled: true },
    shipping_address_collection: { allowed_countries: ['DE', 'US'] },
    tax_id_collection: { enabled: true },
  });
  const known = await sessions.create({ ...common, customer: sold.customer });
  const setup = await sessions.create({ mode: 'setup', currency: 'usd', success_url: BACK });
  const expired = await sessions.expire((await sessions.create(common)).id);
  return {
    checkout: asks.url ?? '',
    'checkout-known': known.url ?? '',
    'checkout-setup': setup.url ?? '',
    'checkout-local': await localCheckout(),
    'checkout-expired': `/c/pay/${expired.id}`,
    'checkout-unknown': '/c/pay/cs_none',
    done: '/c/done',
  };
}

/** An older version of the API: a session of a newer one offers what the account has. */
async function localCheckout(): Promise<string> {
  const line =
    'line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=5999&line_items[0][quantity]=1';
  const body = `mode=payment&success_url=${BACK}&payment_method_types[]=card&payment_method_types[]=ideal&${line}&line_items[0][price_data][product_data][name]=Book`;
  const version = { 'stripe-version': '2025-06-30.basil' };
  return String((await rig.call('POST', '/v1/checkout/sessions', body, version)).body['url']);
}

async function payers(): Promise<Record<string, string>> {
  const paid = async (type: string, currency: string, more = ''): Promise<string> => {
    const body = `amount=5999&currency=${currency}&confirm=true&payment_method_types[]=${type}&payment_method_data[type]=${type}&payment_method_data[billing_details][name]=Ada&payment_method_data[billing_details][email]=ada@example.com&return_url=${BACK}${more}`;
    const version = { 'stripe-version': '2025-06-30.basil' };
    return JSON.stringify((await rig.call('POST', '/v1/payment_intents', body, version)).body['next_action']);
  };
  const pageOf = (action: string): string => /"(http[^"]*\/(?:redirect|3d_secure)\/[^"]*)"/.exec(action)?.[1] ?? action;
  const card = 'amount=900&currency=usd&confirm=true&payment_method=pm_card_authenticationRequired';
  const asked = await rig.call('POST', '/v1/payment_intents', `${card}&return_url=${BACK}`);
  return {
    ideal: pageOf(await paid('ideal', 'eur')),
    oxxo: pageOf(await paid('oxxo', 'mxn')),
    wechat: pageOf(await paid('wechat_pay', 'cny', '&payment_method_options[wechat_pay][client]=web')),
    '3d-secure': pageOf(JSON.stringify(asked.body['next_action'])),
    'nothing-to-pay': '/redirect/pi_none',
  };
}

async function portals(): Promise<Record<string, string>> {
  const { billingPortal } = rig.stripe;
  const { customer, team } = sold;
  const subscription = sold.subscription.id;
  const { id: configuration } = await billingPortal.configurations.create({
    features: {
      customer_update: { enabled: true, allowed_updates: ['email', 'name'] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: { enabled: true },
      subscription_update: {
        ...{ enabled: true, default_allowed_updates: ['price'] },
        products: [{ product: team.product as string, prices: [team.id] }],
      },
    },
  });
  const open = async (flow_data?: Stripe.BillingPortal.SessionCreateParams.FlowData): Promise<string> => {
    const flow = flow_data === undefined ? {} : { flow_data };
    return (await billingPortal.sessions.create({ customer, configuration, return_url: BACK, ...flow })).url;
  };
  const items = [{ id: sold.subscription.items.data[0]?.id ?? '', price: team.id }];
  return {
    portal: await open(),
    'portal-card': await open({ type: 'payment_method_update' }),
    'portal-cancel': await open({ type: 'subscription_cancel', subscription_cancel: { subscription } }),
    'portal-update': await open({ type: 'subscription_update', subscription_update: { subscription } }),
    'portal-confirm': await open({
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription, items },
    }),
    'portal-unknown': '/p/session/none',
  };
}

async function others(): Promise<Record<string, string>> {
  const { stripe } = rig;
  const { data } = await stripe.invoices.list({ customer: sold.customer, limit: 1 });
  const draft = await stripe.invoices.create({
    customer: sold.customer,
    collection_method: 'send_invoice',
    days_until_due: 9,
  });
  await stripe.invoiceItems.create({ customer: sold.customer, invoice: draft.id, amount: 900, currency: 'usd' });
  const open = await stripe.invoices.finalizeInvoice(draft.id);
  const verification = await stripe.identity.verificationSessions.create({ type: 'document', return_url: BACK });
  return {
    invoice: open.hosted_invoice_url ?? '',
    'invoice-paid': data[0]?.hosted_invoice_url ?? '',
    verify: verification.url ?? '',
    onboarding: `/connect/onboarding/acct_1/${encodeURIComponent(BACK)}`,
    express: '/connect/login/acct_1',
  };
}

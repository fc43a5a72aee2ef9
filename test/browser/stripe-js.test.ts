import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { launchChromium } from '../support/chromium.js';
import { openShop, type Shop } from './shop.js';

const OK = '4242424242424242';
const DECLINED = '4000000000000002';
const THREE_D_SECURE = '4000002500003155';
const PATIENCE_MS = 15_000;
const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));

let rig: Rig;
let shop: Shop;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
/** Whom the page asked besides the shop and the emulator. */
let strangers: string[];

beforeAll(async () => {
  [rig, browser] = await Promise.all([startRig({ webDir }), launchChromium()]);
  const { apiVersion, url, publishableKey } = rig.emulator;
  shop = await openShop(`${url}/${apiVersion.split('.')[1]}/stripe.js`, publishableKey);
  context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (![rig.emulator.url, shop.url].some((own) => request.url().startsWith(own))) strangers.push(request.url());
  });
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([rig?.stop(), shop?.stop()]);
});
beforeEach(() => {
  complaints = [];
  strangers = [];
});
afterEach(() => {
  expect(complaints).toEqual([]);
  expect(strangers).toEqual([]);
});

test('the official package takes the script that is there already, and finds its own release in it', async () => {
  await visit({});
  expect(await page.evaluate('theirs.stripe instanceof Object && window.Stripe.version')).toBe('endive');
  const live = page.evaluate<unknown>("theirs.loadStripe('pk_live_1').catch((error) => error.message)");
  expect(await live).toMatch(/publishable test key/);
  const { headers, ...script } = await textOf('/v3/');
  const version = rig.emulator.apiVersion.split('.')[1] ?? '';
  expect(script.text).toBe((await textOf(`/${version}/stripe.js`)).text); // the page above loads this one
  expect([headers.get('content-type'), headers.get('access-control-allow-origin')]).toEqual([
    'text/javascript; charset=utf-8',
    '*',
  ]);
});

async function textOf(path: string): Promise<{ headers: Headers; text: string }> {
  const response = await fetch(rig.emulator.url + path);
  return { headers: response.headers, text: await response.text() };
}

describe('the payment element', () => {
  test('has labelled fields, says beneath them what is wrong, and sends nothing until that is mended', async () => {
    await visit({ secret: await payment() });
    const group = page.getByRole('group', { name: 'Card' });
    expect(await group.getByRole('textbox').count()).toBe(3);
    await type({ number: '4242424242424241', expiry: '1', cvc: '' });
    await page.getByRole('button', { name: 'Pay' }).click();
    expect(await answer()).toMatchObject({ error: { type: 'validation_error', code: 'invalid_number' } });
    const number = page.getByRole('textbox', { name: 'Card number' });
    expect(await number.getAttribute('aria-invalid')).toBe('true');
    expect(await page.evaluate('document.activeElement.shadowRoot.activeElement.name')).toBe('number');
    expect((await group.getByRole('alert').allTextContents()).filter((said) => said !== '')).toEqual([
      'Your card number is invalid.',
      "Your card's expiration date is incomplete.",
      "Your card's security code is incomplete.",
    ]);
    await type({});
    expect(await number.getAttribute('aria-invalid')).toBe('false');
  });

  test('pays by the keyboard alone, once a declined card was told of with its code and its intent', async () => {
    const secret = await payment();
    await visit({ secret });
    await type({ number: DECLINED });
    await page.getByRole('button', { name: 'Pay' }).click();
    expect(await answer()).toMatchObject({
      error: {
        ...{ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' },
        message: 'Your card was declined.',
        payment_intent: { object: 'payment_intent', status: 'requires_payment_method' },
      },
    });
    expect(complaints.splice(0)).toEqual([expect.stringContaining('402')]); // the browser itself tells of it

    await page.getByLabel('Card number').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(OK);
    for (const text of ['1234', '123']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    expect(await answer()).toMatchObject({ paymentIntent: { status: 'succeeded', client_secret: secret } });
  });

  test('leads to the return address by default, where the intent is retrieved by its secret', async () => {
    const secret = await payment();
    await visit({ secret, redirect: 'always' });
    await type({});
    await page.getByRole('button', { name: 'Pay' }).click();
    await page.waitForURL('**/thanks?*');
    const [id] = secret.split('_secret_');
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      ...{ order: '7', payment_intent: id, payment_intent_client_secret: secret, redirect_status: 'succeeded' },
    });
    const { paymentIntent } = (await answer()) as { paymentIntent: object };
    expect(paymentIntent).toMatchObject({ id, status: 'succeeded', amount: 2_000 });
    expect(paymentIntent).not.toHaveProperty('customer'); // a publishable key sees what the payer may
  });
});

test('an intent is retrieved with its client secret, and a wrong one is refused', async () => {
  const secret = await payment();
  await visit({});
  const retrieve = (text: string): Promise<unknown> => page.evaluate(`theirs.stripe.retrievePaymentIntent('${text}')`);
  expect(await retrieve(secret)).toMatchObject({ paymentIntent: { status: 'requires_payment_method' } });
  expect(await retrieve('seti_1_secret_2')).toMatchObject({ error: { type: 'invalid_request_error' } });
  expect(complaints).toEqual([]);
  expect(await retrieve(`${secret}x`)).toMatchObject({ error: { type: 'invalid_request_error' } });
  expect(complaints.splice(0)).toHaveLength(1); // the browser itself tells of the refusal
});

test('a card is saved through the dialog of 3-D Secure: Esc fails it, Complete ends it', async () => {
  const { id, client_secret } = await rig.stripe.setupIntents.create();
  await visit({ secret: String(client_secret) });
  await type({ number: THREE_D_SECURE });
  await page.getByRole('button', { name: 'Pay' }).click();
  const bank = page.getByRole('dialog', { name: '3-D Secure' });
  await bank.getByRole('button', { name: 'Complete' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await answer()).toMatchObject({
    error: { code: 'setup_intent_authentication_failure', setup_intent: { id, status: 'requires_payment_method' } },
  });
  await page.getByRole('button', { name: 'Pay' }).click();
  await bank.waitFor();
  await page.keyboard.press('Enter'); // Complete has the focus
  expect(await answer()).toMatchObject({ setupIntent: { id, status: 'succeeded' } });
  expect(await bank.count()).toBe(0);
  const { payment_method } = await rig.stripe.setupIntents.retrieve(id, { expand: ['payment_method'] });
  expect(payment_method).toMatchObject({ card: { last4: '3155' } });
});

test('a checkout session is left for, paid on its page, and led back from; one that is over is refused', async () => {
  const session = await rig.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price_data: { currency: 'usd', unit_amount: 700, product_data: { name: 'Mug' } }, quantity: 1 }],
    success_url: `${shop.url}?paid={CHECKOUT_SESSION_ID}`,
  });
  await page.goto(`${shop.url}?session=${session.id}`);
  await page.waitForURL(String(session.url));
  await page.getByRole('heading', { name: 'Pay $7.00' }).waitFor();
  await page.getByLabel('Email').fill('ada@example.com');
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL(`**/?paid=${session.id}`);
  expect((await rig.stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe('paid');
  await page.goto(`${shop.url}?session=${session.id}`);
  expect(await answer()).toMatchObject({ error: { message: expect.stringContaining('is complete') as string } });
});

async function payment(): Promise<string> {
  const { client_secret } = await rig.stripe.paymentIntents.create({
    ...{ amount: 2_000, currency: 'usd', automatic_payment_methods: { enabled: true } },
  });
  return String(client_secret);
}

/** The shop's page, once Stripe.js is there. */
async function visit(query: Record<string, string>): Promise<void> {
  await page.goto(`${shop.url}?${new URLSearchParams(query).toString()}`);
  expect(await answer()).toBe('ready');
}

async function type({ number = OK, expiry = '12 / 34', cvc = '123' }): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry').fill(expiry);
  await page.getByLabel('CVC').fill(cvc);
}

/** What Stripe.js answered. */
async function answer(): Promise<unknown> {
  const output = page.locator('output').filter({ hasText: /^(?!null$)./ });
  return JSON.parse((await output.textContent()) ?? '') as unknown;
}

import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { launchChromium } from '../support/chromium.js';

const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));

let rig: Rig;
let browser: Browser;
let page: Page;
let stripe: Stripe;
beforeAll(async () => {
  [rig, browser] = await Promise.all([startRig({ webDir }), launchChromium()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  stripe = new Stripe('sk_test_ns_ada', rig.emulator.sdk);
  await Promise.all([rig.stripe.customers.create({ name: 'Default' }), stripe.customers.create({ name: 'Ada' })]);
});
afterAll(async () => {
  await browser?.close();
  await rig?.stop();
});

const names = (): Promise<string[]> => page.locator('main tbody tr td:first-child').allInnerTexts();

test('the dashboard shows one namespace: its objects, its name, and what changes there', async () => {
  await page.goto(`${rig.emulator.url}/ns/ada`);
  await expect.poll(names).toEqual(['Ada']);
  expect(await page.locator('aside').innerText()).toContain('Namespace ada');
  await stripe.customers.create({ name: 'Grace' });
  await rig.stripe.customers.create({ name: 'Nobody' });
  await expect.poll(names).toEqual(['Grace', 'Ada']);
});

test('the page of the default account leads to each namespace', async () => {
  await page.goto(`${rig.emulator.url}/#/connect`);
  await page.getByRole('table', { name: 'Namespaces' }).getByRole('link', { name: 'ada' }).click();
  await expect.poll(names).toEqual(['Grace', 'Ada']);
});

test('what Stripe.js does with a key of the namespace is done there, a bank’s question too', async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    payment_method: 'pm_card_threeDSecure2Required',
  });
  await page.goto(`${rig.emulator.url}/ns/ada`);
  await page.addScriptTag({ url: `${rig.emulator.url}/v3/` });
  const confirmed = page.evaluate(async (secret) => {
    const open = (globalThis as unknown as { Stripe: (key: string) => Record<string, CallableFunction> }).Stripe;
    return (await open('pk_test_ns_ada')['confirmCardPayment']?.(secret)) as unknown;
  }, intent.client_secret);
  await page.getByRole('button', { name: 'Complete' }).click();
  expect(await confirmed).toMatchObject({ paymentIntent: { id: intent.id, status: 'succeeded' } });
});

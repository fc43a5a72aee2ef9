import type { Browser, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf, newPrice, startSample, type Sample } from '../embed/packed/sample.js';
import { openStage, type Stage } from '../embed/stage.js';
import { launchChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { WEBHOOK_SECRET } from '../support/world.js';
import { buildSample, fitsPhone, signIn, type Member } from './member.js';

const OK = '4242424242424242';
const DECLINED = '4000000000000002';
const THREE_D_SECURE = '4000002500003155';
/** Less than the minute after which the app would ask Stripe for what it missed. */
const BY_DELIVERY_MS = 10_000;

let stage: Stage;
let built: Awaited<ReturnType<typeof buildSample>>;
let browser: Browser;
let app: Sample;
let ada: Member;
let grace: Member;
let joan: Member;

beforeAll(async () => {
  [stage, built, browser] = await Promise.all([openStage(), buildSample(), launchChromium()]);
  const { emulator, stripe } = stage;
  const [team, business] = await Promise.all([newPrice(stripe), newPrice(stripe, { name: 'Business', amount: 2_900 })]);
  const port = String(await freePort());
  app = await startSample(['src/server.js'], built.folder, {
    ...{ ...environmentOf(emulator, team), BUSINESS_PRICE_ID: business },
    ...{ DATABASE_URL: String((await stage.options()).databaseUrl), PORT: port },
    APP_ORIGIN: `http://127.0.0.1:${port}`, // where the portal leads back to
  });
  emulator.createWebhookEndpoint({ url: `${app.url}/billing/stripe-webhooks`, secret: WEBHOOK_SECRET });
  ada = await signIn(browser, app.url, 'ada');
  grace = await signIn(browser, app.url, 'grace');
  joan = await signIn(browser, app.url, 'joan');
});
afterAll(async () => {
  await browser?.close();
  await app?.end();
  await stage?.stop();
  await built?.remove();
});

test('a card is declined and a 3-D Secure dialog failed: nobody is subscribed, and there is one subscription to pay', async () => {
  await ada.told('You have no subscription.');
  await ada.subscribe();
  await ada.pay(DECLINED);
  await ada.told(/card was declined/);
  await looked(ada.page, 'declined');
  expect(await ada.mayRead()).toEqual([]);

  await ada.pay(THREE_D_SECURE);
  const bank = ada.page.getByRole('dialog', { name: '3-D Secure' });
  await bank.waitFor();
  await looked(ada.page, '3-d-secure');
  await bank.getByRole('button', { name: 'Fail' }).click();
  await ada.told(/unable to authenticate/);
  expect(await ada.reloaded()).toBe('You have no subscription.');
  expect(await ada.mayRead()).toEqual([]);

  await ada.subscribe();
  await ada.page.getByLabel('Card number').waitFor();
  expect(await subscriptionsOf(ada)).toMatchObject([{ status: 'incomplete' }]);
});

test('the dialog completed, the same subscription is active, and gives what its plan has', async () => {
  const [before] = await subscriptionsOf(ada);
  await ada.pay(THREE_D_SECURE);
  await ada.page.getByRole('dialog', { name: '3-D Secure' }).getByRole('button', { name: 'Complete' }).click();
  await ada.told(/^Team is active\.$/);
  expect(await ada.mayRead()).toEqual(['notes']);
  expect(await subscriptionsOf(ada)).toMatchObject([{ id: before?.id, status: 'active' }]);
});

test('an upgrade costs what its preview said, and gives what the higher plan has', async () => {
  await ada.page.getByRole('button', { name: 'Upgrade to Business' }).click();
  const cost = ada.page.getByText(/now, for the rest of this period/);
  await cost.waitFor();
  await looked(ada.page, 'upgrade');
  const [, said] = /^\$([\d.]+) now/.exec((await cost.textContent()) ?? '') ?? [];
  expect(await ada.mayRead()).toEqual(['notes']); // a preview is none yet
  await ada.page.getByRole('button', { name: 'Upgrade now' }).click();
  await ada.told(/^Business is active\.$/);
  expect(await ada.mayRead()).toEqual(['notes', 'reports']);

  const [subscription] = await subscriptionsOf(ada);
  const { data } = await stage.stripe.invoices.list({ subscription: String(subscription?.id) });
  expect(data.map(({ status, amount_paid }) => [status, amount_paid])).toEqual([
    ['paid', Math.round(Number(said) * 100)],
    ['paid', 900],
  ]);
});

test('canceled in the billing portal, it goes on until its end, and the app says when that is', async () => {
  await ada.page.getByRole('button', { name: 'Manage billing' }).click();
  await ada.page.getByText('visa ending in 3155').waitFor();
  await ada.page.getByRole('button', { name: /^Cancel Business/ }).click();
  await ada.page.getByText(/ends on/).waitFor();
  await looked(ada.page, 'portal');
  await ada.page.getByRole('link', { name: 'Return' }).click();
  await ada.told(`Business is active. It ends on ${await endOf(ada)}.`);
  await looked(ada.page, 'will-end');
  expect(await ada.mayRead()).toEqual(['notes', 'reports']);
});

test('canceled in the dashboard for the end of the period, it goes on until then as well', async () => {
  await becomeMember(grace);
  const dialog = await cancelDialog(grace);
  await dialog.getByRole('radio', { name: /^At the end of the period/ }).check();
  await looked(dialog.page(), 'dashboard');
  await dialog.getByRole('button', { name: 'Cancel at period end' }).click();
  const end = await endOf(grace);
  await expect.poll(() => grace.reloaded()).toBe(`Team is active. It ends on ${end}.`);
  expect(await grace.mayRead()).toEqual(['notes']);
});

test('canceled in the dashboard at once, access is gone as soon as Stripe has said so', async () => {
  await becomeMember(joan);
  await (await cancelDialog(joan)).getByRole('button', { name: 'Cancel subscription now' }).click();
  await expect.poll(() => joan.mayRead(), { timeout: BY_DELIVERY_MS }).toEqual([]);
  expect(await joan.reloaded()).toMatch(/^Team ended on /);
  await looked(joan.page, 'ended');
});

test('what was canceled for the end of its period is there in the second before it, and gone in that second', async () => {
  const { clock } = stage.emulator;
  clock.setRate(0);
  const ending = [
    { member: ada, until: await endSecondOf(ada), had: ['notes', 'reports'] },
    { member: grace, until: await endSecondOf(grace), had: ['notes'] },
  ];
  expect(ending[0]!.until).toBeLessThan(ending[1]!.until); // or one advance would pass both
  for (const { member, until, had } of ending) {
    const left = (): number => until * 1_000 - clock.get().now.getTime();
    clock.advance(left() - 1_000);
    await member.page.goto(`${app.url}/account/back`); // the app has asked Stripe
    await member.told(/is active/);
    expect(await member.mayRead()).toEqual(had);
    clock.advance(left());
    await expect.poll(() => member.mayRead(), { timeout: BY_DELIVERY_MS }).toEqual([]);
    expect(await member.reloaded()).toMatch(/ended on /);
  }
});

async function looked(page: Page, name: string): Promise<void> {
  expect(await fitsPhone(page, name), name).toBe(true);
}

async function becomeMember(member: Member): Promise<void> {
  await member.subscribe();
  await member.pay(OK);
  await member.told(/^Team is active\.$/);
}

/** The dashboard's question when the one subscription of this member shall end. */
async function cancelDialog(member: Member) {
  const dashboard: Page = await browser.newPage();
  await dashboard.goto(`${stage.emulator.url}/#/subscriptions/${await member.subscription()}`);
  await dashboard.getByRole('button', { name: 'Cancel subscription' }).click();
  return dashboard.getByRole('dialog', { name: /^Cancel the subscription of/ });
}

/** All that Stripe has of the member's customer, whatever became of them. */
async function subscriptionsOf(member: Member): Promise<Stripe.Subscription[]> {
  const { customer } = await stage.stripe.subscriptions.retrieve(await member.subscription());
  return (await stage.stripe.subscriptions.list({ customer: customer as string, status: 'all' })).data;
}

async function endSecondOf(member: Member): Promise<number> {
  const [subscription] = await subscriptionsOf(member);
  return Number(subscription?.items.data[0]?.current_period_end);
}

async function endOf(member: Member): Promise<string> {
  const end = new Date((await endSecondOf(member)) * 1_000);
  return end.toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' });
}

import { mkdir } from 'node:fs/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { START_MS, startDemo, temporaryDirectory, type Demo } from '../support/demo.js';
import { inScheme, violations } from './axe.js';

/** What `/sample/api/session` answers, as far as it matters here. */
interface Session {
  plans: { price: string; product: string; amount: number; trialDays: number | null }[];
  profile: { stripe_customer_id: string | null; stripe_subscription_id: string | null };
  subscription: { id: string; status: string } | null;
}

const OK = '4242424242424242';
const DECLINED = '4000000000000002';
const THREE_D_SECURE = '4000002500003155';
const PATIENCE_MS = 20_000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let demo: Demo;
let stripe: Stripe;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the browser complained about, and whom it asked besides the demo. */
let complaints: string[];
let strangers: string[];

beforeAll(async () => {
  directory = await temporaryDirectory();
  [demo, browser] = await Promise.all([startDemo(directory.path), launchChromium()]);
  const info = (await (await fetch(`${demo.emulatorUrl}/_emulator/info`)).json()) as { secret_key: string };
  const { hostname, port } = new URL(demo.emulatorUrl);
  stripe = new Stripe(info.secret_key, { host: hostname, port, protocol: 'http' });
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  context.setDefaultTimeout(PATIENCE_MS);
}, 2 * START_MS);

afterAll(async () => {
  await browser?.close();
  await demo?.running.end('SIGKILL');
  await directory?.remove();
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
    if (origin !== demo.url && origin !== demo.emulatorUrl && origin !== 'null') strangers.push(request.url());
  });
});

afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
  expect(strangers).toEqual([]);
});

describe('a person in the sample app', { timeout: START_MS }, () => {
  test('signs in, becomes a customer, subscribes, pays with 4242, and is active with both ids', async () => {
    await page.goto(`${demo.url}/sample`);
    await page.getByRole('button', { name: 'Sign in as Grace Hopper' }).click();
    expect(await field('stripe_customer_id').textContent()).toBe('blank');
    await page.getByRole('button', { name: 'Create customer' }).click();
    await shows(field('stripe_customer_id'), /^cus_/);
    await subscribe('Starter');
    await pay(OK, 'Pay $9.00');

    await shows(field('status'), 'Active');
    const { profile, subscription } = await session();
    expect(subscription).toMatchObject({ status: 'active', id: profile.stripe_subscription_id });
    await shows(field('stripe_customer_id'), profile.stripe_customer_id ?? '');
    await shows(field('stripe_subscription_id'), subscription?.id ?? '');
    expect(await stripe.customers.retrieve(profile.stripe_customer_id ?? '')).toMatchObject({ name: 'Grace Hopper' });
    expect(await stripe.subscriptions.retrieve(subscription?.id ?? '')).toMatchObject({
      status: 'active',
      customer: profile.stripe_customer_id,
    });
  });

  test('cancels, and both the status and the profile follow', async () => {
    await page.goto(`${demo.url}/sample`);
    await cancelMembership();
    await shows(field('stripe_subscription_id'), 'blank');
    await shows(field('status'), 'Canceled');
    expect(await session()).toMatchObject({
      profile: { stripe_customer_id: expect.stringMatching(/^cus_/), stripe_subscription_id: null },
      subscription: { status: 'canceled' },
    });
  });

  test('reads why a card was declined, has lost nothing of what was typed, and pays with another', async () => {
    await page.goto(`${demo.url}/sample`);
    await subscribe('Studio');
    await pay(DECLINED, 'Pay $99.00');
    await shows(page.getByRole('main').getByRole('alert').filter({ hasText: /\S/ }), /Your card was declined/);
    expect(await page.getByLabel('Card number').inputValue()).toBe('4000 0000 0000 0002');
    expect(await page.getByLabel('CVC').inputValue()).toBe('123');
    expect(await session()).toMatchObject({ subscription: { status: 'incomplete' } });
    // The browser itself reports the 402.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('402')]);

    await pay(OK, 'Pay $99.00');
    await shows(field('status'), 'Active');
    await cancelMembership();
  });

  test('is asked by 3-D Secure, may fail it once, and pays by completing it', async () => {
    await page.goto(`${demo.url}/sample`);
    await subscribe('Studio');
    await pay(THREE_D_SECURE, 'Pay $99.00');
    const bank = page.getByRole('dialog', { name: '3-D Secure' });
    await bank.getByRole('button', { name: 'Fail' }).click();
    await shows(
      page.getByRole('main').getByRole('alert').filter({ hasText: /\S/ }),
      /unable to authenticate your payment method/,
    );
    expect(await session()).toMatchObject({ subscription: { status: 'incomplete' } });

    await page.getByRole('button', { name: 'Pay $99.00' }).click();
    await bank.getByRole('button', { name: 'Complete' }).click();
    await shows(field('status'), 'Active');
    expect(await bank.count()).toBe(0);
    await cancelMembership();
  });

  test('starts a trial by saving a card, with nothing to pay', async () => {
    await page.goto(`${demo.url}/sample`);
    const answer = page.waitForResponse((response) => response.url().endsWith('/sample/api/subscriptions'));
    await subscribe('Team');
    expect(await (await answer).json()).toMatchObject({ kind: 'setup', status: 'trialing' });
    await pay(OK, 'Start trial');
    await shows(page.getByRole('main'), /The trial runs until/);
    await shows(field('status'), 'Trialing');
    const { subscription } = await session();
    const { default_payment_method, trial_end, trial_start } = await stripe.subscriptions.retrieve(
      subscription?.id ?? '',
    );
    expect(default_payment_method).toMatch(/^pm_/);
    expect((trial_end ?? 0) - (trial_start ?? 0)).toBe(14 * 86_400);
  });
});

describe('somebody in the dashboard', { timeout: START_MS }, () => {
  test('cancels that subscription: the row says so, the profile loses it, both sides are in step', async () => {
    const { id } = (await session()).subscription ?? { id: '' };
    await page.goto(`${demo.emulatorUrl}/#/subscriptions`);
    await page.getByRole('searchbox').fill(id);
    await page.getByRole('row').filter({ hasText: id }).getByRole('link').click();
    await page.getByRole('button', { name: 'Cancel subscription' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel the subscription of Grace Hopper?' });
    await dialog.getByRole('button', { name: 'Cancel subscription now' }).click();
    await shows(page.getByRole('main'), /Canceled/);

    await demo.shows(
      ({ rows, profiles }) =>
        rows.find((row) => row.id === id)?.database?.['status'] === 'canceled' &&
        profiles.find(({ username }) => username === 'grace')?.stripe_subscription_id === null,
      'the row canceled and the profile blank',
    );
    // By the webhook, not by a sweep.
    const [delivery] = (await demo.deliveries()).filter(({ type }) => type === 'customer.subscription.deleted');
    expect(delivery).toMatchObject({ outcome: 'delivered', attempt: 1 });
    expect(await session()).toMatchObject({
      profile: { stripe_subscription_id: null },
      subscription: { id, status: 'canceled' },
    });

    await page.goto(`${demo.url}/demo`);
    const row = page.locator(`[data-id="${id}"]`);
    await shows(row.getByRole('cell', { name: 'Stripe' }), /status\s*canceled/);
    await shows(row.getByRole('cell', { name: 'Database' }), /status\s*canceled/);
    await shows(row, /in step/);
    await shows(page.getByRole('heading', { level: 1 }), /^In step, proven \d\d:\d\d:\d\d$/);
    if (process.env['LOCKSTEP_SCREENSHOTS'] === '1') {
      await mkdir('docs/images', { recursive: true });
      await page.screenshot({ path: 'docs/images/side-by-side.png' });
    }
  });

  test('creates a customer, and the database has it', async () => {
    await page.goto(`${demo.emulatorUrl}/#/customers`);
    await page.getByRole('button', { name: 'Create customer' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create customer' });
    await dialog.getByLabel('Name').fill('Katherine Johnson');
    await dialog.getByLabel('Email').fill('katherine@example.com');
    await dialog.getByRole('button', { name: 'Create customer' }).click();
    await shows(page.getByRole('heading', { level: 1 }), 'Katherine Johnson');
    const id = page.url().split('/').at(-1) ?? '';
    expect(await mirrored(id)).toEqual({ name: 'Katherine Johnson', email: 'katherine@example.com' });
  });

  test('creates a product with a price, edits its amount and its trial, and the database has all of it', async () => {
    await page.goto(`${demo.emulatorUrl}/#/products`);
    await page.getByRole('button', { name: 'Create product' }).click();
    const create = page.getByRole('dialog', { name: 'Create product' });
    await create.getByLabel('Name').fill('Enterprise');
    await create.getByLabel('Amount').fill('490.00');
    await create.getByLabel('Currency').selectOption('eur');
    await create.getByRole('button', { name: 'Create product' }).click();
    await shows(page.getByRole('heading', { level: 1 }), 'Enterprise');
    const product = page.url().split('/').at(-1) ?? '';
    expect(await mirrored(product)).toEqual({ name: 'Enterprise', active: 'yes' });
    const [first] = (await stripe.prices.list({ product })).data;
    expect(await mirrored(first?.id)).toEqual({ amount: '€490.00', product, active: 'yes' });

    await page.getByRole('button', { name: 'Edit price €490.00' }).click();
    const edit = page.getByRole('dialog', { name: /Edit price/ });
    await edit.getByLabel('Amount (EUR)').fill('520.00');
    await edit.getByRole('button', { name: 'Save price' }).click();
    await edit.waitFor({ state: 'detached' });
    const [second] = (await stripe.prices.list({ product, active: true })).data;
    expect(second?.id).not.toBe(first?.id);
    expect(await mirrored(second?.id)).toEqual({ amount: '€520.00', product, active: 'yes' });
    expect(await mirrored(first?.id, ({ active }) => active === 'no')).toEqual({
      amount: '€490.00',
      product,
      active: 'no',
    });

    await page.getByRole('button', { name: 'Edit price €520.00' }).click();
    await edit.getByLabel('Trial days').fill('30');
    await edit.getByRole('button', { name: 'Save price' }).click();
    await edit.waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await session()).plans.filter((plan) => plan.product === 'Enterprise'), {
        timeout: PATIENCE_MS,
      })
      .toEqual([expect.objectContaining({ price: second?.id, amount: 52_000, trialDays: 30 })]);
    await demo.shows(({ status }) => status.inStep, 'in step, the archived price too');
  });
});

test(
  'with every second webhook lost the page says how far behind it is; the sweep finds that and repairs it',
  { timeout: START_MS },
  async () => {
    await page.goto(`${demo.url}/demo`);
    // Right after a sweep of its own the next is 20 s away: it cannot repair what is to be seen here.
    await demo.shows(
      ({ sweep }) => !sweep.running && Date.now() - Date.parse(sweep.lastAt ?? '') < 2_000,
      'a sweep that has just ended',
    );
    const fault = page.getByRole('switch', { name: 'Drop every second webhook' });
    await fault.click();
    await expect.poll(() => fault.isChecked()).toBe(true);
    const products = (await stripe.products.list({ limit: 3 })).data;
    for (const { id, name } of products) await stripe.products.update(id, { name: `${name} II` });
    const lost = await lostUpdates(products.map(({ id }) => id));
    expect(lost.length).toBeGreaterThan(0);

    const heading = page.getByRole('heading', { level: 1 });
    const objects = lost.length === 1 ? '1 object' : `${lost.length} objects`;
    await shows(heading, new RegExp(`^Behind by ${objects} since \\d\\d:\\d\\d:\\d\\d$`));
    for (const id of lost) await shows(page.locator(`[data-id="${id}"]`), /differs in name/);

    await fault.click();
    await expect.poll(() => fault.isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Sweep now' }).click();
    const differences = lost.length === 1 ? '1 difference' : `${lost.length} differences`;
    await shows(page.getByRole('status', { name: 'Last sweep' }), new RegExp(`found ${differences}, repaired`));
    await shows(heading, /^In step, proven/);
    for (const { id, name } of products) expect(await mirrored(id)).toMatchObject({ name: `${name} II` });
  },
);

test('without a connection the demo says so, and its rows are grey', { timeout: START_MS }, async () => {
  // The stream ends after its first state, and the page does not ask again.
  const body = `retry: 600000\n${await firstState()}`;
  await page.route('**/demo/api/stream', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
  await page.goto(`${demo.url}/demo`);
  await shows(page.getByRole('heading', { level: 1 }), 'Unknown: lost connection to the service');
  const row = page.getByRole('table', { name: 'Objects side by side' }).locator('[data-id]').first();
  await shows(row, /not known now.*\?/);
  expect(await row.getAttribute('data-in-step')).toBe('false');
  for (const cell of [
    row.locator('strong').first(),
    page.getByRole('table', { name: 'Profiles' }).locator('td').nth(1),
  ]) {
    const color = await cell.evaluate('(element) => getComputedStyle(element).color');
    expect(color).toBe(await page.locator('.soft').first().evaluate('(element) => getComputedStyle(element).color'));
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await inScheme(page, colorScheme);
    expect([colorScheme, await violations(page)]).toEqual([colorScheme, []]);
  }
});

const PHONE = 'the demo, the sample app and its payment form are accessible and no wider than a phone';
test(PHONE, { timeout: START_MS }, async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const wrong: string[] = [];
  const measure = async (what: string): Promise<void> => {
    await expect.poll(() => page.locator('[aria-busy=true], .skeleton').count()).toBe(0);
    const [inside, outside] = await page.evaluate<[number, number]>(
      '[innerWidth, document.body.parentElement.scrollWidth]',
    );
    if (outside > inside) wrong.push(`${what}: ${outside} px`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await inScheme(page, colorScheme);
      for (const found of await violations(page)) wrong.push(`${what}, ${colorScheme}: ${found}`);
    }
  };
  for (const address of [`${demo.url}/demo`, `${demo.url}/sample`]) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await measure(address);
  }
  await subscribe('Studio');
  await page.getByLabel('Card number').waitFor();
  await measure('the payment form');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await measure('the sign-in');
  expect(wrong).toEqual([]);
});

/** A value in the sample page's view of the database. */
function field(name: string): Locator {
  return page.locator(`dd[data-field="${name}"]`);
}

async function shows(locator: Locator, text: string | RegExp): Promise<void> {
  const seen = expect.poll(async () => (await locator.first().textContent())?.trim(), { timeout: PATIENCE_MS });
  await (typeof text === 'string' ? seen.toBe(text) : seen.toMatch(text));
}

/** What the demo's stream says first. */
async function firstState(): Promise<string> {
  const abort = new AbortController();
  const { body } = await fetch(`${demo.url}/demo/api/stream`, { signal: abort.signal });
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (/event: state\n.*\n\n/.test(text)) break;
  }
  abort.abort();
  return text;
}

async function subscribe(plan: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(`^${plan}`) }).check();
  await page.getByRole('button', { name: 'Subscribe' }).click();
}

async function pay(card: string, button: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel('Expiry').fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
  await page.getByRole('button', { name: button }).click();
}

/** Through the sample app's own dialog. */
async function cancelMembership(): Promise<void> {
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel my subscription' }).click();
  await page.getByRole('heading', { name: 'Become a member' }).waitFor();
}

async function session(): Promise<Session> {
  const cookie = (await context.cookies(demo.url)).map(({ name, value }) => `${name}=${value}`).join('; ');
  return (await (await fetch(`${demo.url}/sample/api/session`, { headers: { cookie } })).json()) as Session;
}

/** What the database has of an object, once it has it (as wanted). */
async function mirrored(
  id = '',
  wanted: (fields: Record<string, string | null>) => boolean = () => true,
): Promise<Record<string, string | null> | null | undefined> {
  const found = (state: Awaited<ReturnType<Demo['state']>>) => state.rows.find((row) => row.id === id)?.database;
  const state = await demo.shows((each) => {
    const fields = found(each);
    return fields !== null && fields !== undefined && wanted(fields);
  }, `${id} in the database`);
  return found(state);
}

/** The products whose last update's webhook was lost, once each of the deliveries is decided. */
async function lostUpdates(ids: readonly string[]): Promise<string[]> {
  const { data: events } = await stripe.events.list({ type: 'product.updated', limit: 50 });
  const updates = ids.map((id) => {
    const event = events.find(({ data }) => (data.object as { id?: string }).id === id);
    return { id, event: event?.id ?? '' };
  });
  let outcomes = new Map<string, string>();
  await expect
    .poll(
      async () => {
        outcomes = new Map((await demo.deliveries()).map(({ event, outcome }) => [event, outcome]));
        return updates.every(({ event }) => outcomes.has(event));
      },
      { timeout: PATIENCE_MS },
    )
    .toBe(true);
  return updates.filter(({ event }) => outcomes.get(event) === 'dropped').map(({ id }) => id);
}

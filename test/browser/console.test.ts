import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createConsoleTokens, drawToken } from '../../src/operate/console/tokens.js';
import { sql } from '../../src/store/sql.js';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { startWorld, type World } from '../support/world.js';
import { violations } from './axe.js';
import { faint } from './contrast.js';

const PATIENCE_MS = 20_000;
const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

let world: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let token: string;
const complaints: string[] = [];
const strangers: string[] = [];
let customer: string;
let event: string;

beforeAll(async () => {
  [world, browser] = await Promise.all([startWorld({ kind: 'PostgreSQL', webDir }), launchChromium()]);
  const drawn = drawToken();
  token = drawn.text;
  const tokens = createConsoleTokens(world.database, world.engine.clock);
  await tokens.add({ id: drawn.id, name: 'ada', role: 'act', hash: drawn.hash });
  customer = (await world.stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com', balance: 500 })).id;
  const product = await world.stripe.products.create({ name: 'Lamp' });
  await world.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 900 });
  await eventually(
    async () =>
      (await world.database.query(sql`select 1 from stripe.customers where id = ${customer} and proven_at is not null`))
        .length > 0,
    'the customer is proven',
  );
  await world.rest();
  const [first] = await world.database.query<{ id: string }>(
    sql`select id from lockstep.inbox where object_id = ${customer} limit 1`,
  );
  event = first?.id ?? '';
  await world.engine.sweep(['customer', 'product', 'price']);
  await world.database.query(measuredHour);
  context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light' });
  context.setDefaultTimeout(PATIENCE_MS);
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== world.service.url && !request.url().startsWith('blob:'))
      strangers.push(request.url());
  });
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});
beforeEach(() => {
  complaints.length = 0;
});
afterEach(() => {
  expect(strangers).toEqual([]);
});

/** What a process measured in the last hour, so that the plots have lines. */
const measuredHour = sql`
  insert into lockstep.samples (at, process, counted)
  select now() - n * interval '1 minute', '00000000-0000-4000-8000-000000000001', jsonb_build_object(
    'events', round(240 + 120 * sin(n / 6.0)), 'proofs', round(200 + 110 * sin(n / 6.0)), 'requests', round(260 + 130 * sin(n / 6.0)),
    'limited', case when n between 20 and 24 then 12 else 0 end, 'unproven', round(3 + 3 * sin(n / 4.0)), 'oldestS', n % 7,
    'shown', jsonb_build_array(180, 40, 12, 4, 1, 0, 0, 0, 0, 0, 0, 0), 'proven', jsonb_build_array(20, 90, 80, 30, 9, 2, 0, 0, 0, 0, 0, 0))
  from generate_series(1, 55) n`;

const isForDocs = process.env['LOCKSTEP_SCREENSHOTS'] === '1';
/** Writes a picture of the documents. */
const shoot = async (name: string): Promise<void> => {
  if (isForDocs) await page.screenshot({ path: `docs/images/console-${name}.png` });
};
const open = async (view: string): Promise<void> => {
  await page.goto(`${world.service.url}/console#/${view}`);
};
const says = (text: string | RegExp) => page.getByText(text).first().waitFor();
const main = () => page.getByRole('main');

test('the first page asks for a token, says what is wrong with one, and opens with a good one', async () => {
  await open('overview');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Console token').fill('lsc_wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await says(/This token opens nothing/);
  await page.getByLabel('Console token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await main().getByRole('heading', { level: 1 }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
});

test('the lag rises while Stripe does not answer, is shown with its cause, and falls', async () => {
  await open('overview');
  const waiting = main().getByRole('region', { name: 'Waiting' }).locator('.figure');
  await expect.poll(() => waiting.textContent(), { timeout: PATIENCE_MS }).toBe('0');
  const ids: string[] = [];
  for (const name of ['Desk', 'Chair', 'Shelf']) ids.push((await world.stripe.products.create({ name })).id);
  world.emulator.faults.set({ error_every: 1 });
  for (const id of ids) await markAgain('product', id);
  await expect.poll(() => waiting.textContent(), { timeout: PATIENCE_MS }).not.toBe('0');
  await says(/wait to be read|does not answer/);
  expect(await main().locator('[data-state]').getAttribute('data-state')).not.toBe('in_step');
  world.emulator.faults.set({ error_every: 0 });
  await expect.poll(() => waiting.textContent(), { timeout: PATIENCE_MS }).toBe('0');
});

test('a dead letter appears with its reason, is retried with a note, and vanishes', async () => {
  const [id = ''] = await productIds();
  await world.rest();
  await world.database.query(sql`
    insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, attempts, reason, dead_since)
    values (${world.engine.source.account}, false, 'product', ${id}, nextval('lockstep.tick'), 1, now(),
      now() + interval '1 hour', 12, 'Stripe answered 500', now())`);
  await open('dead');
  await says('Stripe answered 500');
  await page.getByRole('button', { name: /^Retry/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Note').fill('Stripe is well again');
  await dialog.getByRole('button', { name: 'Retry' }).click();
  await says('No dead letters');
  await open('audit');
  await says('Stripe is well again');
});

test('an edit in SQL is found with its cause, seen side by side, and repaired from the page', async () => {
  await world.database.query(sql`
    update stripe.customers set data = jsonb_set(data, '{balance}', '7'::jsonb) where id = ${customer}`);
  // As a sweep finds it, without the repair that a sweep begins at once.
  await world.engine.operations.verify({ types: ['customers'], repair: false, graceMs: 0 });
  await open('drift');
  await page
    .getByRole('row', { name: /The row was changed here/ })
    .first()
    .waitFor();
  await page.getByRole('link', { name: customer }).click();
  const row = page.getByRole('row', { name: /balance/ });
  await row.waitFor();
  expect(await row.getByRole('cell').allTextContents()).toEqual(['7', '500']);
  await shoot('object');
  await page.getByRole('button', { name: 'Prove now' }).click();
  await says('No field differs.');
  await expect
    .poll(() => page.locator('[data-differ]').getAttribute('data-differ'), { timeout: PATIENCE_MS })
    .toBe('0');
});

test('an event shows its way, and its payload only when asked for', async () => {
  await open(`events/${event}`);
  for (const step of ['Happened', 'Arrived', 'Shown', 'Proven', 'Hooks']) await says(step);
  expect(await main().textContent()).not.toContain('Lovelace');
  await page.getByRole('button', { name: 'Show payload' }).click();
  await expect.poll(() => main().textContent()).toContain('(hidden)');
  expect(await main().textContent()).not.toContain('Lovelace');
  await page.getByRole('button', { name: 'Show personal data' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Show' }).click();
  await expect.poll(() => main().textContent()).toContain('Ada Lovelace');
});

test('a replay says first how much it is, and verify is started, followed, and ends', async () => {
  await open('events?type=customer.*');
  await page.getByRole('button', { name: 'Replay these …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/object will be read from Stripe again/).waitFor();
  await dialog.getByRole('button', { name: 'Replay' }).click();
  await dialog.waitFor({ state: 'detached' });
  await open('jobs');
  await page.getByRole('button', { name: 'Verify …' }).click();
  await dialog.getByLabel('Types').fill('customers products');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('row', { name: /verify customers products.*2 types: in step/ }).waitFor();
});

const views = () => [
  'overview',
  'events',
  `events/${event}`,
  'objects',
  `objects/${customer}`,
  'customers',
  `customers/${customer}`,
  'drift',
  'dead',
  'jobs',
  'hooks',
  'refused',
  'settings',
  'audit',
];

test.each([
  ['a desktop', 'light', DESKTOP],
  ['a desktop', 'dark', DESKTOP],
  ['a phone', 'light', PHONE],
  ['a phone', 'dark', PHONE],
] as const)(
  'every page on %s in %s has enough contrast, fits, and nothing to complain about',
  async (on, scheme, size) => {
    const folder = process.env['CONSOLE_SCREENSHOTS'];
    if (folder !== undefined) await mkdir(folder, { recursive: true });
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(size);
    for (const view of views()) {
      await open(view);
      await main().getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('domcontentloaded');
      await expect.poll(() => main().locator('.skeleton').count(), { timeout: PATIENCE_MS }).toBe(0);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect([view, wide <= 0]).toEqual([view, true]);
      expect([view, await faint(page)]).toEqual([view, []]);
      expect([view, await violations(page)]).toEqual([view, []]);
      const name = `${view.replace(/\/.*/, '-one')}-${on.split(' ')[1]}-${scheme}`;
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: false });
      if (name === 'overview-desktop-light') await shoot('overview');
      if (name === 'overview-phone-dark') await shoot('phone');
    }
    expect(complaints).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESKTOP);
  },
);

test('the page is at most 60 kB on the wire, and nothing of it comes from elsewhere', async () => {
  const fresh = await context.newPage();
  await fresh.goto(`${world.service.url}/console`);
  await fresh.getByRole('main').waitFor();
  const sizes = await fresh.evaluate<{ name: string; encodedBodySize: number }[]>(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !name.includes('/api/')).map(({ name, encodedBodySize }) => ({ name, encodedBodySize }))`,
  );
  await fresh.close();
  expect(sizes.length).toBeGreaterThanOrEqual(3);
  expect(sizes.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)).toBeLessThan(60 * 1_024);
});

test('the keyboard opens pages and the help, and finds an object', async () => {
  await open('overview');
  await main().getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type(customer);
  await page.keyboard.press('Enter');
  await says('your database and Stripe');
});

test('a session that was revoked asks for a token in place, and the page comes back where it was', async () => {
  await open('audit');
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();
  await world.database.query(sql`delete from lockstep.console_sessions`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Console token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor();
});

async function productIds(): Promise<string[]> {
  const { data } = await world.stripe.products.list({ limit: 10 });
  return data.map(({ id }) => id);
}

/** As an event would mark it. */
async function markAgain(type: string, id: string): Promise<void> {
  await world.engine.objects.proveLater([{ ...world.engine.source, type, id }]);
}

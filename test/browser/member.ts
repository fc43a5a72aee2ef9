import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { compile, copySample } from '../embed/packed/install.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 20_000;

/** The sample hono, compiled, on what is built and installed in the repository. Resolves with its folder. */
export async function buildSample(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-sample-'));
  const { dependencies = {} } = await copySample('hono', folder);
  for (const name of [...Object.keys(dependencies), '@types']) {
    const at = join(folder, 'node_modules', name);
    await mkdir(dirname(at), { recursive: true });
    await symlink(name === 'lockstep' ? root : join(root, 'node_modules', name), at);
  }
  await compile(folder, ['src/server.ts']);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Somebody in front of the sample's page, in a browser session of their own. */
export interface Member {
  page: Page;
  /** What the page says of the subscription, once it says so. */
  told(text: string | RegExp): Promise<void>;
  /** What the page says after it was loaded anew. */
  reloaded(): Promise<string>;
  /** The id of the subscription that the app knows of. */
  subscription(): Promise<string>;
  subscribe(): Promise<void>;
  pay(card: string): Promise<void>;
  /** The pages that are answered, of those which access is needed for. */
  mayRead(): Promise<string[]>;
}

export async function signIn(browser: Browser, url: string, username: string): Promise<Member> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const status = page.getByRole('status');
  await page.goto(url);
  await page.getByLabel('Username').fill(username);
  await page.getByRole('button', { name: 'Sign in' }).click();
  return {
    page,
    async told(text) {
      await expect.poll(() => status.textContent(), { timeout: PATIENCE_MS }).toMatch(text);
    },
    async reloaded() {
      await page.goto(url);
      await status.filter({ hasText: /\S/ }).waitFor();
      return String(await status.textContent());
    },
    async subscription() {
      const account = (await (await page.request.get(`${url}/account`)).json()) as { subscription: { id: string } };
      return account.subscription.id;
    },
    subscribe: () => page.getByRole('button', { name: 'Subscribe to Team' }).click(),
    async pay(card) {
      await page.getByLabel('Card number').fill(card);
      await page.getByLabel('Expiry').fill('12 / 34');
      await page.getByLabel('CVC').fill('123');
      await page.getByRole('button', { name: 'Pay' }).click();
    },
    async mayRead() {
      const answers = await Promise.all(
        ['notes', 'reports'].map(async (name) => [name, await page.request.get(`${url}/account/${name}`)] as const),
      );
      return answers.filter(([, answer]) => answer.ok()).map(([name]) => name);
    },
  };
}

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

/** Whether the page fits a phone. With LOCKSTEP_PAGES_TO=folder it is also drawn there, at both widths. */
export async function fitsPhone(page: Page, name: string): Promise<boolean> {
  const folder = process.env['LOCKSTEP_PAGES_TO'];
  let fits = true;
  for (const size of [PHONE, DESKTOP]) {
    await page.setViewportSize(size);
    fits &&= (await page.evaluate<number>('document.body.parentElement.scrollWidth')) <= size.width;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${size.width}.png` });
  }
  return fits;
}

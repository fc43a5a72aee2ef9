import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { launchChromium } from '../support/chromium.js';

const PATIENCE_MS = 15_000;
const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** An emulator whose dashboard is open in a browser. */
export interface Dashboard {
  readonly rig: Rig;
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[];
  /** Opens a view anew, such as `customers/cus_1`. */
  readonly open: (view: string) => Promise<void>;
  /** Presses a button that opens a dialog. Resolves to the dialog. */
  readonly press: (button: string, dialog: string | RegExp) => Promise<Locator>;
  /** Presses a button of a dialog, and waits until the dialog is closed. */
  readonly confirm: (dialog: Locator, button: string) => Promise<void>;
  /** Waits until the element shows exactly this text, or one that fits. */
  readonly shows: (locator: Locator, text: string | RegExp) => Promise<void>;
  /** The text of what has the focus. */
  readonly focused: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function openDashboard(): Promise<Dashboard> {
  const [rig, browser] = await Promise.all([startRig({ webDir }), launchChromium()]);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { rig, page, complaints, ...actionsOn(page, rig.emulator.url), stop: () => stop(rig, browser) };
}

async function stop(rig: Rig, browser: Browser): Promise<void> {
  await browser.close();
  await rig.stop();
}

function actionsOn(page: Page, url: string): Pick<Dashboard, 'confirm' | 'focused' | 'open' | 'press' | 'shows'> {
  return {
    open: async (view) => {
      await page.goto('about:blank'); // a new hash alone would not load the page anew
      await page.goto(`${url}/#/${view}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    press: async (button, name) => {
      await page.getByRole('main').getByRole('button', { name: button, exact: true }).first().click();
      const dialog = page.getByRole('dialog', { name });
      await dialog.waitFor();
      return dialog;
    },
    confirm: async (dialog, button) => {
      await dialog.getByRole('button', { name: button, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    },
    shows: async (locator, text) => {
      const seen = expect.poll(async () => (await locator.first().textContent())?.trim(), { timeout: PATIENCE_MS });
      await (typeof text === 'string' ? seen.toBe(text) : seen.toMatch(text));
    },
    focused: () => page.evaluate<string>('document.activeElement.textContent.trim()'),
  };
}

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './dashboard-page.js';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => {
  expect(dashboard.complaints).toEqual([]);
});
afterAll(() => dashboard?.stop());

const hasFocus = (): Promise<string> =>
  dashboard.page.evaluate("document.activeElement.closest('[data-id]')?.dataset.id ?? document.activeElement.tagName");

test('the first Tab leads past the navigation', async () => {
  const { page, open, focused } = dashboard;
  await open('customers');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await hasFocus()).toBe('MAIN');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Create customer');
});

describe('after something was created, it has the focus', () => {
  test('a customer: the heading of its page', async () => {
    const { open, press, confirm, focused, page } = dashboard;
    await open('customers');
    const dialog = await press('Create customer', 'Create customer');
    await dialog.getByLabel('Name').fill('Ada Lovelace');
    await confirm(dialog, 'Create customer');
    await page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
    await expect.poll(focused).toBe('Ada Lovelace');
    expect(await hasFocus()).toBe('H1');
  });

  test('a payment method, a webhook endpoint, a test clock: its row', async () => {
    const { rig, open, press, confirm, page } = dashboard;
    const { id } = await rig.stripe.customers.create({ name: 'Grace Hopper' });
    await open(`customers/${id}`);
    await confirm(await press('Add payment method', /^Add a payment method/), 'Add payment method');
    await expect.poll(hasFocus).toMatch(/^pm_/);

    await open('webhooks');
    const dialog = await press('Add endpoint', 'Add a webhook endpoint');
    await dialog.getByLabel('URL').fill('http://127.0.0.1:9/hook');
    await dialog.getByRole('button', { name: 'Add endpoint' }).click();
    await confirm(page.getByRole('dialog', { name: 'Endpoint added' }), 'Done');
    await expect.poll(hasFocus).toMatch(/^we_/);

    await open('clocks');
    const clock = await press('Create test clock', 'Create a test clock');
    await clock.getByLabel('Name').fill('Renewals');
    await confirm(clock, 'Create test clock');
    await expect.poll(hasFocus).toMatch(/^clock_/);
  });
});

describe('Esc', () => {
  test('closes the dialog once, also the one in which something was typed', async () => {
    const { page, open, press } = dashboard;
    await open('customers');
    for (let time = 0; time < 3; time++) {
      const dialog = await press('Create customer', 'Create customer');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    const find = page.getByRole('dialog', { name: 'Find' });
    await find.getByRole('combobox').fill('ada');
    await page.keyboard.press('Escape');
    await find.waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('clears the search of a list first, and then leaves the field', async () => {
    const { page, open } = dashboard;
    await open('customers');
    await page.keyboard.press('/');
    await page.keyboard.type('nobody');
    const field = page.getByRole('searchbox');
    await page.keyboard.press('Escape');
    await expect.poll(() => field.inputValue()).toBe('');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.type')).toBe(undefined);
  });
});

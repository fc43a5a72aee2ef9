import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './dashboard-page.js';

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => {
  dashboard.rig.emulator.reset();
  expect(dashboard.complaints).toEqual([]);
});
afterAll(() => dashboard?.stop());

describe('a sign above every page', () => {
  const signs = () => dashboard.page.locator('.signs');

  test('names the faults that are on, as soon as they are, and goes with them', async () => {
    const { rig, open, shows } = dashboard;
    await open('invoices');
    await shows(signs(), '');
    rig.emulator.faults.set({ lose_every: 2, delay_ms: 20 });
    await shows(signs(), /^1 fault is on\s*Lose webhooks/);
    rig.emulator.faults.set({ error_every: 5 });
    await shows(signs(), /^2 faults are on\s*Lose webhooks, Server error \(500\)/);
    await open('customers');
    await shows(signs(), /^2 faults are on/);
    rig.emulator.reset();
    await shows(signs(), '');
  });

  test('says how far the clock is from real time, and whether it stands still', async () => {
    const { rig, open, shows } = dashboard;
    await open('events');
    rig.emulator.clock.advance(31 * 86_400_000);
    await shows(signs(), /^Time was moved\s*\w+ \d+, \d{4}, \d\d:\d\d UTC, 31 days ahead of real time/);
    rig.emulator.clock.setRate(0);
    await shows(signs(), /^Time is frozen/);
    rig.emulator.clock.setRate(60);
    await shows(signs(), /^Time runs 60 times as fast/);
    await signs().getByRole('link', { name: 'Clocks' }).click();
    await shows(dashboard.page.getByRole('heading', { level: 1 }), 'Clocks');
    rig.emulator.reset();
    await shows(signs(), '');
  });
});

test('an injected error is marked in the list of requests and on its page, an ordinary one is not', async () => {
  const { rig, page, open, shows } = dashboard;
  await rig.stripe.customers.retrieve('cus_nobody').catch(() => undefined);
  rig.emulator.faults.set({ error_every: 1 });
  await rig.stripe.customers.list().catch(() => undefined);
  await open('requests');
  await shows(page.getByRole('row').nth(1), /500 Fault/);
  expect(await page.getByRole('row').nth(2).textContent()).not.toContain('Fault');
  await page.getByRole('row').nth(1).getByRole('link').click();
  await shows(page.getByRole('region', { name: 'Details' }), /Injected by\s*Server error \(500\)/);
});

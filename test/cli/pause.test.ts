import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type Running } from '../support/command.js';
import { customer, eventOf, signed } from '../support/core.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';
import { WEBHOOK_SECRET } from '../support/world.js';

let stripe: ScriptedStripe;
let database: TestDatabase;
beforeAll(async () => {
  [stripe, database] = await Promise.all([startScriptedStripe(), createDatabase()]);
});
afterAll(async () => {
  await stripe?.stop();
  await database?.drop();
});

describe.each(['PostgreSQL', 'the embedded database'])('beside a service on %s', { timeout: 180_000 }, (kind) => {
  const cwd = mkdtempSync(join(tmpdir(), 'lockstep-pause-'));
  const id = kind === 'PostgreSQL' ? 'cus_shared' : 'cus_embedded';
  const where = (): Record<string, string> => (kind === 'PostgreSQL' ? { DATABASE_URL: database.url } : {});
  let service: Running;
  let url = '';
  beforeAll(async () => {
    const stripeEnv = { STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url };
    const env = { ...stripeEnv, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET, ...where() };
    service = runCommand(['serve', '--port', '0'], { cwd, env });
    [, url = ''] = await service.says(/"url":"([^"]+)"/);
  }, 120_000);
  afterAll(() => service.end('SIGKILL'));

  const ask = async (...args: string[]) => {
    const running = runCommand(args, { cwd, env: where() });
    const code = await running.ended;
    return { code, output: running.output() };
  };

  test('pause names who, until when and why; events are taken and wait; resume ends it', async () => {
    const paused = await ask('pause', '--for', '2h', '--reason', 'maintenance');
    expect(paused).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ {2}paused acct_scripted \(test mode\) until/),
    });
    // A process of its own follows within 5 seconds.
    await new Promise((resolve) => setTimeout(resolve, kind === 'PostgreSQL' ? 6_000 : 0));
    stripe.put(`/v1/customers/${id}`, customer(id));
    const { body, signature } = signed(eventOf('customer.updated', customer(id), { version: 'old' }));
    const headers = { 'stripe-signature': signature };
    expect((await fetch(`${url}/stripe-webhooks`, { method: 'POST', headers, body })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // three looks of the worker
    expect(stripe.reads.filter((path) => path.endsWith(id))).toEqual([]);

    const { code, output } = await ask('status');
    expect(code).toBe(1);
    expect(output).toMatch(/^ {2}paused +acct_scripted by \S+@\S+, since/m);
    expect(output.replace(/\s+/g, ' ')).toMatch(/: maintenance/);
    expect(output.replace(/\s+/g, ' ')).toContain('not while proving is paused');

    const resumed = await ask('resume', 'acct_scripted');
    expect(resumed).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^ {2}resumed acct_scripted \(test mode\)/),
    });
    await eventually(async () => stripe.reads.some((path) => path.endsWith(id)), 'it is read', 30_000);
    expect((await ask('resume')).output).toBe('  nothing was paused\n');
  });

  test('an unknown account and a length of time that is none end with 2', async () => {
    expect(await ask('pause', 'acct_9')).toMatchObject({
      code: 2,
      output: expect.stringContaining('use one of: acct_scripted'),
    });
    expect(await ask('pause', '--for', 'ever')).toMatchObject({
      code: 2,
      output: expect.stringContaining('30m, 12h or 7d'),
    });
  });
});

import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatusReport } from '../../src/operate/status.js';
import { runCommand, type Running } from '../support/command.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-status-'));
const config = join(cwd, 'options.json');
let stripe: ScriptedStripe;
let database: TestDatabase;
beforeAll(async () => {
  [stripe, database] = await Promise.all([startScriptedStripe(), createDatabase()]);
  stripe.put('/v1/coupons/SUMMER', { id: 'SUMMER', object: 'coupon', livemode: false, metadata: {} });
  writeFileSync(config, JSON.stringify({ sweepTypes: ['coupon'], feed: 'poll' }));
});
afterAll(async () => {
  await stripe?.stop();
  await database?.drop();
});

type Env = Record<string, string>;
const stripeEnv = (): Env => ({ STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url });
const status = async (args: readonly string[], env: Env) => {
  const running = runCommand(['status', ...args], { cwd, env });
  const code = await running.ended;
  return { code, output: running.output() };
};
const serve = async (args: readonly string[], env: Env): Promise<Running> => {
  const service = runCommand(['serve', '--port', '0', '--config', config, ...args], { cwd, env });
  await service.says(/"event":"service.ready"/);
  return service;
};

test('without a database it says so with code 2, and makes none', async () => {
  const directory = join(cwd, 'never-made');
  const { code, output } = await status(['--directory', directory], {});
  expect(code).toBe(2);
  expect(output.trimEnd().split('\n')).toEqual([
    `lockstep: There is no database in ${directory} yet`,
    '  code  schema_missing',
    expect.stringMatching(/^ {2}next {2}start lockstep serve/),
  ]);
  expect(existsSync(directory)).toBe(false);
});

describe.each(['PostgreSQL', 'the embedded database'])('with a service on %s', { timeout: 180_000 }, (kind) => {
  const where = (): Env => (kind === 'PostgreSQL' ? { DATABASE_URL: database.url } : {});
  const args = ['--directory', join(cwd, kind === 'PostgreSQL' ? 'unused' : 'embedded')];
  let service: Running;
  beforeAll(async () => {
    service = await serve(args, { ...stripeEnv(), ...where() });
  }, 120_000);
  afterAll(() => service.end('SIGKILL'));

  test('it ends with 0 once everything was compared, and needs no key', async () => {
    await eventually(async () => (await status(args, where())).code === 0, 'it is in step', 60_000);
    const { output } = await status(args, where());
    expect(output).toMatch(/^ {2}in step, proven \d+ s ago\n/);
    expect(output).toMatch(/^ {2}workers +1: \S+:\d+ \(\d+ s ago\)$/m);
    expect(output).toMatch(/^ {2}coupons +1 +0 +– +\d+ s ago +–$/m);
    const wide = output.split('\n').filter((line) => line.length > 80);
    expect(wide).toEqual([]);
    expect(output).not.toContain('\u001B');
  });

  test('--json has the same as one line, with the pace of the requests', async () => {
    const { code, output } = await status(['--json', ...args], where());
    const report = JSON.parse(output) as StatusReport;
    expect({ code, state: report.state }).toEqual({ code: 0, state: 'in_step' });
    expect(report.pace?.perS).toBeGreaterThan(0);
    expect(report.sources).toEqual([
      expect.objectContaining({ account: stripe.account, cursorAt: expect.any(String) }),
    ]);
  });

  test('--watch shows it again until Ctrl-C, with the code of the last look', async () => {
    const watching = runCommand(['status', '--watch', ...args], { cwd, env: where() });
    await watching.says(/in step[\s\S]+in step/, 60_000);
    expect(await watching.end('SIGINT')).toBe(0);
  });

  test('once the service has stopped it ends with 1 and says since when nobody works', async () => {
    expect(await service.end()).toBe(0);
    const { code, output } = await status(args, where());
    expect(code).toBe(1);
    expect(output).toMatch(/^ {2}degraded since \S+ \(\d+ s\): 1 reason\n {2}! No process works on this database\./);
    expect(output).toMatch(/^ {2}workers +none$/m);
  });
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import type { Finding } from '../../src/operate/doctor/finding.js';
import { runCommand, type Running } from '../support/command.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const SECRET = 'whsec_0123456789abcdef0123456789abcdef';
const cwd = mkdtempSync(join(tmpdir(), 'lockstep-doctor-'));
let rig: Rig;
let database: TestDatabase;
let service: Running | undefined;
let env: Record<string, string>;
beforeAll(async () => {
  [rig, database] = await Promise.all([startRig(), createDatabase()]);
  env = {
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: rig.emulator.secretKey,
    STRIPE_API_BASE: rig.emulator.url,
    STRIPE_WEBHOOK_SECRET: SECRET,
  };
});
afterAll(async () => {
  await service?.end('SIGKILL');
  await rig?.stop();
  await database?.drop();
});

const doctor = async (args: readonly string[] = [], more: Record<string, string> = {}) => {
  const running = runCommand(['doctor', ...args], { cwd, env: { ...env, ...more } });
  const code = await running.ended;
  return { code, output: running.output() };
};

test('beside a service that is well nothing fails, in lines that fit a terminal', async () => {
  service = runCommand(['serve', '--port', '0'], { cwd, env });
  const [, address = ''] = await service.says(/"url":"([^"]+)"/);
  rig.emulator.createWebhookEndpoint({
    url: `${address}/stripe-webhooks`,
    enabled_events: ['*'],
    api_version: API_VERSION,
    secret: SECRET,
  });
  const { code, output } = await doctor();
  expect(output).not.toContain('FAIL');
  expect(code).toBe(0);
  expect(output).toMatch(/ok {4}answers +http:\S+\/stripe-webhooks refuses a\s+delivery/);
  expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(output).toMatch(/\n {2}0 failures, \d+ warnings?, \d+ ok\n$/);
  expect(output).not.toMatch(new RegExp(`${SECRET}|${rig.emulator.secretKey}|\u001B`));
}, 120_000);

test('an index that somebody dropped is named with the statement that makes it again', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('drop index lockstep.dirty_hinted');
  await client.end();
  const { code, output } = await doctor(['--json']);
  const findings = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  expect(code).toBe(1);
  expect(findings.filter(({ verdict }) => verdict === 'failure')).toEqual([
    {
      ...{ area: 'schema', check: 'as expected', verdict: 'failure' },
      evidence: 'index lockstep.dirty_hinted (missing)',
      next: expect.stringMatching(/run lockstep migrate.*create index "dirty_hinted" on lockstep\.dirty/),
    },
  ]);
}, 120_000);

test('with nothing configured and no database it still looks at everything', async () => {
  const running = runCommand(['doctor', '--json', '--directory', join(cwd, 'nowhere')], { cwd });
  expect(await running.ended).toBe(1);
  const findings = running
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  const failures = findings.filter(({ verdict }) => verdict === 'failure').map(({ area, check }) => `${area} ${check}`);
  expect(failures).toEqual(['key works', 'secret configured', 'database reachable']);
  expect(findings.length).toBeGreaterThan(35);
}, 120_000);

import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { readEnvFile } from '../../src/cli/commands/init/env-file.js';
import { runCommand } from '../support/command.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

let rig: Rig;
let database: TestDatabase;
let cwd: string;
beforeAll(async () => {
  [rig, database] = await Promise.all([startRig(), createDatabase()]);
});
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'lockstep-init-'));
});
afterAll(async () => {
  await rig?.stop();
  await database?.drop();
});

const init = async (args: readonly string[] = [], more: Record<string, string> = {}) => {
  const env = {
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: rig.emulator.secretKey,
    STRIPE_API_BASE: rig.emulator.url,
    ...more,
  };
  const running = runCommand(['init', ...args], { cwd, env });
  const code = await running.ended;
  return { code, output: running.output() };
};
const endpoints = async () => (await rig.stripe.webhookEndpoints.list({ limit: 100 })).data;

test('init writes the settings, creates the endpoint and the tables; a second one changes nothing', async () => {
  writeFileSync(join(cwd, '.env'), 'MINE=kept');
  const first = await init(['--url', 'https://app.example.com']);
  expect(first.code).toBe(0);
  const text = readFileSync(join(cwd, '.env'), 'utf8');
  const variables = readEnvFile(join(cwd, '.env'));
  expect(statSync(join(cwd, '.env')).mode & 0o777).toBe(0o600);
  expect(variables).toEqual({
    MINE: 'kept',
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: rig.emulator.secretKey,
    STRIPE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_/),
    LOCKSTEP_TOKEN: expect.stringMatching(/^.{32}$/),
  });
  expect(await endpoints()).toMatchObject([
    { url: 'https://app.example.com/stripe-webhooks', enabled_events: ['*'], api_version: API_VERSION },
  ]);
  expect(first.output).toMatch(/^ {2}database {3}created the tables/m);
  const secrets = [rig.emulator.secretKey, variables['STRIPE_WEBHOOK_SECRET'] ?? '', variables['LOCKSTEP_TOKEN'] ?? ''];
  expect(secrets.filter((secret) => first.output.includes(secret))).toEqual([]);

  expect(first.output).not.toContain('.gitignore');
  mkdirSync(join(cwd, '.git'));
  const second = await init(['--url', 'https://app.example.com']);
  expect(second).toMatchObject({ code: 0, output: expect.stringMatching(/\.env has them all/) });
  expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe(text);
  expect(await endpoints()).toHaveLength(1);
  expect(second.output).toMatch(/next +add \.env to \.gitignore/);
  expect(second.output).toMatch(/^ {2}database {3}the tables are up to date$/m);
}, 120_000);

test('of an endpoint that is there the secret is not known, so it is asked for', async () => {
  rig.emulator.createWebhookEndpoint({ url: 'https://there.example.com/stripe-webhooks' });
  const { code, output } = await init(['--url', 'https://there.example.com/']);
  expect(code).toBe(0);
  expect(output).toMatch(/endpoint {3}we_\w+ is there for https:\/\/there\.example\.com\/stripe-webhooks/);
  expect(output).toMatch(/next +put its signing secret into \.env/);
  expect(readEnvFile(join(cwd, '.env'))['STRIPE_WEBHOOK_SECRET']).toBeUndefined();
}, 120_000);

test('a key that may not create endpoints is told what to do by hand', async () => {
  const key = rig.emulator.createRestrictedKey({ account: 'read', webhook: 'read', webhook_endpoint: 'read' });
  const { code, output } = await init(['--url', 'https://hand.example.com'], { STRIPE_SECRET_KEY: key });
  expect(code).toBe(0);
  expect(output).toMatch(/next +create an endpoint for https:\/\/hand\.example\.com\/stripe-webhooks/);
}, 120_000);

test('without an address changes are polled, and no endpoint is created', async () => {
  const before = (await endpoints()).length;
  const { code, output } = await init();
  expect({ code, now: (await endpoints()).length }).toEqual({ code: 0, now: before });
  expect(output).toMatch(/next +lockstep serve --feed poll/);
}, 120_000);

test('--terraform prints the resource and changes nothing; bad input ends with 2', async () => {
  const printed = await init(['--terraform', '--url', 'https://tf.example.com'], { STRIPE_SECRET_KEY: '' });
  expect(printed.code).toBe(0);
  expect(printed.output).toContain('url            = "https://tf.example.com/stripe-webhooks"');
  expect(existsSync(join(cwd, '.env'))).toBe(false);
  expect(await init(['--url', 'nowhere'])).toMatchObject({
    code: 2,
    output: expect.stringContaining('is not a web address'),
  });
  expect(await init([], { STRIPE_SECRET_KEY: '' })).toMatchObject({
    code: 2,
    output: expect.stringContaining('stripe_key_missing'),
  });
  expect(existsSync(join(cwd, '.env'))).toBe(false);
}, 120_000);

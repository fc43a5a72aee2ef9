import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { runCommand } from '../support/command.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-report-'));
const WEBHOOK_SECRET = 'whsec_secretsecretsecret';
const TOKEN = 'a-token-that-is-secret';
let rig: Rig;
let database: TestDatabase;
beforeAll(async () => {
  [rig, database] = await Promise.all([startRig(), createDatabase({ template: MIGRATED })]);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`insert into lockstep.sources values ('acct_1', false, 'acct_1', now(), 'key')`);
  await client.query(`insert into stripe.customers (account, livemode, id, data, as_of)
    values ('acct_1', false, 'cus_1', '{"name": "Ada Lovelace", "email": "ada@example.com"}', now())`);
  await client.query(`insert into lockstep.inbox (created, account, livemode, id, type, feed, quarantine, body)
    values (now(), 'acct_1', false, 'evt_1', 'customer.created', 'webhook', 'livemode', '{"name": "Ada Lovelace"}')`);
  await client.query(`insert into lockstep.dirty
    (account, livemode, type, id, gen, first_gen, hinted_at, due_at, attempts, reason, dead_since, prior)
    values ('acct_1', false, 'customer', 'cus_1', 1, 1, now(), now(), 8, 'forbidden', now(), '{"name": "Ada Lovelace"}')`);
  await client.end();
});
afterAll(async () => {
  await rig?.stop();
  await database?.drop();
});

const report = async (args: readonly string[], more: Record<string, string> = {}) => {
  const env = {
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: rig.emulator.secretKey,
    STRIPE_API_BASE: rig.emulator.url,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    LOCKSTEP_TOKEN: TOKEN,
    ...more,
  };
  const running = runCommand(['report', ...args], { cwd, env });
  const code = await running.ended;
  return { code, output: running.output() };
};

test('the report has what support needs, and no secret and nothing of a customer', async () => {
  const { code, output } = await report(['--out', 'report.json']);
  expect({ code, output }).toEqual({ code: 0, output: '  wrote report.json; read it before you send it\n' });
  const file = join(cwd, 'report.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  const password = new URL(database.url).password;
  const secrets = [rig.emulator.secretKey, WEBHOOK_SECRET, TOKEN, 'Ada Lovelace', 'ada@example.com', password];
  expect(secrets.filter((secret) => secret !== '' && text.includes(secret))).toEqual([]);
  expect(JSON.parse(text)).toMatchObject({
    settings: { value: expect.arrayContaining([expect.objectContaining({ option: 'inboxDays', value: 45 })]) },
    status: { value: { state: 'degraded', dead: { value: 1 } } },
    findings: expect.arrayContaining([expect.objectContaining({ area: 'work', check: 'dead letters' })]),
    refused: { value: { ignored: [expect.objectContaining({ reason: 'livemode', lastId: 'evt_1' })] } },
    dead: { value: [expect.objectContaining({ id: 'cus_1', reason: 'forbidden' })] },
  });
}, 120_000);

test('without a database and without Stripe, what can be known is in it, with the reasons', async () => {
  const { code, output } = await report([], {
    DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/nowhere',
    STRIPE_API_BASE: 'http://127.0.0.1:1',
  });
  expect(code).toBe(0);
  const found = JSON.parse(output) as { status: object; findings: object[]; settings: object };
  expect(found.status).toMatchObject({ failed: expect.any(String), next: expect.any(String) });
  expect(found.settings).toHaveProperty('value');
  expect(found.findings.length).toBeGreaterThan(35);
  expect(output).not.toContain('hunter2');
}, 120_000);

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { createDatabase } from '../support/database.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-config-'));
const ends = async (args: readonly string[], env: Record<string, string> = {}) => {
  const running = runCommand(args, { cwd, env });
  const code = await running.ended;
  return { code, output: running.output() };
};

test('config print says of each setting where it comes from, and prints no secret', async () => {
  writeFileSync(join(cwd, 'lockstep.config.json'), JSON.stringify({ feed: 'poll', directory: 'from-the-file' }));
  const secrets = ['sk_test_verysecret', 'whsec_verysecretverysecret', 'hunter2', 'sixteen-letters!'];
  const [key, secret, password, token] = secrets as [string, string, string, string];
  const env = {
    DATABASE_URL: `postgres://app:${password}@127.0.0.1:5432/app`,
    STRIPE_SECRET_KEY: key,
    STRIPE_WEBHOOK_SECRET: secret,
    LOCKSTEP_TOKEN: token,
  };
  const { code, output } = await ends(['config', 'print', '--directory', 'from-the-flag'], env);
  expect(code).toBe(0);
  expect(secrets.filter((one) => output.includes(one))).toEqual([]);
  const found = output.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(found).toEqual(
    expect.arrayContaining([
      ['option', 'from', 'value'],
      ['databaseUrl', 'DATABASE_URL', 'postgres://app:***@127.0.0.1:5432/app'],
      ['stripeKey', 'STRIPE_SECRET_KEY', 'sk_test_…'],
      ['feed', 'lockstep.config.json', 'poll'],
      ['directory', '--directory', 'from-the-flag'],
      ['inboxDays', 'default', '45'],
      ['LOCKSTEP_TOKEN', 'environment', '(set)'],
      ['LOCKSTEP_USER_TOKEN_SECRET', 'default', '–'],
      ['LOCKSTEP_METRICS_TOKEN', 'default', '–'],
    ]),
  );
});

test('a setting that is not valid, and an unknown action, end with 2', async () => {
  writeFileSync(join(cwd, 'wrong.json'), JSON.stringify({ inboxDays: 3 }));
  const wrong = await ends(['config', 'print', '--config', 'wrong.json']);
  expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining('inboxDays') });
  const unknown = await ends(['config', 'prnt']);
  expect(unknown).toMatchObject({ code: 2, output: expect.stringContaining('did you mean print?') });
});

test('migrate --status lists what is applied and pending, and changes nothing', { timeout: 120_000 }, async () => {
  const database = await createDatabase();
  const env = { DATABASE_URL: database.url };
  const before = await ends(['migrate', '--status'], env);
  expect(before.code).toBe(1);
  expect(before.output).toMatch(/^ {2}0001-inbox-and-marks +pending$/m);
  expect(before.output).toMatch(/^ {2}next {2}run lockstep migrate/m);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  expect((await client.query(`select from pg_namespace where nspname = 'lockstep'`)).rowCount).toBe(0);

  expect((await ends(['migrate'], env)).code).toBe(0);
  const after = await ends(['migrate', '--status'], env);
  expect(after.code).toBe(0);
  expect(after.output).toMatch(/^ {2}0001-inbox-and-marks +applied \d\d:\d\d:\d\d$/m);
  expect(after.output).toMatch(/^ {2}nothing is pending$/m);

  await client.query(`delete from lockstep.migrations where name = '0009-processes'`);
  const again = await ends(['migrate', '--status'], env);
  expect(again).toMatchObject({ code: 1, output: expect.stringMatching(/^ {2}0009-processes +pending$/m) });
  await client.end();
  await database.drop();
});

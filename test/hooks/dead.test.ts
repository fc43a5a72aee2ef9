import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { createDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { MIGRATED } from '../support/global-postgres.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';

let stripe: ScriptedStripe;
let pool: pg.Pool;
let url: string;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  [stripe, directory, { url }] = await Promise.all([
    startScriptedStripe(),
    temporaryDirectory(),
    createDatabase({ template: MIGRATED }),
  ]);
  pool = new pg.Pool({ connectionString: url });
  await pool.query(`
    insert into lockstep.sources (account, livemode, platform, bound_by)
      values ('${stripe.account}', false, '${stripe.account}', 'key');
    insert into lockstep.hooks values ('onEvent invoice.paid', 'event', 'invoice.paid', false, now(), now());
    insert into lockstep.hook_deliveries
      (hook, account, livemode, type, id, event, payload, made_at, due_at, attempts, reason, dead_since)
    values
      ('onEvent invoice.paid', '${stripe.account}', false, 'invoice', 'in_1', 'evt_1', '{}', now(), now() + interval '1 h', 12, 'no mail server', now()),
      ('onEvent invoice.paid', '${stripe.account}', false, 'invoice', 'in_1', 'evt_2', '{}', now(), now(), 0, null, null)`);
});
afterAll(async () => {
  await pool.end();
  await stripe.stop();
  await directory.remove();
});

const dead = async (...args: string[]) => {
  const env = { DATABASE_URL: url, STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url };
  const command = runCommand(['dead', ...args], { cwd: directory.path, env });
  return { code: await command.ended, output: command.output() };
};

test('lockstep dead lists, shows and retries runs of hooks beside objects', async () => {
  const listed = await dead();
  expect(listed.code).toBe(0);
  expect(listed.output).toMatch(/hook +for +later runs +dead since +tries +reason/);
  expect(listed.output).toMatch(/onEvent invoice\.paid +evt_1 +1 +\S+ +12 +no mail server/);
  expect((await dead('show', 'evt_1')).output).toMatch(
    /for +event evt_1, invoice in_1[\s\S]+waiting +1 later run of the same/,
  );
  expect(JSON.parse((await dead('--json')).output)).toMatchObject([{ hook: 'onEvent invoice.paid', event: 'evt_1' }]);
  expect((await dead('retry', 'in_1')).output).toContain('Scheduled a retry of 0 objects and 1 hook run');
  expect((await dead()).output).toContain('No dead letters');
  const { rows } = await pool.query(
    'select 1 from lockstep.hook_deliveries where due_at <= now() and dead_since is null',
  );
  expect(rows).toHaveLength(2);
});

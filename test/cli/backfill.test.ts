import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { createDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';

const CUSTOMERS = 3_000;
const server = fileURLToPath(new URL('../../bench/support/listing-server.mjs', import.meta.url));

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let stripe: ReturnType<typeof fork>;
let database: pg.Client;
let env: Record<string, string>;
beforeAll(async () => {
  directory = await temporaryDirectory();
  stripe = fork(server, [String(CUSTOMERS)]);
  const [{ url }] = (await once(stripe, 'message')) as [{ url: string }];
  const databaseUrl = (await createDatabase()).url;
  database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  env = { DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: 'sk_test_backfill', STRIPE_API_BASE: url };
});
afterAll(async () => {
  stripe.kill();
  await database.end();
  await directory.remove();
});

interface Progress {
  progress: { listed: number; resumed: boolean };
}
const countOf = async (text: string): Promise<number> => {
  const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from ${text}`);
  return rows[0]?.n ?? 0;
};

test('a backfill that was killed with -9 goes on near the page where it was, and misses nothing', async () => {
  const command = ['backfill', 'customers', '--json', '--rate', '8', '--rate-per-endpoint', '8'];
  const first = runCommand(command, { cwd: directory.path, env });
  await first.says(/"listed":1[0-9]00/);
  // Where it was is kept a few times a second.
  await eventually(async () => (await countOf(`lockstep.backfills where listed >= 1000`)) > 0, 'its place is kept');
  await first.end('SIGKILL');
  const kept = await countOf('stripe.customers where proven_at is not null');
  expect(kept).toBeGreaterThanOrEqual(1_000);
  expect(kept).toBeLessThan(CUSTOMERS);

  const second = runCommand(command, { cwd: directory.path, env });
  expect(await second.ended).toBe(0);
  const lines = second.output().trim().split('\n');
  const [{ progress }] = lines.map((line) => JSON.parse(line) as Progress) as [Progress];
  expect(progress).toMatchObject({ resumed: true });
  expect(progress.listed).toBeGreaterThan(1_000);
  expect(await countOf('stripe.customers where proven_at is not null')).toBe(CUSTOMERS);
});

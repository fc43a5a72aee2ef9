import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { createDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe } from '../support/scripted-stripe.js';

const CUSTOMERS = 3_000;
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const hasTerminals = spawnSync('script', ['--version']).status === 0;
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

test('without a terminal it prints plain lines: its progress at intervals, and the end of each type', async () => {
  const command = ['backfill', 'customers', 'issuing.card', '--rate', '4', '--rate-per-endpoint', '4'];
  const running = runCommand(command, { cwd: directory.path, env });
  expect(await running.ended).toBe(0);
  const lines = running.output().trimEnd().split('\n');
  expect(lines[0]).toMatch(/^ {2}customers: [\d,]+ objects so far$/);
  expect(lines.slice(-3)).toEqual([
    expect.stringMatching(/^ {2}✓ customers: 3,000 objects, [\d,]+ of them new$/),
    '  1 other type: no objects',
    expect.stringMatching(/^ {2}3,000 objects read, [\d,]+ new, \d+ s$/),
  ]);
}, 120_000);

describe.skipIf(!hasTerminals)('on a terminal', () => {
  const onTerminal = async (more: Record<string, string>, ...types: string[]) => {
    const command = ['node', main, 'backfill', ...types, '--rate', '8', '--rate-per-endpoint', '8'].join(' ');
    const child = spawn('script', ['-qefc', `stty cols 120; ${command}`, '/dev/null'], {
      ...{ cwd: directory.path, env: { ...process.env, ...env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] },
    });
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, text };
  };

  test('a bar shows the objects, the rate and the time that is left, and a line how it ended', async () => {
    const { code, text } = await onTerminal({}, 'customers');
    expect(code).toBe(0);
    expect(text).toMatch(/customers +\S+ [\d,]+ objects {2}[1-9][\d,]*\/s {2}about [\d.,]+ (s|min|h) left/);
    expect(text).toMatch(/✓ customers: 3,000 objects, [\d,]+ of them new/);
  }, 120_000);

  test('a type that has rows and may not be listed any more is said, though no bar was ever shown', async () => {
    const closed = await startScriptedStripe({ account: 'acct_bench' });
    closed.fail('/v1/customers', 403, 9);
    const { code, text } = await onTerminal({ STRIPE_API_BASE: closed.url }, 'customers');
    expect(code).toBe(1);
    expect(text).toContain('! customers: Stripe no longer lets this key list it');
    await closed.stop();
  }, 120_000);
});

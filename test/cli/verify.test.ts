import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPGlite } from '../../src/store/pglite/pglite.js';
import { runCommand, type Running } from '../support/command.js';
import { START_MS, startDemo, temporaryDirectory, type Demo } from '../support/demo.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let demo: Demo | undefined;
let emulator: Running | undefined;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(async () => {
  await demo?.running.end('SIGKILL');
  await emulator?.end('SIGKILL');
  await directory.remove();
});

const ends = async (args: readonly string[], env: Record<string, string> = {}) => {
  const command = runCommand(args, { cwd: directory.path, env });
  const code = await command.ended;
  return { code, output: command.output() };
};
/** The line of a type, its columns apart. */
const lineOf = (output: string, table: string): string[] =>
  (output.split('\n').find((line) => line.trim().startsWith(table)) ?? '').trim().split(/\s{2,}/);

test(
  'verify finds no drift on the demo, and reports and repairs rows that somebody changed, deleted or invented',
  async () => {
    demo = await startDemo(directory.path);
    const beside = await ends(['verify', 'customers', 'products', 'subscriptions']);
    expect(beside).toMatchObject({ code: 0, output: expect.stringContaining('in step: no difference') });
    // Balance transactions and webhook endpoints too, of which no event tells.
    expect(await ends(['verify'])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/balance_transactions +1 +0/),
    });
    expect(await ends(['dead'])).toMatchObject({ code: 0, output: expect.stringContaining('No dead letters') });
    await demo.running.end('SIGTERM');

    const data = join(directory.path, '.lockstep');
    const database = await openPGlite(join(data, 'db'));
    const run = (text: string) => database.query({ text, values: [] });
    await run(`update stripe.subscriptions set data = jsonb_set(data, '{status}', '"paused"')`);
    await run(`delete from stripe.products where name = 'Team'`);
    await run(`insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
      select account, livemode, 'cus_invented', jsonb_set(data, '{id}', '"cus_invented"'), proven_at, as_of
      from stripe.customers limit 1`);
    await run(`update public.user_profiles set stripe_subscription_id = 'sub_wrong'`);
    await database.close();

    emulator = runCommand(['emulator', '--port', '0', '--data', join(data, 'emulator.json')], { cwd: directory.path });
    const [, url = ''] = await emulator.says(/STRIPE_API_BASE +(\S+)/);
    const [, key = ''] = await emulator.says(/secret key +(\S+)/);
    const env = { STRIPE_API_BASE: url, STRIPE_SECRET_KEY: key };
    const verify = (...more: string[]) =>
      ends(
        ['verify', 'customers', 'products', 'subscriptions', '--rate', '500', '--rate-per-endpoint', '500', ...more],
        env,
      );

    const found = await verify();
    expect(found).toMatchObject({ code: 1, output: expect.stringContaining('drift:') });
    expect(lineOf(found.output, 'customers').slice(2, 7)).toEqual(['0', '1', '0', '0', 'not proven']);
    expect(lineOf(found.output, 'products').slice(2, 7)).toEqual(['1', '0', '0', '0', 'not proven']);
    expect(lineOf(found.output, 'subscriptions').slice(2, 7)).toEqual(['0', '0', '1', '0', 'not proven']);
    expect(found.output).toMatch(/profile ids\s+\d/);
    expect(found.output).toContain('customers cus_invented is in the mirror but not at Stripe: no event came');
    expect(found.output).toMatch(/products prod_\w+ is at Stripe but not in the mirror: the row was changed here/);
    expect(found.output).toMatch(
      /subscriptions sub_\w+ differs: the row was changed here\n +status: "paused" in the mirror, "\w+" at Stripe/,
    );

    const repaired = await verify('--repair');
    expect(repaired).toMatchObject({ code: 1, output: expect.stringContaining('in step after repair') });
    expect(await verify()).toMatchObject({ code: 0, output: expect.stringContaining('in step: no difference') });

    const lines = (await verify('--json')).output.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ type: 'customer', missing: 0, extra: 0, different: 0 }),
      expect.objectContaining({ type: 'product', provenAt: expect.any(String) }),
      expect.objectContaining({ type: 'subscription' }),
      expect.objectContaining({ outcome: 'in_step', profiles: { wrong: 0, repaired: 0 } }),
    ]);
  },
  4 * START_MS,
);

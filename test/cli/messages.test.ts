import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../src/store/pglite/directory-lock.js';
import { runCommand } from '../support/command.js';
import { commandHere } from '../support/command-here.js';
import { customer, eventOf } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe, type ScriptedStripe } from '../support/scripted-stripe.js';
import { WEBHOOK_SECRET } from '../support/world.js';

let stripe: ScriptedStripe;
const cwd = mkdtempSync(join(tmpdir(), 'lockstep-cli-'));
beforeAll(async () => {
  stripe = await startScriptedStripe();
});
afterAll(() => stripe.stop());

const environment = (): Record<string, string> => ({
  STRIPE_SECRET_KEY: 'sk_test_scripted',
  STRIPE_API_BASE: stripe.url,
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
});

async function ends(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | NodeJS.Signals; lines: string[] }> {
  const running = runCommand(args, { cwd, env });
  const code = await running.ended;
  return { code, lines: running.output().trimEnd().split('\n') };
}

describe(
  'a command that cannot do what it was asked says what happened, the fact, and the next step',
  { timeout: 120_000 },
  () => {
    test.each([
      ['serve without a key', ['serve'], { STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }, 2, 'stripe_key_missing'],
      [
        'serve with workers and no PostgreSQL',
        ['serve', '--workers', '2'],
        { STRIPE_SECRET_KEY: 'sk_test_1234', STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
        2,
        'option_invalid',
      ],
      [
        'serve with one role and no PostgreSQL',
        ['serve', '--roles', 'receive'],
        { STRIPE_SECRET_KEY: 'sk_test_1234', STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
        2,
        'option_invalid',
      ],
      ['serve without a webhook secret', ['serve'], { STRIPE_SECRET_KEY: 'sk_test_1234' }, 2, 'webhook_secret_missing'],
      [
        'serve with a malformed key',
        ['serve'],
        { STRIPE_SECRET_KEY: 'sk_1234', STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
        2,
        'stripe_key_invalid',
      ],
      ['the demo with a live key', ['demo'], { STRIPE_SECRET_KEY: 'sk_live_1234' }, 2, 'stripe_key_invalid'],
      [
        'migrate without its database',
        ['migrate'],
        { DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' },
        1,
        'database_unreachable',
      ],
    ])('%s', async (_, args, env, exitCode, errorCode) => {
      const { code, lines } = await ends(args, env);
      expect(code).toBe(exitCode);
      expect(lines).toEqual([
        expect.stringMatching(/^lockstep: /),
        `  code  ${errorCode}`,
        expect.stringMatching(/^ {2}next {2}\S/),
      ]);
      expect(lines.join()).not.toMatch(/sk_1234|sk_live_1234/);
    });

    test('serve on a port that is taken', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const { code, lines } = await ends(['serve', '--port', String(port), '--log-level', 'silent'], environment());
      other.close();
      expect(code).toBe(1);
      expect(lines).toEqual([
        `lockstep: Port ${port} is in use`,
        '  code  port_taken',
        '  next  stop the program that uses it, or choose another port with --port',
      ]);
    });

    test.each(['verify', 'backfill'])('%s of a type that is none, before Stripe is asked', async (command) => {
      const asked: string[] = [];
      const nobody = createHttpServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(500).end();
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => nobody.once('listening', resolve));
      const { port } = nobody.address() as AddressInfo;
      const env = { ...environment(), STRIPE_API_BASE: `http://127.0.0.1:${port}` };
      const directory = join(cwd, 'never-made');
      const { code, lines } = await ends([command, 'customers', 'subscriptoins', '--directory', directory], env);
      nobody.close();
      expect([code, asked, existsSync(directory)]).toEqual([2, [], false]);
      expect(lines).toEqual([
        'lockstep: Unknown type "subscriptoins"',
        '  code  option_invalid',
        '  next  did you mean subscriptions?',
      ]);
    });

    test('an unknown command and an unknown option, with the nearest one', async () => {
      expect(await ends(['serv'])).toMatchObject({
        code: 2,
        lines: expect.arrayContaining([expect.stringContaining('did you mean serve?')]),
      });
      expect(await ends(['serve', '--prot', '1'])).toMatchObject({
        code: 2,
        lines: expect.arrayContaining([expect.stringContaining('did you mean --port?')]),
      });
      expect(await ends(['serve', '--port', 'x'])).toMatchObject({
        code: 2,
        lines: expect.arrayContaining([expect.stringContaining('0 to 65535')]),
      });
    });
  },
);

test('every command has examples in its help', { timeout: 120_000 }, async () => {
  const { lines: listed } = await ends(['--help']);
  const commands = listed.flatMap((line) => /^ {2}([a-z]+) /.exec(line)?.[1] ?? []);
  expect(commands).toEqual([
    ...[
      'serve',
      'emulator',
      'stripe',
      'init',
      'migrate',
      'backfill',
      'verify',
      'status',
      'doctor',
      'config',
      'events',
      'refused',
      'explain',
      'replay',
      'dead',
      'pause',
      'resume',
      'duplicates',
      'erase',
      'console',
      'report',
      'generate',
      'demo',
      'completion',
      'help',
    ],
  ]);
  for (const command of commands.slice(0, -1)) {
    const { code, output } = await commandHere([command, '--help'], { cwd });
    expect(code).toBe(0);
    expect(output).toMatch(/Examples:\n {2}\$ (\w+=\S+ )*lockstep/);
  }
});

test('migrate makes the schema once and then has nothing to do', async () => {
  const directory = join(cwd, 'migrated');
  const first = await ends(['migrate', '--directory', directory]);
  expect(first.code).toBe(0);
  expect(first.lines).toEqual([
    'applied 0001-inbox-and-marks',
    ...first.lines.slice(1, -2),
    'created the tables of schema stripe',
    'created 10 weekly partitions of the inbox and the change feed',
  ]);
  expect(await ends(['migrate', '--directory', directory])).toEqual({
    code: 0,
    lines: ['nothing to do: the database is up to date'],
  });
}, 120_000);

test('a first start that died in the middle does not hinder the next', { timeout: 120_000 }, async () => {
  const directory = join(cwd, 'interrupted');
  mkdirSync(join(directory, 'db.new', 'base'), { recursive: true });
  writeFileSync(join(directory, 'db.new', 'PG_VERSION'), 'half');
  expect(await ends(['migrate', '--directory', directory])).toMatchObject({ code: 0 });
  expect(statSync(join(directory, 'db')).mode & 0o777).toBe(0o700);
  expect(existsSync(join(directory, 'db.new'))).toBe(false);
});

test('serve guards its directory, tells its address to its owner alone, and stops cleanly when asked', async () => {
  const directory = join(cwd, 'served');
  const service = runCommand(['serve', '--port', '0', '--directory', directory], { cwd, env: environment() });
  await service.says(/"event":"service.ready"/);
  const file = join(directory, 'service.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { url, token } = JSON.parse(readFileSync(file, 'utf8')) as { url: string; token: string };
  expect((await fetch(`${url}/create-customer/ada`, { method: 'POST' })).status).toBe(401);
  expect(
    (await fetch(`${url}/create-customer/ada`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }))
      .status,
  ).toBe(404);
  const second = await ends(['serve', '--port', '0', '--directory', directory, '--log-level', 'silent'], environment());
  expect(second).toMatchObject({ code: 1, lines: expect.arrayContaining(['  code  database_locked']) });
  service.child.kill('SIGINT'); // as npm does, which passes the terminal's Ctrl-C on once more
  expect(await service.end('SIGINT')).toBe(0);
  expect(service.output()).toContain('"event":"service.stopped"');
  expect(service.output()).not.toMatch(new RegExp(`${token}|${WEBHOOK_SECRET}|sk_test_scripted`));
}, 120_000);

test('a command waits for the service or the command that has the embedded database', async () => {
  const directory = join(cwd, 'migrated');
  await ends(['migrate', '--directory', directory]);
  const lock = await lockDirectory(join(directory, 'db'));
  // It asks Stripe nothing: it is wanted most while Stripe is away.
  const away = { STRIPE_SECRET_KEY: 'sk_test_away', STRIPE_API_BASE: 'http://127.0.0.1:9' };
  const waiting = runCommand(['dead', '--directory', directory], { cwd, env: away });
  expect(await Promise.race([waiting.ended, sleep(3_000, 'waits')])).toBe('waits');
  await lock.release();
  expect(await waiting.ended).toBe(0);
  expect(waiting.output()).toContain('No dead letters');
}, 120_000);

test('replay, verify and dead work through a service that polls, and report by their exit codes', async () => {
  const directory = join(cwd, 'polling');
  const env = { STRIPE_SECRET_KEY: 'sk_test_scripted', STRIPE_API_BASE: stripe.url };
  const start = ['serve', '--feed', 'poll', '--port', '0', '--directory', directory];
  const service = runCommand([...start, '--rate', '500', '--rate-per-endpoint', '500'], { cwd, env });
  await service.says(/"event":"service.ready"/);
  const path = '/v1/customers/cus_cli';
  const reads = () => stripe.reads.filter((read) => read === path).length;
  stripe.put(path, customer('cus_cli'));
  stripe.put('/v1/events/evt_cli', eventOf('customer.created', customer('cus_cli'), { id: 'evt_cli', version: 'old' }));
  await eventually(async () => reads() === 1, 'the event is polled and its object read');

  const ask = async (...words: string[]) => {
    const { code, output } = await commandHere([...words, '--directory', directory], { cwd });
    return { code, lines: output.trimEnd().split('\n') };
  };
  const replayed = '  1 event replayed: 1 object will be re-read from Stripe';
  for (const which of [
    ['--event', 'evt_cli'],
    ['--since', '1h'],
    ['--since', new Date(Date.now() - 3_600_000).toISOString(), '--type', 'customer.*'],
  ]) {
    const before = reads();
    expect(await ask('replay', ...which)).toEqual({ code: 0, lines: [replayed] });
    await eventually(async () => reads() > before, 'its object is read anew');
  }
  expect(await ask('replay', '--since', '0m')).toMatchObject({ code: 0, lines: [expect.stringMatching(/0 events/)] });
  expect(await ask('replay', '--event', 'evt_nowhere')).toMatchObject({ code: 1 });
  expect(await ask('replay')).toMatchObject({ code: 2 });
  expect(await ask('replay', '--since', 'yesterday')).toMatchObject({ code: 2 });

  await eventually(async () => (await ask('verify', 'customers')).code === 0, 'it is in step', 60_000);
  stripe.fail('/v1/customers', 500, 4);
  const unproven = await ask('verify', 'customers');
  expect(unproven).toMatchObject({
    code: 2,
    lines: expect.arrayContaining([expect.stringMatching(/customers: Stripe returned 500 while listing customers/)]),
  });
  expect(unproven.lines[0]).toMatch(/^ +type +rows +missing +extra +different +repaired +proven at$/);
  expect(unproven.lines[1]).toMatch(/^ +customers .* not checked$/);

  stripe.fail(path, 403, 9);
  await ask('replay', '--event', 'evt_cli');
  await eventually(async () => (await ask('dead')).lines.join().includes('cus_cli'), 'it is a dead letter', 60_000);
  expect((await ask('dead', 'show', 'cus_cli')).lines.join('\n')).toMatch(
    /reason +forbidden[\s\S]+customer\.created evt_cli/,
  );
  stripe.fail(path, 403, 0);
  expect(await ask('dead', 'retry', 'cus_cli')).toEqual({ code: 0, lines: ['  Scheduled a retry of 1 object'] });
  await eventually(async () => (await ask('verify', 'customers')).code === 0, 'it is in step again', 60_000);
  expect(await service.end()).toBe(0);
}, 240_000);

test('each source of a configuration file is read with its own key from the environment', async () => {
  const second = await startScriptedStripe({ account: 'acct_second' });
  for (const [one, name] of [
    [stripe, 'of the first'],
    [second, 'of the second'],
  ] as const)
    one.put('/v1/coupons/SUMMER', { id: 'SUMMER', object: 'coupon', name, livemode: false, metadata: {} });
  const config = join(cwd, 'two-sources.json');
  writeFileSync(config, JSON.stringify({ sources: [{ stripeKey: 'env:SECOND_KEY', stripeApiBase: second.url }] }));
  const command = ['backfill', 'coupons', '--json', '--config', config, '--directory', join(cwd, 'two-sources')];
  expect(await ends(command, environment())).toMatchObject({
    code: 2,
    lines: expect.arrayContaining(['  code  config_unreadable', '  next  set SECOND_KEY']),
  });
  const { code, lines } = await ends(command, { ...environment(), SECOND_KEY: 'sk_test_second' });
  const done = lines.map((line) => JSON.parse(line) as { done?: object }).flatMap((news) => news.done ?? []);
  expect(code).toBe(0);
  expect(done).toHaveLength(2);
  for (const account of [stripe.account, 'acct_second'])
    expect(done).toContainEqual(expect.objectContaining({ account, type: 'coupon', inserted: 1, outcome: 'done' }));
  const plain = await ends(
    command.filter((word) => word !== '--json'),
    { ...environment(), SECOND_KEY: 'sk_test_second' },
  );
  for (const account of [stripe.account, 'acct_second'])
    expect(plain.lines).toContain(`  ✓ coupons (${account} test): 1 object, 0 of them new`);
  await second.stop();
}, 120_000);

test('a reader that closes the pipe early, such as head, does not make the command fail', async () => {
  const running = runCommand(['generate', 'kysely'], { cwd });
  running.child.stdout?.destroy();
  expect(await running.ended).toBe(0);
  expect(running.output()).toBe('');
});

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { exitCodeOf, reportOf } from '../../src/cli/terminal/report.js';
import { Options } from '../../src/engine/config.js';
import { WEBHOOK_SECRET } from '../support/world.js';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-mistakes-'));
const file = join(folder, 'a-file');
const brokenJson = join(folder, 'broken.json');
const list = join(folder, 'list.json');
const filledFolder = join(folder, 'filled');
let taken: Server;
let takenPort = '';

beforeAll(async () => {
  writeFileSync(file, 'no JSON, and no folder');
  writeFileSync(brokenJson, '{ "stripeKey": sk_test_notquoted1234 }');
  writeFileSync(list, '[]');
  mkdirSync(filledFolder);
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  takenPort = String((taken.address() as AddressInfo).port);
});
afterAll(() => void taken.close());

/** What is complete but for the mistake: a key, a secret, and a Stripe that nobody answers for. */
const usual = (): Record<string, string> => ({
  STRIPE_SECRET_KEY: 'sk_test_mistaken1234',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_mistaken1234',
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  STRIPE_API_BASE: 'http://127.0.0.1:1',
  DATABASE_URL: 'postgres://app:secret@127.0.0.1:1/app',
});

let before: NodeJS.ProcessEnv;
let exitCode: typeof process.exitCode;
const printed: string[] = [];
beforeEach(() => {
  before = process.env;
  exitCode = process.exitCode;
  process.env = { PATH: before['PATH'], ...usual() };
  printed.length = 0;
  vi.spyOn(console, 'error').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.env = before;
  process.exitCode = exitCode;
});

/** Runs one command line in this process; what is printed about it, and how it ends. */
async function ends(args: readonly string[]): Promise<{ code: unknown; text: string }> {
  process.exitCode = undefined;
  printed.length = 0;
  try {
    await createProgram().parseAsync(['node', 'lockstep', ...args]);
    return { code: process.exitCode, text: printed.join('\n') };
  } catch (error) {
    return { code: exitCodeOf(error), text: reportOf(error) };
  }
}

const explained = /^lockstep: .+\n {2}code {2}(?!internal)[a-z_]+\n {2}next {2}\S.+$/;

/** Values that each option refuses, by its name. An option without a value is not here. A new option must be added. */
const badWords: Readonly<Record<string, () => readonly string[]>> = {
  '--port': () => ['', 'x', '-1', '65536', '1.5', takenPort],
  '--emulator-port': () => ['', 'x', '65536', takenPort],
  '--host': () => ['no.such.host.invalid', '203.0.113.9', 'a b', '-'],
  '--allow-host': () => ['', 'http://stripe', 'stripe:4747', 'a b', 'stripe/'],
  '--workers': () => ['', 'x', '0', '65', '1.5'],
  '--roles': () => ['', 'x', 'recieve', 'receive,'],
  '--max-namespaces': () => ['', 'x', '-1', '1.5'],
  '--namespace-idle': () => ['', 'x', '-1'],
  '--customer': () => ['', 'x', 'sub_1', 'cus_'],
  '--feed': () => ['', 'webhok'],
  '--log-level': () => ['', 'loud'],
  '--directory': () => [file, join(file, 'below'), '\u0000'],
  '--config': () => ['', join(folder, 'absent.json'), file, folder, brokenJson, list, '\u0000'],
  '--rate': () => ['', 'x', '0', '-1', '1e9'],
  '--rate-per-endpoint': () => ['', 'x', '0'],
  '--concurrency': () => ['', 'x', '0', '17'],
  '--event': () => ['evt_unreachable'],
  '--since': () => ['', 'yesterday', '99999999d'],
  '--type': () => ['unreachable'],
  '--account': () => ['', 'x', 'acct', "acct_1'; --"],
  '--out': () => ['', filledFolder, join(folder, 'absent', 'models.ts'), join(file, 'models.ts')],
  '--data': () => [folder, file, join(file, 'state.json')],
  '--forward-to': () => ['', 'localhost:3000/webhooks', ':', 'ftp://127.0.0.1', '3000'],
  '--fixture': () => ['', join(folder, 'absent.json'), folder, file, list],
  '--url': () => ['', 'nowhere', 'ftp://127.0.0.1'],
  '--env-file': () => ['', filledFolder, join(file, '.env')],
  '--object': () => ['unreachable'],
  '--before': () => ['', 'yesterday'],
  '--limit': () => ['', 'x', '0', '1001'],
  '--for': () => ['', 'ever', '2'],
  '--role': () => ['', 'admin'],
  '--reason': () => ['unreachable'],
  '--fault': () => ['', 'x', 'lose_every', 'lose_every=x', 'loose_every=2', 'lose_every=-1'],
  '--api-version': () => ['', 'x', '2020-99-99', '2026-10-28 endive'],
};

/** What a command needs besides its options. */
const words: Readonly<Record<string, readonly string[]>> = { generate: ['sql'], replay: ['--since', '1h'] };

/** These look at a folder that cannot be used and say so among other things, or only print its name. */
const lookedAt = ['doctor --directory', 'report --directory', 'config --directory'];

describe('every command answers every option that cannot be used with a code and a next step', () => {
  const commands = createProgram().commands.map((command) => ({ name: command.name(), options: command.options }));
  const cases = commands.flatMap(({ name, options }) =>
    options
      .filter(({ required, optional }) => required || optional)
      .flatMap(({ long }) => (long === null || long === undefined ? [] : [{ command: name, option: long }]))
      .filter(({ command, option }) => !lookedAt.includes(`${command} ${option}`)),
  );
  test.each(cases)('$command $option', async ({ command, option }) => {
    const bad = badWords[option]?.();
    expect(bad, `${option} is not in this test's table`).toBeDefined();
    if (option === '--directory') delete process.env['DATABASE_URL'];
    for (const word of bad ?? []) {
      // The demo's own folder would be made in the working directory.
      const apart = command === 'demo' && option !== '--directory' ? ['--directory', join(folder, 'demo')] : [];
      if (command === 'demo') delete process.env['STRIPE_SECRET_KEY'];
      const args = [command, ...(words[command] ?? []), ...apart, `${option}=${word}`];
      const { code, text } = await ends(args);
      expect(text, args.join(' ')).toMatch(explained);
      expect([1, 2], args.join(' ')).toContain(code);
    }
  });

  test.each([
    ['a command that is not there', ['sevre'], 'did you mean serve?'],
    ['an option that is not there', ['serve', '--prot', '1'], 'did you mean --port?'],
    ['an option of another command', ['migrate', '--repair'], 'see lockstep'],
    ['a word too many', ['migrate', 'now'], 'see lockstep'],
    ['a word too few', ['generate'], 'see lockstep'],
    ['a target that is not there', ['generate', 'dizzle'], 'next'],
    ['a type that is not there', ['generate', 'sql', 'custmers'], 'next'],
    ['a type that is not there', ['verify', 'custmers'], 'did you mean customers?'],
    ['a type that is not there', ['backfill', 'custmers'], 'did you mean customers?'],
    ['an action that is not there', ['dead', 'rety'], 'did you mean retry?'],
    ['events that are not named', ['replay'], 'next'],
    ['an id of something else than a customer', ['erase', '--customer', 'sub_1'], 'cus_…'],
  ])('%s: %s', async (_, args, next) => {
    const { code, text } = await ends(args);
    expect(text).toMatch(explained);
    expect(text).toContain(next);
    expect(code).toBe(2);
  });
});

describe('every command that reads the configuration refuses the same mistakes in it', () => {
  // Each ends before it would reach a database or Stripe.
  test.each(['serve', 'migrate', 'verify', 'backfill', 'replay', 'dead', 'generate'])('%s', async (command) => {
    const config = join(folder, `${command}.json`);
    const args = [command, ...(words[command] ?? []), '--config', config];
    for (const [options, code, next] of [
      [{ mirorSchema: 'stripe' }, 'option_unknown', 'did you mean mirrorSchema?'],
      [{ sources: [{ stripekey: 'sk_test_1' }] }, 'option_unknown', 'did you mean sources.0.stripeKey?'],
      [{ mirrorSchema: 'Stripe' }, 'option_invalid', 'mirrorSchema'],
      [{ mirrorSchema: 'pg_stripe' }, 'option_invalid', 'mirrorSchema'],
      [{ mirrorSchema: 'lockstep' }, 'option_invalid', 'mirrorSchema'],
      [{ inboxDays: '45' }, 'option_invalid', 'inboxDays'],
      [{ stripeKey: 'env:NOT_SET' }, 'config_unreadable', 'set NOT_SET'],
    ] as const) {
      writeFileSync(config, JSON.stringify(options));
      const { code: exit, text } = await ends(args);
      expect(text).toMatch(explained);
      expect(text).toContain(`  code  ${code}`);
      expect(text).toContain(next);
      expect(exit).toBe(2);
    }
  });

  test('an option with a value of another type is refused by its name, and the value is not printed', async () => {
    const config = join(folder, 'types.json');
    for (const option of Object.keys(Options.entries)) {
      const usable = option === 'users' ? [null] : [];
      for (const value of [null, 5.5, -1, 'sk_live_in_the_wrong_place', ['sk_live_in_the_wrong_place'], { a: 1 }]) {
        if (usable.includes(value as null)) continue;
        process.env = { PATH: before['PATH'] };
        writeFileSync(config, JSON.stringify({ [option]: value }));
        const { text } = await ends(['generate', 'kysely', 'customers', '--config', config]);
        expect(text).not.toMatch(/sk_live_in_the|internal|defect/);
        if (text !== '') expect(text).toMatch(explained);
      }
    }
  });

  test('a file that is not JSON is named with the line, and nothing of it is printed', async () => {
    const { text } = await ends(['migrate', '--config', brokenJson]);
    expect(text).toMatch(explained);
    expect(text).toContain('broken.json');
    expect(text).not.toContain('sk_te');
  });
});

test.each([
  ['STRIPE_SECRET_KEY', ['x', ' ', 'pk_test_1234', 'sk_test_']],
  ['STRIPE_WEBHOOK_SECRET', ['x', ' ', ',', 'whsec_']],
  ['STRIPE_API_BASE', ['x', '127.0.0.1:4747', 'ftp://127.0.0.1', 'http://', 'file:///etc/passwd']],
  ['STRIPE_PUBLISHABLE_KEY', ['x', 'sk_test_1234']],
  ['STRIPE_ACCOUNT', ['x', 'acct-1']],
  [
    'DATABASE_URL',
    ['x', 'mysql://127.0.0.1/app', 'host=127.0.0.1 dbname=app', 'postgres://', 'postgres://[::1', '/tmp'],
  ],
  ['LOCKSTEP_USER_TOKEN_SECRET', ['short']],
  ['LOCKSTEP_METRICS_TOKEN', ['short']],
  ['LOCKSTEP_ENDPOINTS', ['x', '{}', '[{}]', '[{"name":"app"}]', '["https://app.example.com"]']],
  ['LOCKSTEP_ALERT_URL', ['x', 'http://alerts.example.com', 'https://alerts.example.com']],
] as const)('serve says what is wrong with %s', async (name, values) => {
  for (const value of values) {
    process.env[name] = value;
    const { code, text } = await ends(['serve', '--log-level', 'silent']);
    expect(text, `${name}=${value}`).toMatch(explained);
    expect([1, 2]).toContain(code);
  }
});

import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { postgresBinaries } from '../support/postgres-binaries.js';
import { callsOf, documentedCommands, program } from './commands.js';

/** How a documented command line is known to work. */
type How =
  /** It is run below, and ends so; `until`: it goes on until it is stopped, once it has said this. */
  | { exit?: number; until?: RegExp; says?: RegExp }
  /** Another test runs it. */
  | { by: string }
  /** It is not run: why. */
  | { not: string };

const names = 'it names a command, and is not a line to run';
const minutes = 'it takes minutes, and its figure is published';
const step = { by: 'tools/check/check.mjs' };
const start = /"event":"service.ready"|STRIPE_API_BASE/;

const known: Readonly<Record<string, How>> = {
  // In this order below.
  'lockstep --help': { says: /emulator/ },
  'lockstep migrate': {},
  'lockstep migrate --print': {},
  'lockstep migrate --status': { says: /nothing is pending/ },
  'DATABASE_URL=postgres://… lockstep migrate': {},
  'lockstep stripe trigger customer.subscription.created': { says: /Trigger succeeded/ },
  'lockstep stripe customers list --limit 3': { says: /"object": ?"list"/ },
  'lockstep backfill': {},
  'lockstep backfill customers subscriptions': { says: /subscriptions/ },
  'lockstep backfill charges': {},
  'lockstep backfill --json > backfill.jsonl': { by: 'test/cli/backfill.test.ts' },
  'lockstep verify': {},
  'lockstep verify subscriptions --repair': { by: 'test/cli/verify.test.ts' },
  'lockstep verify customers subscriptions --repair': {},
  'lockstep verify tax_ids': {},
  'lockstep verify --json': { by: 'test/cli/verify.test.ts' },
  [`psql -qtAX "$DATABASE_URL" -v cursor="$cursor" <<'SQL'`]: { by: 'test/changes/guide.test.ts' },
  [`psql -qX "$DATABASE_URL" <<'SQL'`]: { by: 'test/changes/guide.test.ts' },
  'lockstep verify --repair': { by: 'test/guides/migrating.test.ts' },
  'lockstep verify --repair || lockstep verify': { by: 'test/guides/migrating.test.ts' },
  'lockstep status': { exit: 1, says: /No process/ },
  'lockstep status --json': { exit: 1, says: /nobody_works/ },
  'lockstep status --watch': { by: 'test/cli/status.test.ts' },
  'lockstep doctor': { exit: 1, says: /FAIL {2}exists/ },
  'lockstep doctor --json': { exit: 1, says: /"area":"endpoint"/ },
  'lockstep doctor --url https://example.com/stripe-webhooks': { exit: 1, says: /FAIL {2}exists/ },
  'STRIPE_SECRET_KEY=sk_test_… lockstep init --url https://example.com': { by: 'test/cli/init.test.ts' },
  'lockstep init --url https://example.com': { by: 'test/cli/init.test.ts' },
  'lockstep init --url https://example.com --terraform': { says: /stripe_webhook_endpoint/ },
  'lockstep config print': { says: /stripeKey +STRIPE_SECRET_KEY +sk_test_…/ },
  'lockstep config print --json': { says: /"option":"databaseUrl"/ },
  'lockstep erase': { not: names },
  'lockstep erase --customer cus_1234': { by: 'test/cli/erase.test.ts' },
  'lockstep erase --customer cus_1234 --yes': { by: 'test/cli/erase.test.ts' },
  'lockstep erase --customer cus_1234 --keep-out --yes': { by: 'test/cli/erase.test.ts' },
  'lockstep events': { says: /received +type +event|No events/ },
  'lockstep events list --type "invoice.*" --since 1h': {},
  'lockstep events list --object cus_1234': { says: /No events/ },
  'lockstep events list --ignored': { says: /No events/ },
  'lockstep events show evt_1234': { exit: 1, says: /event_not_found/ },
  'lockstep events raw evt_1234': { exit: 1, says: /event_not_found/ },
  'lockstep refused': { says: /refused +none/ },
  'lockstep refused --json': { says: /"ignored":\[\]/ },
  'lockstep explain cus_1234': { exit: 1, says: /Nothing is known of cus_1234/ },
  'lockstep explain sub_1234 --json': { exit: 1, says: /"rows":\[\]/ },
  'lockstep replay --event evt_1234': { exit: 1, says: /event_not_found/ },
  'lockstep replay --since 7d --type "invoice.*"': {},
  'lockstep dead': {},
  'lockstep dead show cus_1234': {},
  'lockstep dead retry': {},
  'lockstep dead retry --type dispute': {},
  'lockstep pause --for 2h --reason "Stripe is down"': { says: /paused acct_\w+ \(test mode\) until/ },
  'lockstep pause acct_1234': { exit: 2, says: /use one of: acct_/ },
  'lockstep resume': { says: /resumed acct_/ },
  'lockstep resume acct_1234': { exit: 2, says: /use one of: acct_/ },
  'lockstep duplicates': { says: /several live subscriptions: none/ },
  'lockstep duplicates --json': { says: /"unlinked":/ },
  'lockstep console': { says: /No tokens/ },
  'lockstep console add ada --role act': { says: /token +lsc_/ },
  'lockstep console add grace --for 90d': { says: /grace may look, until/ },
  'lockstep console list': { says: /ada +act/ },
  'lockstep console revoke grace': { says: /Revoked grace/ },
  'lockstep report > report.json': {},
  'lockstep report --out report.json': { by: 'test/cli/report.test.ts' },
  'eval "$(lockstep completion bash)"': {},
  'lockstep completion zsh > ~/.zfunc/_lockstep': { by: 'test/cli/completion.test.ts' },
  'lockstep completion fish > ~/.config/fish/completions/lockstep.fish': { by: 'test/cli/completion.test.ts' },
  'lockstep generate drizzle --out src/stripe-schema.ts': {},
  'lockstep generate django customers subscriptions --out mirror/models.py': {},
  'lockstep generate sql customers subscriptions | psql $DATABASE_URL': { says: /CREATE VIEW/ },
  'STRIPE_SECRET_KEY=sk_test_… lockstep emulator --against-stripe': { by: 'test/cli/against-stripe.test.ts' },
  'lockstep emulator --operations': { says: /supported: \d+ of/ },
  'lockstep serve': { until: start },
  'DATABASE_URL=postgres://… lockstep serve --port 8080': { until: start },
  'lockstep serve --feed poll': { until: start },
  'DATABASE_URL=postgres://… lockstep serve --workers 2': { until: start },
  'lockstep serve --roles prove,sweep': { until: start },
  'DATABASE_URL=postgres://… lockstep serve --roles receive': { until: start },
  'DATABASE_URL=postgres://… lockstep serve --roles prove,sweep': { until: start },
  'lockstep emulator': { until: start },
  'lockstep emulator --data stripe.json --forward-to http://127.0.0.1:4242/stripe-webhooks': { until: start },

  'lockstep emulator --fixture seed.json --fault lose_every=3 --fault latency_ms=200': {
    by: 'test/cli/emulator.test.ts',
  },
  'lockstep emulator --host 0.0.0.0 --allow-host stripe': { by: 'test/cli/emulator.test.ts' },
  'lockstep stripe listen --forward-to http://127.0.0.1:3000/webhooks': { by: 'test/clients/listen.test.ts' },
  'lockstep demo': { by: 'test/cli/demo.test.ts' },
  'STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… lockstep demo': { by: 'test/cli/demo.test.ts' },
  'lockstep generate django customers products prices subscriptions subscription_items --out mirror/models.py': {
    by: 'test/django/django.test.ts',
  },
  'lockstep generate sql customers products prices subscriptions subscription_items | psql -q "$DATABASE_URL"': {
    by: 'test/django/django.test.ts',
  },
  'lockstep serve --port "${PORT:-4242}"': { by: 'test/django/django.test.ts' },
  'mkdir -p mirror && touch mirror/__init__.py': { by: 'test/django/django.test.ts' },
  'python3 manage.py migrate': { by: 'test/django/django.test.ts' },
  'python3 manage.py test': { by: 'test/django/django.test.ts' },
  'npm ci && npm run build && npm pack': { by: 'test/embed/packed.test.ts' },
  'npm install ./lockstep-0.1.0.tgz': { by: 'test/embed/packed.test.ts' },
  'node_modules/.bin/lockstep --help': { by: 'test/embed/packed.test.ts' },
  'npm ci && npm run build': { by: 'tools/prepare/built.mjs' },
  'npm start': { by: 'tools/start.mjs' },
  'node dist/cli/main.js serve': { by: 'test/crash/service.ts' },
  'npm install': { by: 'test/embed/packed.test.ts' },
  'npm run demo': { by: 'test/embed/packed.test.ts' },
  'npm run build && npm run pack:examples': { by: 'test/embed/packed.test.ts' },
  'cd examples/hono': { by: 'test/embed/packed.test.ts' },

  'npx --no-install lockstep': { not: names },
  'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node': {
    not: "it installs another project's packages; test/operate/tracing.test.ts has an SDK",
  },
  'npm test': { not: 'it is what runs this' },
  'npm ci': { by: 'tools/prepare/npm-ci.mjs' },
  'npm run build': step,
  'npm run typecheck': step,
  'npm run lint': step,
  'npm run format': { not: 'it changes files; tools/check/check.mjs compares them' },
  'npm run generate:catalog': { not: 'it changes files; src/catalog/generated.test.ts compares them' },
  'npm run generate:api': { not: 'it changes files; test/api/api.test.ts compares them' },
  'npx --no-install vitest run test/contract/guards.test.ts': { not: 'it runs a test' },
  'npx --no-install vitest run test/hooks -t "savepoint"': { not: 'it runs a test' },
  'npx --no-install vitest run test/generate -u': { not: 'it changes files' },
  'npm run diff:api-version -- HEAD': { by: 'tools/catalog/difference.test.ts' },
  'npm run diff:api-version -- BEFORE': { by: 'tools/catalog/difference.test.ts' },
  'LOCKSTEP_UPGRADE_ROWS=1000000 npx --no-install vitest run test/operate/upgrade.test.ts': { not: minutes },
  'npm run release': { by: 'tools/release/release.test.ts' },
  'npm run docs': { by: 'tools/docs/docs.test.ts' },
  'npm run verify:model': { not: minutes },
  'npm run verify:properties': { not: minutes },
  'npm run verify:simulation': { not: minutes },
  'npm run verify:silent': { not: minutes },
  'npm run verify:crash': { not: minutes },
  'npm run verify:fuzz': { not: minutes },
  'npm run verify:clients': { not: minutes },
  'npm run verify:peers': { not: minutes },
  'npm run verify:mutants': { not: minutes },
  'npm run bench:backfill': { not: minutes },
  'npm run bench:backfill -- customers 1000000': { not: minutes },
  'npm run bench:verify': { not: minutes },
  'npm run bench:verify -- customers 1000000': { not: minutes },
  'npm run bench:access': { not: minutes },
  'npm run bench:burst': { not: minutes },
  'npm run bench:burst -- 100000 invoice': { not: minutes },
  'npm run bench:soak': { not: minutes },
  'npm run bench:latency': { not: minutes },
  'npm run bench:webhooks': { not: minutes },
  'npm run bench:emulator': { not: minutes },
  'npm run bench:columns': { not: minutes },
  'lockstep <command> --help': { not: names },
  'lockstep completion': { not: names },
  'lockstep config': { not: names },
  'lockstep explain': { not: names },
  'lockstep explain <id>': { not: names },
  'lockstep verify <type>': { not: names },
  'lockstep doctor --url https://your-site/stripe-webhooks': { not: 'the address is yours' },
  'lockstep init': { not: names },
  'lockstep pause': { not: names },
  'lockstep report': { not: names },
  'lockstep generate django|drizzle|kysely|prisma|sql': { not: names },
  'lockstep generate sql --account acct_… --live …': { not: names },
  'lockstep generate django': { not: names },
  'lockstep generate sql': { not: names },
  'lockstep generate': { not: names },
  'lockstep generate kysely | head': { not: names },
  'lockstep replay': { not: names },
  'lockstep stripe': { not: names },
};

const documented = documentedCommands().filter(({ line }) => !/^(export|curl) /.test(line));
const lines = [...new Set(documented.map(({ line }) => line))];

test('there are command lines, and it is known of each how it is run', () => {
  expect(lines.length).toBeGreaterThan(40);
  const unknown = documented.filter(({ line }) => known[line] === undefined);
  expect(unknown.map(({ where, line }) => `${where}: ${line}`)).toEqual([]);
  expect(Object.keys(known).filter((line) => !lines.includes(line))).toEqual([]);
});

test('what another file runs is in a file that is there', () => {
  const files = Object.values(known).flatMap((how) => ('by' in how ? [how.by] : []));
  expect(files.filter((file) => !existsSync(new URL(`../../${file}`, import.meta.url)))).toEqual([]);
});

test('nobody is told to run a package of a name that anybody could register', () => {
  expect(
    lines.filter(
      (line) => /\b(npx|npm exec|npm init|bunx|pnpm dlx|yarn dlx)\b/.test(line) && !line.includes('--no-install'),
    ),
  ).toEqual([]);
});

test('every command and flag that is written is one that there is', () => {
  const commands = program().commands;
  const wrong = lines.flatMap((line) =>
    callsOf(line).flatMap(([name = '', ...words]) => {
      if (name.startsWith('-') || name.startsWith('<')) return [];
      const command = commands.find((each) => each.name() === name);
      if (command === undefined) return [line];
      if (name === 'stripe') return [];
      const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
      return flags.some((flag) => flag !== '--help' && !command.options.some(({ long }) => long === flag))
        ? [line]
        : [];
    }),
  );
  expect(wrong).toEqual([]);
});

describe('run as it is written', { timeout: 120_000 }, () => {
  let rig: Rig;
  let database: TestDatabase;
  let cwd: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    [rig, database, cwd] = await Promise.all([startRig(), createDatabase(), mkdtemp(join(tmpdir(), 'lockstep-docs-'))]);
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    await Promise.all(['bin', 'src', 'mirror'].map((folder) => mkdir(join(cwd, folder))));
    // Ports that are written may be taken here: any free one takes their place.
    const shim = `#!/bin/sh
case "$1" in serve|emulator) case " $* " in *" --operations "*) ;; *) set -- "$@" --port 0 ;; esac ;; esac
exec "${process.execPath}" "${main}" "$@"
`;
    await writeFile(join(cwd, 'bin/lockstep'), shim);
    await chmod(join(cwd, 'bin/lockstep'), 0o755);
    env = {
      PATH: `${join(cwd, 'bin')}:${await postgresBinaries()}:${process.env['PATH'] ?? ''}`,
      HOME: cwd,
      DATABASE_URL: database.url,
      STRIPE_API_BASE: rig.emulator.url,
      STRIPE_SECRET_KEY: rig.emulator.secretKey,
      STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef0123456789abcdef',
      LOCKSTEP_TOKEN: 'a-token-of-the-documentation',
    };
  }, 120_000);
  afterAll(async () => {
    await rig?.stop();
    await database?.drop();
    await rm(cwd, { recursive: true, force: true });
  });

  const here = Object.entries(known).flatMap(([line, how]) =>
    'by' in how || 'not' in how ? [] : [[line, how] as const],
  );
  test.each(here)('%s', async (line, { exit = 0, until, says }) => {
    const written = line.replace('postgres://…', database.url);
    const child = spawn('bash', ['-o', 'pipefail', '-c', until === undefined ? written : withExec(written)], {
      cwd,
      env,
    });
    let text = '';
    const heard = (chunk: Buffer): void => {
      text += chunk.toString();
      // Once: a second signal ends it at once.
      if (until?.test(text) === true && !child.killed) child.kill('SIGTERM');
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, text).toBe(exit);
    if (until !== undefined) expect(text).toMatch(until);
    if (says !== undefined) expect(text).toMatch(says);
    expect(text).not.toMatch(/defect/);
  });
});

/** The command in the place of the shell, so that a signal reaches it. */
const withExec = (line: string): string => {
  const [, variables = '', command = ''] = /^((?:[A-Z_]+=\S+ )*)(.*)$/.exec(line) ?? [];
  return `exec env ${variables}${command}`;
};

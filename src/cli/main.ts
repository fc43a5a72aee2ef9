#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { FAULT_NAMES } from '../emulator/delivery/fault.js';
import type { ServiceOptions } from '../engine/config.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';
import { CONFIG_FILE, optionsFromFile } from './config-file.js';
import { optionsFromEnvironment } from './environment.js';
import { exitCodeOf, reportOf } from './report.js';
import { version } from './version.js';

const program = new Command('lockstep')
  .description('Keeps your database and Stripe in step, always, and provably.')
  .version(version())
  .showSuggestionAfterError()
  .showHelpAfterError('(--help shows what there is)')
  .enablePositionalOptions()
  .exitOverride();

const logLevel = (): Option =>
  new Option('--log-level <level>', 'how much to log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info');
const host = (): Option => new Option('--host <address>', 'address to listen on').default('127.0.0.1');
const port = (standard: number): Option =>
  new Option('--port <number>', 'port to listen on; 0: any free one').argParser(parsePort).default(standard);
const environment = (): Partial<ServiceOptions> => optionsFromEnvironment(process.env);
const configured = ({ config, directory, rate: rateTotal, ratePerEndpoint }: ConfigFlags): ServiceOptions => ({
  ...optionsFromFile(config, process.env),
  ...environment(),
  ...given({ directory, rateTotal, ratePerEndpoint }),
});
const rateTotal = (): Option =>
  rate('--rate <number>', 'requests a second to Stripe, in all; default 80 live, 20 in test mode');
const ratePerEndpoint = (): Option =>
  rate('--rate-per-endpoint <number>', 'requests a second to one endpoint of Stripe; default 20');
const configFile = (): Option =>
  new Option('--config <file>', `a JSON file of options; default ${CONFIG_FILE}, where it is there`);
const directory = (): Option =>
  new Option('--directory <path>', 'where the embedded database is kept; default .lockstep');
const json = (): Option => new Option('--json', 'print lines of JSON');

// Each command loads what it needs when it runs: help and a misspelled word answer at once.
program
  .command('serve')
  .description('mirror Stripe into the database: webhooks, proofs, sweeps, and the endpoints for your app')
  .addOption(port(4242))
  .addOption(host())
  .addOption(
    new Option(
      '--feed <feed>',
      'how changes arrive: webhooks, or reading /v1/events (no public address needed)',
    ).choices(['webhook', 'poll']),
  )
  .addOption(directory())
  .addOption(configFile())
  .addOption(rateTotal())
  .addOption(ratePerEndpoint())
  .option('--accept-missing', 'believe Stripe however many objects it says are missing')
  .addOption(logLevel())
  .addHelpText(
    'after',
    environmentHelp([
      'lockstep serve',
      'DATABASE_URL=postgres://… lockstep serve --port 8080',
      'lockstep serve --feed poll',
    ]),
  )
  .action(async (flags: ServeFlags) => {
    const { serve } = await import('./serve.js');
    const { feed, acceptMissing, host, port, logLevel } = flags;
    const options = { ...configured(flags), ...given({ feed, acceptMissing }) };
    const { LOCKSTEP_TOKEN: token, LOCKSTEP_USER_TOKEN_SECRET: userTokenSecret } = process.env;
    await serve({ options, host, port, token, userTokenSecret, logLevel });
  });

program
  .command('emulator')
  .description('a local Stripe with a dashboard, for the official SDKs and the official CLI')
  .addOption(port(4747))
  .addOption(host())
  .option('--data <file>', 'keep its state in this file')
  .option('--forward-to <url>', 'deliver webhooks to this address; signed with STRIPE_WEBHOOK_SECRET where it is set')
  .option('--fixture <file>', "begin a new state with the calls in this file, one of the official CLI's fixture files")
  .addOption(
    new Option('--fault <name=number>', 'trouble on purpose, e.g. lose_every=2; may be given several times')
      .argParser((word: string, words: string[]) => [...words, word])
      .default([], 'none'),
  )
  .option('--operations', 'start nothing: say how many operations of the SDK are answered for real')
  .addOption(json())
  .addOption(logLevel().default('warn'))
  .addHelpText(
    'after',
    `\nFaults, 0 being off:\n${inLines(FAULT_NAMES)}\n` +
      examples([
        'lockstep emulator',
        'lockstep emulator --data stripe.json --forward-to http://127.0.0.1:4242/stripe-webhooks',
        'lockstep emulator --fixture seed.json --fault lose_every=3 --fault latency_ms=200',
        'lockstep emulator --operations',
      ]),
  )
  .action(async (flags: EmulatorFlags) => {
    if (flags.operations === true) {
      const { operationsReport } = await import('./operations.js');
      console.log(operationsReport({ json: flags.json === true }));
      return;
    }
    const { emulator } = await import('./emulator.js');
    const { data, fixture, forwardTo, fault: faults } = flags;
    await emulator({ ...flags, data, fixture, faults, forwardTo, webhookSecret: process.env['STRIPE_WEBHOOK_SECRET'] });
  });

program
  .command('stripe')
  .argument('[words...]', 'what it is called with')
  .description("Stripe's own command line (triggers, fixtures, listen, …), against the running emulator")
  .passThroughOptions()
  .allowUnknownOption()
  .addHelpText(
    'after',
    `\nEnvironment:\n  STRIPE_API_BASE  where the emulator listens; default http://127.0.0.1:4747\n` +
      examples([
        'lockstep stripe trigger customer.subscription.created',
        'lockstep stripe listen --forward-to http://127.0.0.1:3000/webhooks',
        'lockstep stripe customers list --limit 3',
      ]) +
      exitCodes('its own, 1 there is no emulator or no Stripe CLI'),
  )
  .action(async (words: string[]) => {
    const { stripe } = await import('./stripe.js');
    const apiBase = environment().stripeApiBase;
    process.exitCode = await stripe({ words, apiBase, environment: process.env });
  });

program
  .command('migrate')
  .description("bring the database to this version's schema")
  .addOption(directory())
  .addOption(configFile())
  .addOption(logLevel().default('warn'))
  .addHelpText('after', examples(['lockstep migrate', 'DATABASE_URL=postgres://… lockstep migrate']))
  .action(async (flags: ConfigFlags & { logLevel: string }) => {
    const { migrateCommand } = await import('./migrate.js');
    await migrateCommand(configured(flags), flags.logLevel);
  });

operation('backfill', '[types...]')
  .description('read everything of the types (default: of all) into the mirror; goes on where it was interrupted')
  .addOption(new Option('--concurrency <number>', 'types listed at once').argParser(parseConcurrency).default(4))
  .addHelpText(
    'after',
    examples([
      'lockstep backfill',
      'lockstep backfill customers subscriptions',
      'lockstep backfill --json > backfill.jsonl',
    ]) + exitCodes('0 everything was read, 1 something was not, 2 asked for wrongly'),
  )
  .action(async (types: string[], flags: OperationFlags & { concurrency: number }) => {
    const { backfill } = await import('./backfill.js');
    process.exitCode = await backfill({ ...operationOf(flags), types, concurrency: flags.concurrency });
  });

operation('verify', '[types...]')
  .description('compare the mirror with Stripe, and say since when they are known to be equal')
  .option('--repair', 'prove anew what differs')
  .addHelpText(
    'after',
    examples(['lockstep verify', 'lockstep verify subscriptions --repair', 'lockstep verify --json']) +
      exitCodes('0 in step, 1 drift was found (also where it was repaired), 2 it could not be proven'),
  )
  .action(async (types: string[], flags: OperationFlags & { repair?: true }) => {
    const { verify } = await import('./verify.js');
    process.exitCode = await verify({ ...operationOf(flags), types, repair: flags.repair === true });
  });

operation('replay')
  .description('prove anew what events were about: stored ones, or one from Stripe')
  .option('--event <id>', 'this event')
  .option('--since <moment>', 'events that happened since: 2026-11-01, 2026-11-01T10:00:00Z, 12h, 7d')
  .option('--type <type>', 'events of this type: customer.updated, customer.*')
  .addHelpText(
    'after',
    examples(['lockstep replay --event evt_1234', 'lockstep replay --since 7d --type "invoice.*"']) +
      exitCodes('0 replayed, 1 failed, 2 asked for wrongly'),
  )
  .action(async (flags: OperationFlags & { event?: string; since?: string; type?: string }) => {
    const { replay } = await import('./replay.js');
    const { event, since, type } = flags;
    await replay({ ...operationOf(flags), event, since, type });
  });

operation('dead', '[action] [id]')
  .description('objects that could not be proven, and runs of hooks that failed: list (default), show or retry them')
  .option('--type <type>', 'of this object type alone')
  .addHelpText(
    'after',
    examples(['lockstep dead', 'lockstep dead show cus_1234', 'lockstep dead retry --type dispute']) +
      exitCodes('0 done, 1 failed, 2 asked for wrongly'),
  )
  .action(async (action: string | undefined, id: string | undefined, flags: OperationFlags & { type?: string }) => {
    const { dead } = await import('./dead.js');
    await dead({ ...operationOf(flags), action: deadAction(action ?? 'list'), type: flags.type, id });
  });

program
  .command('generate <target> [types...]')
  .description('print models of the mirror for drizzle, prisma, kysely or django, or the views (sql) that django reads')
  .addOption(configFile())
  .option('--account <id>', 'whose rows the views show; default: the one account that the database mirrors')
  .option('--live', "the account's live mode; default: test mode")
  .option('--out <file>', 'write to this file')
  .addHelpText(
    'after',
    examples([
      'lockstep generate drizzle --out src/stripe-schema.ts',
      'lockstep generate sql customers subscriptions | psql $DATABASE_URL',
      'lockstep generate django customers subscriptions --out mirror/models.py',
    ]) + exitCodes('0 done, 1 failed, 2 asked for wrongly'),
  )
  .action(async (target: string, types: string[], flags: GenerateFlags) => {
    const { generate } = await import('./generate.js');
    const { mirrorSchema = 'stripe' } = configured(flags);
    generate({
      target,
      types,
      schema: mirrorSchema,
      account: flags.account,
      live: flags.live === true,
      out: flags.out,
    });
  });

program
  .command('demo')
  .description('emulator, service and sample app together, on the embedded database')
  .addOption(port(4242))
  .addOption(new Option('--emulator-port <number>', "the emulator's port").argParser(parsePort).default(4747))
  .option('--directory <path>', 'where everything is kept', '.lockstep')
  .addHelpText(
    'after',
    examples(['lockstep demo', 'STRIPE_SECRET_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… lockstep demo']),
  )
  .action(async (flags: { port: number; emulatorPort: number; directory: string }) => {
    const { demo } = await import('./demo.js');
    await demo({ ...flags, options: environment() });
  });

interface ConfigFlags {
  config?: string;
  directory?: string;
  rate?: number;
  ratePerEndpoint?: number;
}

interface GenerateFlags extends ConfigFlags {
  account?: string;
  live?: true;
  out?: string;
}

interface OperationFlags extends ConfigFlags {
  json?: true;
  logLevel: string;
}

interface EmulatorFlags {
  port: number;
  host: string;
  data?: string;
  forwardTo?: string;
  fixture?: string;
  fault: string[];
  logLevel: string;
  operations?: true;
  json?: true;
}

interface ServeFlags extends ConfigFlags {
  port: number;
  host: string;
  feed?: 'webhook' | 'poll';
  acceptMissing?: true;
  logLevel: string;
}

/** A command that works on the database, beside a running service or alone. */
function operation(name: string, words = ''): Command {
  return program
    .command(`${name} ${words}`.trim())
    .addOption(json())
    .addOption(directory())
    .addOption(configFile())
    .addOption(rateTotal())
    .addOption(ratePerEndpoint())
    .addOption(logLevel().default('warn'));
}

function operationOf(flags: OperationFlags): { options: ServiceOptions; logLevel: string; json: boolean } {
  return { options: configured(flags), logLevel: flags.logLevel, json: flags.json === true };
}

function given<T extends object>(flags: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as never;
}

function deadAction(word: string): 'list' | 'show' | 'retry' {
  if (word === 'list' || word === 'show' || word === 'retry') return word;
  const near = nearest(word, ['list', 'show', 'retry']);
  throw new LockstepError('option_invalid', `there is nothing to do with dead letters called ${JSON.stringify(word)}`, {
    hint: near === undefined ? 'list, show or retry them' : `did you mean ${near}?`,
  });
}

function parseConcurrency(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 16)
    throw new InvalidArgumentError('the number of types listed at once is from 1 to 16.');
  return value;
}

function exitCodes(text: string): string {
  return `\n\nExit codes: ${text}.`;
}

function rate(flag: string, description: string): Option {
  return new Option(flag, description).argParser((text) => {
    const value = Number(text);
    if (!(value >= 0.1 && value <= 10_000)) throw new InvalidArgumentError('a rate is a number from 0.1 to 10000.');
    return value;
  });
}

function parsePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}

/** Words in lines that fit a terminal. */
function inLines(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 76) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last}  ${word}`;
  }
  return lines.join('\n');
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function environmentHelp(lines: readonly string[]): string {
  return `
Environment:
  DATABASE_URL            postgres://…; absent: the embedded database in --directory
  STRIPE_SECRET_KEY       sk_… or rk_…
  STRIPE_PUBLISHABLE_KEY  pk_…
  STRIPE_WEBHOOK_SECRET   whsec_…, several comma-separated while one is rolled
  STRIPE_API_BASE         another Stripe, such as the emulator
  STRIPE_ACCOUNT          acct_…, where the key may not read its own account
  LOCKSTEP_TOKEN          what your app sends as Authorization: Bearer …; absent: made at each start
  LOCKSTEP_USER_TOKEN_SECRET  what your app signs tokens of its users with; absent: there are none
${examples(lines)}

Exit codes: 0 stopped as asked, 1 failed, 2 asked for wrongly.`;
}

// `lockstep generate kysely | head`: whoever reads has enough, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(reportOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

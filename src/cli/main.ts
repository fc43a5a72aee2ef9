#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { LockstepOptions } from '../engine/config.js';
import { optionsFromEnvironment } from './environment.js';
import { exitCodeOf, reportOf } from './report.js';
import { version } from './version.js';

const program = new Command('lockstep')
  .description('Keeps your database and Stripe in step, always, and provably.')
  .version(version())
  .showSuggestionAfterError()
  .showHelpAfterError('(--help shows what there is)')
  .exitOverride();

const logLevel = (): Option =>
  new Option('--log-level <level>', 'how much to log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info');
const host = (): Option => new Option('--host <address>', 'address to listen on').default('127.0.0.1');
const port = (standard: number): Option =>
  new Option('--port <number>', 'port to listen on; 0: any free one').argParser(parsePort).default(standard);
const environment = (): Partial<LockstepOptions> => optionsFromEnvironment(process.env);

// Each command loads what it needs when it runs: help and a misspelled word answer at once.
program
  .command('serve')
  .description('mirror Stripe into the database: webhooks, proofs, sweeps, and the endpoints for your app')
  .addOption(port(4242))
  .addOption(host())
  .addOption(
    new Option('--feed <feed>', 'how changes arrive: webhooks, or reading /v1/events (no public address needed)')
      .choices(['webhook', 'poll'])
      .default('webhook'),
  )
  .option('--directory <path>', 'where the embedded database is kept', '.lockstep')
  .addOption(rate('--rate <number>', 'requests a second to Stripe, in all; default 80 live, 20 in test mode'))
  .addOption(rate('--rate-per-endpoint <number>', 'requests a second to one endpoint of Stripe; default 20'))
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
    const { feed, directory, acceptMissing = false, rate: rateTotal, ratePerEndpoint, host, port, logLevel } = flags;
    const rates = {
      ...(rateTotal === undefined ? {} : { rateTotal }),
      ...(ratePerEndpoint === undefined ? {} : { ratePerEndpoint }),
    };
    const options = { ...environment(), ...rates, feed, directory, acceptMissing };
    await serve({ options, host, port, token: process.env['LOCKSTEP_TOKEN'], logLevel });
  });

program
  .command('emulator')
  .description('a local Stripe with a dashboard, for the official SDKs and the official CLI')
  .addOption(port(4747))
  .addOption(host())
  .option('--data <file>', 'keep its state in this file')
  .option('--forward-to <url>', 'deliver webhooks to this address; signed with STRIPE_WEBHOOK_SECRET where it is set')
  .addOption(logLevel().default('warn'))
  .addHelpText(
    'after',
    examples([
      'lockstep emulator',
      'lockstep emulator --data stripe.json --forward-to http://127.0.0.1:4242/stripe-webhooks',
    ]),
  )
  .action(async (flags: { port: number; host: string; data?: string; forwardTo?: string; logLevel: string }) => {
    const { emulator } = await import('./emulator.js');
    const { data, forwardTo } = flags;
    await emulator({ ...flags, data, forwardTo, webhookSecret: process.env['STRIPE_WEBHOOK_SECRET'] });
  });

program
  .command('migrate')
  .description("bring the database to this version's schema")
  .option('--directory <path>', 'where the embedded database is kept', '.lockstep')
  .addOption(logLevel().default('warn'))
  .addHelpText('after', examples(['lockstep migrate', 'DATABASE_URL=postgres://… lockstep migrate']))
  .action(async ({ directory, logLevel }: { directory: string; logLevel: string }) => {
    const { migrateCommand } = await import('./migrate.js');
    await migrateCommand({ ...environment(), directory }, logLevel);
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

interface ServeFlags {
  port: number;
  host: string;
  feed: 'webhook' | 'poll';
  directory: string;
  rate?: number;
  ratePerEndpoint?: number;
  acceptMissing?: true;
  logLevel: string;
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
${examples(lines)}

Exit codes: 0 stopped as asked, 1 failed, 2 asked for wrongly.`;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(reportOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { backfillCommand } from './commands/backfill.js';
import { deadCommand } from './commands/dead.js';
import { demoCommand } from './commands/demo.js';
import { emulatorCommand } from './commands/emulator.js';
import { generateCommand } from './commands/generate.js';
import { migrateCommand } from './commands/migrate.js';
import { replayCommand } from './commands/replay.js';
import { serveCommand } from './commands/serve.js';
import { stripeCommand } from './commands/stripe.js';
import { verifyCommand } from './commands/verify.js';
import { exitCodeOf, reportOf } from './report.js';
import { version } from './version.js';

// The embedded database is quick enough as V8 compiles it first. Compiling it anew, better, takes more processor time than a
// whole start; that is left to those who run for long (docs/decisions/0023).
setFlagsFromString('--wasm-tiering-budget=500000000');

const program = new Command('lockstep')
  .description('Keeps your database and Stripe in step, always, and provably.')
  .version(version())
  .showSuggestionAfterError()
  .showHelpAfterError('(--help shows what there is)')
  .enablePositionalOptions()
  .exitOverride();

// In the order of the help. Each loads what it needs when it runs: help and a misspelled word answer at once.
serveCommand(program);
emulatorCommand(program);
stripeCommand(program);
migrateCommand(program);
backfillCommand(program);
verifyCommand(program);
replayCommand(program);
deadCommand(program);
generateCommand(program);
demoCommand(program);

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

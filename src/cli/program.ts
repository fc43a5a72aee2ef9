import { Command } from 'commander';
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
import { version } from './version.js';

/** Every command with its flags and its help. A word that cannot be used is thrown, as a `CommanderError`. */
export function createProgram(): Command {
  const program = new Command('lockstep')
    .description('Keeps your database and Stripe in step, always, and provably.')
    .version(version())
    .showSuggestionAfterError()
    .enablePositionalOptions()
    // Said below, in the same three lines as everything else that goes wrong.
    .configureOutput({ outputError: () => {} })
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
  return program;
}

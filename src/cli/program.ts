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

/** Every command with its flags and its help. Invalid usage is thrown as a `CommanderError`. */
export function createProgram(): Command {
  const program = new Command('lockstep')
    .description('Keeps your database in sync with Stripe, and proves it.')
    .version(version(), '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    // `main.ts` prints usage errors in the same three lines as every other error.
    .configureOutput({ outputError: () => {} })
    .exitOverride();

  // In the order of the help. Each command loads its code only when it runs, so that help and usage errors are quick.
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

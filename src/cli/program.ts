import { Command } from 'commander';
import { backfillCommand } from './commands/backfill/command.js';
import { completionCommand } from './commands/completion/command.js';
import { configCommand } from './commands/config/command.js';
import { consoleCommand } from './commands/console/command.js';
import { deadCommand } from './commands/dead/command.js';
import { demoCommand } from './commands/demo/command.js';
import { doctorCommand } from './commands/doctor/command.js';
import { duplicatesCommand } from './commands/duplicates/command.js';
import { emulatorCommand } from './commands/emulator/command.js';
import { eraseCommand } from './commands/erase/command.js';
import { eventsCommand } from './commands/events/command.js';
import { explainCommand } from './commands/explain/command.js';
import { generateCommand } from './commands/generate/command.js';
import { initCommand } from './commands/init/command.js';
import { migrateCommand } from './commands/migrate/command.js';
import { pauseCommand } from './commands/pause/command.js';
import { refusedCommand } from './commands/refused/command.js';
import { replayCommand } from './commands/replay/command.js';
import { reportCommand } from './commands/report/command.js';
import { resumeCommand } from './commands/resume/command.js';
import { serveCommand } from './commands/serve/command.js';
import { statusCommand } from './commands/status/command.js';
import { stripeCommand } from './commands/stripe/command.js';
import { verifyCommand } from './commands/verify/command.js';
import { version } from '../kernel/version.js';

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
  initCommand(program);
  migrateCommand(program);
  backfillCommand(program);
  verifyCommand(program);
  statusCommand(program);
  doctorCommand(program);
  configCommand(program);
  eventsCommand(program);
  refusedCommand(program);
  explainCommand(program);
  replayCommand(program);
  deadCommand(program);
  pauseCommand(program);
  resumeCommand(program);
  duplicatesCommand(program);
  eraseCommand(program);
  consoleCommand(program);
  reportCommand(program);
  generateCommand(program);
  demoCommand(program);
  completionCommand(program);
  return program;
}

#!/usr/bin/env node
/*
 * The command line. Only this folder reads the environment, prints, and exits. Files in reading order:
 * - `main.ts`, `program.ts`: run the command; the list of commands
 * - `commands/<name>/`: `command.ts` declares the flags and the help of a command, `<name>.ts` does it
 * - `flags.ts`, `environment.ts`, `config-file.ts`: where options come from
 * - `operate.ts`, `remote.ts`: do an operation in this process, or through the service that runs
 * - `terminal/`: tables, progress, errors, and help
 */

import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { exitCodeOf, reportOf } from './terminal/report.js';

// The embedded database is fast enough as V8 first compiles it. Optimizing it takes more processor time than a whole
// start, which only long runs earn back (docs/decisions/0023).
setFlagsFromString('--wasm-tiering-budget=500000000');

// In `lockstep generate kysely | head`, the reader closes the pipe early. That is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  // Commander throws for --help and --version too, with exit code 0.
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    console.error(reportOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

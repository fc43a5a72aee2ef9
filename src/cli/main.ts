#!/usr/bin/env node
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

#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { exitCodeOf, reportOf } from './report.js';

// The embedded database is quick enough as V8 compiles it first. Compiling it anew, better, takes more processor time than a
// whole start; that is left to those who run for long (docs/decisions/0023).
setFlagsFromString('--wasm-tiering-budget=500000000');

// `lockstep generate kysely | head`: whoever reads has enough, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  // Help and the version end in one too.
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    console.error(reportOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

// @ts-check
// npm run verify:properties [-- --seed N --runs N]: random interleavings of the core's own functions on one object.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string' } } });
const seed = Number(values.seed ?? 1);
const runs = Number(values.runs ?? 1_000_000);
if (!Number.isInteger(seed) || !(runs > 0)) throw new Error('--seed and --runs are numbers');

const entry = fileURLToPath(new URL('../test/simulation/properties/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/simulation/properties/main.js') }} */
const { module } = await runnerImport(entry);
const ok = await module.verifyProperties({ seed, runs, print: (line) => console.log(line) });
process.exitCode = ok ? 0 : 1;

// @ts-check
// npm run verify:simulation [-- --seed N --seeds N --minutes M]: the whole engine on virtual time against a hostile Stripe.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, minutes: { type: 'string' } },
});
const seed = Number(values.seed ?? 1);
const minutes = Number(values.minutes ?? (values.seeds === undefined ? 1 : Infinity));
const seeds = Number(values.seeds ?? Infinity);
if (![seed, seeds, minutes].every((number) => number >= 0))
  throw new Error('--seed, --seeds and --minutes are numbers');

const entry = fileURLToPath(new URL('../test/simulation/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/simulation/main.js') }} */
const { module } = await runnerImport(entry);
const ok = await module.verifySimulation({ seed, seeds, minutes, print: (line) => console.log(line) });
process.exitCode = ok ? 0 : 1;

// @ts-check
// npm run verify:simulation [-- --seed N --seeds N --minutes M --workers N --sql-every N]: the whole engine on virtual
// time against a hostile Stripe. By default one process a core, and every 50th seed on PGlite, which takes as long as
// ten in memory.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    workers: { type: 'string' },
    'sql-every': { type: 'string' },
  },
});
const SQL_AT_LEAST_EVERY = 100;
const seed = Number(values.seed ?? 1);
const minutes = Number(values.minutes ?? (values.seeds === undefined ? 1 : Infinity));
const seeds = Number(values.seeds ?? Infinity);
const workers = Number(values.workers ?? availableParallelism());
const sqlEvery = Number(values['sql-every'] ?? 50);
if (![seed, seeds, minutes].every((number) => number >= 0))
  throw new Error('--seed, --seeds and --minutes are numbers');
if (!Number.isInteger(workers) || workers < 1) throw new Error('--workers is a number of processes');
if (!Number.isInteger(sqlEvery) || sqlEvery < 1 || sqlEvery > SQL_AT_LEAST_EVERY)
  throw new Error(`--sql-every is a number from 1 to ${SQL_AT_LEAST_EVERY}`);

const entry = fileURLToPath(new URL('../test/simulation/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/simulation/main.js') }} */
const { module } = await runnerImport(entry);
const print = (/** @type {string} */ line) => console.log(line);
const ok = await module.verifySimulation({ seed, seeds, minutes, workers, sqlEvery, print });
process.exitCode = ok ? 0 : 1;

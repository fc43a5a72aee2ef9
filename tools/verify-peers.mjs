// @ts-check
// npm run verify:peers [-- --seeds N --seed N --only TEXT --write]: the same seeded histories through us and the peers.
// Needs `npm run build` before, a PostgreSQL on this machine, and npm, which installs the peers below node_modules/.cache.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const [seeds, seed] = [Number(values.seeds), Number(values.seed)];
if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(seed)) {
  console.error('--seeds is a whole number from 1, --seed a whole number');
  process.exit(2);
}
const command = ['npm run verify:peers --', ...process.argv.slice(2)].join(' ');
const entry = fileURLToPath(new URL('../test/peers/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/peers/main.js') }} */
const { module } = await runnerImport(entry);
const print = (/** @type {string} */ line) => console.log(line);
const ok = await module.verifyPeers({ seeds, seed, only: values.only, write: values.write, command, print });
process.exitCode = ok ? 0 : 1;

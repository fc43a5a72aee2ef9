// @ts-check
// A process of `npm run verify:simulation`: it is sent a seed, and sends back what came of it.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const entry = fileURLToPath(new URL('../test/simulation/worker.ts', import.meta.url));
/** @type {{ module: typeof import('../test/simulation/worker.js') }} */
const { module } = await runnerImport(entry);
const simulating = module.createSimulating();

process.on('message', (asked) => {
  const ask = /** @type {import('../test/simulation/main.js').Ask} */ (asked);
  void simulating(ask).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());

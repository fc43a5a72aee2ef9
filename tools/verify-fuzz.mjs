// @ts-check
// npm run verify:fuzz [-- --runs N --seed N]: signatures against the official SDK, and hostile bodies, by the hundred thousand.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const entry = fileURLToPath(new URL('../test/fuzz/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/fuzz/main.js') }} */
const { module } = await runnerImport(entry);
const ok = await module.verifyFuzz({
  runs: Number(values.runs ?? 400_000),
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  print: (line) => console.log(line),
});
process.exitCode = ok ? 0 : 1;

// @ts-check
// npm run verify:model [-- --long]: the model check of the convergence rule, with counter-examples in words.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const entry = fileURLToPath(new URL('../test/model/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/model/main.js') }} */
const { module } = await runnerImport(entry);
const ok = module.verifyModel({ long: process.argv.includes('--long'), print: (line) => console.log(line) });
process.exitCode = ok ? 0 : 1;

// @ts-check
// npm run verify:examples [-- nest|next]: the samples that take long to install and build, on the packed package. Build first.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const entry = fileURLToPath(new URL('../test/embed/packed/main.ts', import.meta.url));
/** @type {{ module: typeof import('../test/embed/packed/main.js') }} */
const { module } = await runnerImport(entry);
const ok = await module.verifyExamples(process.argv[2], (line) => console.log(line));
process.exitCode = ok ? 0 : 1;

// @ts-check
// npm run verify:silent: with webhooks alone, is the mirror in step after every operation and every trigger?
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const entry = fileURLToPath(new URL('../test/silent/verify.ts', import.meta.url));
/** @type {{ module: typeof import('../test/silent/verify.js') }} */
const { module } = await runnerImport(entry);
process.exitCode = (await module.verifySilent({ print: (line) => console.log(line) })) ? 0 : 1;

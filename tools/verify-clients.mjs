// @ts-check
// npm run verify:clients [-- --write]: packages of others, unchanged, against the emulator. Installs them with npm.
// --write: also writes docs/evidence/clients.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summarise } from './check/closing-line.mjs';
import { clientRows, evidence, table } from './clients/evidence.mjs';
import { installIfStale } from './prepare/npm-ci.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EVIDENCE = join(ROOT, 'docs/evidence/clients.md');

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
await installIfStale('test/stripe-cli/', 'the Stripe CLI');
await installIfStale('test/real-packages/in-ci/', 'the packages that npm test runs too');
await installIfStale('test/real-packages/on-demand/', 'the packages that only this command runs');

const folder = mkdtempSync(join(tmpdir(), 'lockstep-clients-'));
try {
  const file = join(folder, 'report.json');
  const began = Date.now();
  const code = await vitest(file);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const rows = clientRows(report, ROOT);
  console.log(`\n${table(rows)}\n`);
  const { line, ok } = summarise(report);
  console.log(line);
  if (values.write) {
    writeFileSync(EVIDENCE, await evidence({ rows, root: ROOT, seconds: Math.round((Date.now() - began) / 1000) }));
    console.log('written: docs/evidence/clients.md');
  }
  process.exitCode = code === 0 && ok ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} file where the report goes */
async function vitest(file) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/real-packages/vitest.config.ts'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn(process.execPath, [...args, ...reporters], { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return code;
}

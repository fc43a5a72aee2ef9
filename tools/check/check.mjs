// @ts-check
// Everything CI runs: format, lint, types, build, the package, then the tests. Ends with the counted tests on one plain line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.mjs';
import { closingLine } from './closing-line.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = 'node_modules/typescript-7/bin/tsc';

/** Longest first, so that the last one to end does not run alone. @type {[string, string[]][]} */
const steps = [
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']],
  ['build', ['tools/build/build.mjs']],
  ['lint', ['node_modules/oxlint/bin/oxlint', '.']],
  ['types of web', [TSC, '-p', 'web/tsconfig.json', '--noEmit']],
  ['unused code', ['node_modules/knip/bin/knip.js']],
];

/** Of what was built. The benchmarks import it, so the types are checked here. @type {[string, string[]][]} */
const packageSteps = [
  ['types', [TSC, '-p', 'tsconfig.json', '--noEmit']],
  ['package', ['node_modules/publint/src/cli.js', '--strict']],
  ['types of package', ['node_modules/@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only']],
];

const failed = (await runSteps(steps)) || (await runSteps(packageSteps));
// The tests start the built command, so they mean nothing after a failed step.
if (failed > 0) {
  console.error(`${failed} of ${steps.length + packageSteps.length} checks failed; the tests were not run`);
  process.exit(1);
}
process.exitCode = await runTests();

/** @param {[string, string[]][]} chosen */
async function runSteps(chosen) {
  const queue = [...chosen];
  let failures = 0;
  const worker = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      const { name, code, output, ms } = await run(...step);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)`);
      if (code === 0) continue;
      failures++;
      console.error(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  return failures;
}

/** Shows the tests as they run; the counts come from vitest's own report. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-check-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
    const child = spawn(process.execPath, [...args, `--outputFile.json=${report}`], { cwd: ROOT, stdio: 'inherit' });
    const [code] = await once(child, 'close');
    const { line, ok } = closingLine(report);
    console.log(line);
    return code === 0 && ok ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

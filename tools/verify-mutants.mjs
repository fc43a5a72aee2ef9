// @ts-check
// npm run verify:mutants [-- text]: takes each guard of the rule away, in a copy, and runs the test that must then fail.
// A mutant that survives fails the run. Imports nothing from src.
import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutants } from '../test/mutants/mutants.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const wanted = process.argv[2];
const chosen = mutants.filter(({ guard }) => wanted === undefined || guard.includes(wanted));
const copy = copyRepository();

let survivors = 0;
try {
  const suites = [...new Set(chosen.map(({ suite }) => suite))];
  const names = [...new Set(chosen.map(({ test }) => test))];
  const baseline = await vitest(suites, names);
  if (baseline.failed > 0 || baseline.passed < names.length) {
    throw new Error(`without a mutant ${baseline.failed} tests fail and ${baseline.passed} pass:\n${baseline.output}`);
  }
  console.log(`as it is: ${baseline.passed} tests pass`);
  for (const { guard, file, find, replace, suite, test } of chosen) {
    const path = join(copy, file);
    const before = readFileSync(path, 'utf8');
    if (before.split(find).length !== 2) throw new Error(`${file} does not hold the guard "${guard}" once`);
    writeFileSync(
      path,
      before.replace(find, () => replace),
    );
    const { failed, passed, seconds } = await vitest([suite], [test]);
    writeFileSync(path, before);
    // A file that does not even load counts no failed test.
    const caught = failed > 0;
    if (!caught) survivors += 1;
    console.log(
      `${caught ? 'caught  ' : 'SURVIVED'} ${guard} · ${test} (${failed} failed, ${passed} passed, ${seconds} s)`,
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${chosen.length - survivors} of ${chosen.length} mutants caught`);
process.exitCode = survivors === 0 ? 0 : 1;

function copyRepository() {
  const to = mkdtempSync(join(tmpdir(), 'lockstep-mutants-'));
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  }).toString();
  for (const file of files.split('\0').filter((name) => name !== '' && !name.startsWith('docs/'))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  return to;
}

/**
 * @param {string[]} suites
 * @param {string[]} names parts of the tests' names
 */
async function vitest(suites, names) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...suites,
    '-t',
    pattern,
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const began = Date.now();
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text));
  await once(child, 'close');
  /** @type {{ numPassedTests: number, numFailedTests: number, testResults: unknown[] }} */
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const seconds = Math.round((Date.now() - began) / 1_000);
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    output: said + JSON.stringify(result.testResults),
    seconds,
  };
}

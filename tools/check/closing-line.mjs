// @ts-check
import { readFileSync } from 'node:fs';

/**
 * `N passed, N failed` from vitest's JSON report. A suite that broke before its tests could run counts as one failure,
 * and so does a test that was skipped: nothing in this repository may be.
 *
 * @param {string} file
 * @returns {{ line: string, ok: boolean }}
 */
export function closingLine(file) {
  return summarise(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 */
export function summarise(report) {
  const brokenSuites = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + brokenSuites + report.numPendingTests + report.numTodoTests;
  return { line: `${passed} passed, ${failed} failed`, ok: failed === 0 && passed > 0 };
}

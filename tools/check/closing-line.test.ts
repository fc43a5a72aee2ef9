import { expect, test } from 'vitest';
import { summarise } from './closing-line.mjs';

const suite = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});
const report = (passed: number, failed: number, pending: number, ...testResults: ReturnType<typeof suite>[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults,
});

test('the closing line counts the tests', () => {
  expect(summarise(report(2, 0, 0, suite('passed', 'passed', 'passed')))).toEqual({
    line: '2 passed, 0 failed',
    ok: true,
  });
  expect(summarise(report(1, 1, 0, suite('failed', 'passed', 'failed')))).toEqual({
    line: '1 passed, 1 failed',
    ok: false,
  });
});

test('a suite that breaks before its tests run is a failure', () => {
  expect(summarise(report(1, 0, 0, suite('passed', 'passed'), suite('failed')))).toEqual({
    line: '1 passed, 1 failed',
    ok: false,
  });
});

test('a skipped test is a failure, and so is a run of no tests', () => {
  expect(summarise(report(1, 0, 1, suite('passed', 'passed', 'pending'))).ok).toBe(false);
  expect(summarise(report(0, 0, 0)).ok).toBe(false);
});

import { expect, test } from 'vitest';
import { repositoryFiles, repositoryText } from './repository.js';

/** Where dates are written for people, all as `Dec 29, 2026`: a page gets them from here. */
const WRITERS: Readonly<Record<string, string>> = {
  'emulator/src/pages/dates.ts': 'the pages of customers',
  'src/demo/side-by-side/columns.ts': 'the values of both sides',
  'web/console/plot/plot.tsx': 'the marks of an axis, which have room for less',
  'web/shared/moment.tsx': 'the dashboard, the console, and the demo',
};
const WRITES = /DateTimeFormat|toLocale(?:Date|Time)String|to(?:UTC|Date)String|toISOString\(\)\.slice\(0, 1[1-9]\)/;
const PAGES = /^(?:web|emulator\/web|emulator\/src\/pages|src\/demo)\/.*\.tsx?$/;

test('pages write dates in one style', () => {
  const files = repositoryFiles().filter((file) => PAGES.test(file) && !file.includes('.test.'));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => WRITES.test(repositoryText(file))).sort()).toEqual(Object.keys(WRITERS));
  for (const file of Object.keys(WRITERS).filter((one) => !one.includes('plot')))
    expect(repositoryText(file)).toMatch(/'en-US', \{\s*dateStyle: 'medium'/);
});

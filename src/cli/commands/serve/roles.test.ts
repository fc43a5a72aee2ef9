import { describe, expect, test } from 'vitest';
import { allRoles, parseRoles, rolesOf } from './roles.js';

test('by default a process does everything', () => {
  expect(rolesOf(allRoles)).toEqual({ receive: true, prove: true, sweep: true, feed: true });
});

test('roles are a list, and who sweeps reads events too', () => {
  expect(rolesOf(parseRoles('receive'))).toEqual({ receive: true, prove: false, sweep: false, feed: false });
  expect(rolesOf(parseRoles('prove, sweep'))).toEqual({ receive: false, prove: true, sweep: true, feed: true });
});

describe('what is no role is refused', () => {
  test.each([
    ['recieve', 'Did you mean receive?'],
    ['everything', 'They are receive, prove, sweep.'],
    ['receive,', 'They are receive, prove, sweep.'],
  ])('%s', (text, hint) => {
    expect(() => parseRoles(text)).toThrow(hint);
  });
});

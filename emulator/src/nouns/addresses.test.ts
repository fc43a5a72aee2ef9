import { describe, expect, test } from 'vitest';
import { Problem } from '../api/problem.js';
import { operations } from './tables.js';

/** The operations of the official command line take what they please. */
const checked = operations.filter(({ path, verb }) => verb !== 'GET' && !path.startsWith('/v1/stripecli/'));

const codeOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem) return error.body.code;
    throw error;
  }
};

describe.each([
  [/(^|_)email$/, 'not one', 'email_invalid'],
  [/(^|_)url$/, 'not one', 'url_invalid'],
])('a parameter named %s', (named, value, code) => {
  const all = checked.flatMap(({ verb, path, params }) =>
    Object.entries(params).flatMap(([name, param]) =>
      named.test(name) ? [[`${verb} ${path}`, name, param] as const] : [],
    ),
  );

  test('is there', () => {
    expect(all.length).toBeGreaterThan(5);
  });

  test.each(all)('%s refuses what is none as %s', (_operation, name, param) => {
    const seen = codeOf(() => param.read(value, name));
    // Not built, and so never kept.
    if (seen !== 'emulator_not_built') expect(seen).toBe(code);
  });
});

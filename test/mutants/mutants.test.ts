import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mutants } from './mutants.mjs';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

// The mutants themselves are run by `npm run verify:mutants`: each costs a run of its test.
describe.each(mutants.map((mutant) => [mutant.guard, mutant] as const))('the mutant "%s"', (_, mutant) => {
  test('finds its guard, once, and its test', () => {
    expect(text(mutant.file).split(mutant.find)).toHaveLength(2);
    expect(mutant.replace).not.toBe(mutant.find);
    const named = mutant.test.replace('before the read that proved the row', '%s');
    expect(text(mutant.suite)).toContain(named);
  });
});

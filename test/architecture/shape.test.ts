import { describe, expect, test } from 'vitest';
import { repositoryFiles, repositoryText } from './repository.js';
import { cycles, longFunctions, manyParameters, twiceNamed } from './shape-today.js';
import { cyclesOf, functionsOf, typesOfOneName } from './shape.js';

const LINES_MAX = 60;
const PARAMETERS_MAX = 4;

const files = repositoryFiles()
  .filter((file) => /^(src|emulator|web)\/.*\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .map((name) => ({ name, text: repositoryText(name) }));
const functions = files.flatMap(functionsOf);

/** Each list of shape-today.ts holds what is there now, so it can only become shorter: a new entry fails, and so does a stale one. */
describe('what is there today and may only become less:', () => {
  test('files that import each other in a circle', () => {
    expect(cyclesOf(files)).toEqual(cycles);
  });

  test(`functions of more than ${LINES_MAX} lines`, () => {
    const long = functions.filter(({ lines }) => lines > LINES_MAX).map(({ name }) => name);
    expect(long.sort()).toEqual(longFunctions);
  });

  test(`functions with more than ${PARAMETERS_MAX} parameters`, () => {
    const many = functions.filter(({ parameters }) => parameters > PARAMETERS_MAX).map(({ name }) => name);
    expect(many.sort()).toEqual(manyParameters);
  });

  test('types of one name in two files of src and emulator/src', () => {
    const found = typesOfOneName(files.filter(({ name }) => /^(src|emulator\/src)\//.test(name)));
    expect([...found.keys()].sort()).toEqual(twiceNamed);
  });
});

const file = (name: string, text: string) => ({ name, text });

test('a circle is found through several files, and types make none', () => {
  const three = [
    file('src/a.ts', `import { b } from './b.js';`),
    file('src/b.ts', `import { type T, c } from './c.js';`),
    file('src/c.ts', `export * from './a.js';`),
  ];
  expect(cyclesOf(three)).toEqual([['src/a.ts', 'src/b.ts', 'src/c.ts']]);
  const types = [file('src/a.ts', `import type { B } from './b.js';`), file('src/b.ts', `import { a } from './a.js';`)];
  expect(cyclesOf(types)).toEqual([]);
});

test('a function is measured with its name, wherever it stands', () => {
  const text = `const f = (a, b) => {\n  return a;\n};\nclass C {\n  m(this: C, a: number) {}\n}`;
  expect(functionsOf(file('src/a.ts', text))).toEqual([
    { name: 'src/a.ts f', lines: 3, parameters: 2 },
    { name: 'src/a.ts m', lines: 1, parameters: 1 },
  ]);
});

test('two types of one name are found, also where one is a class', () => {
  const two = [
    file('src/a.ts', `export interface X {}\ninterface Y {}`),
    file('src/b.ts', `export class X {}\ntype Y = 1;`),
  ];
  expect([...typesOfOneName(two)]).toEqual([['X', ['src/a.ts', 'src/b.ts']]]);
});

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importsOf, outsideUses } from './imports.js';
import { folderOf, layerOf, layers, otherFolders, refusal } from './layers.js';
import { repositoryFiles, repositoryText } from './repository.js';

const isCode = (file: string) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts');
const code = repositoryFiles().filter((file) => /^(src|emulator|web)\//.test(file) && isCode(file));
const shipped = code.filter((file) => /^(src|emulator\/src)\//.test(file));
const others = code.filter((file) => !shipped.includes(file) && file !== 'web/vite.config.ts');

const wrongImports = (files: readonly string[]) =>
  files.flatMap((file) =>
    importsOf(repositoryText(file)).flatMap(({ specifier, isTypeOnly }) => {
      const reason = refusal(file, specifier, isTypeOnly);
      return reason === undefined ? [] : [`${file} imports ${specifier}: ${reason}`];
    }),
  );

test('every layer imports only the layers below it, and every layer was looked at', () => {
  const existing = Object.keys(layers).filter((layer) =>
    existsSync(new URL(`../../${folderOf(layer)}`, import.meta.url)),
  );
  const seen = new Set(shipped.map(layerOf));
  expect(shipped.length).toBeGreaterThan(0);
  expect(existing.filter((layer) => !seen.has(layer as keyof typeof layers))).toEqual([]);
  expect(wrongImports(shipped)).toEqual([]);
});

test('the pages import only types of src, and the emulator support for tests only the emulator', () => {
  const unseen = Object.keys(otherFolders).filter((folder) => !others.some((file) => file.startsWith(folder)));
  expect(unseen).toEqual([]);
  expect(wrongImports(others)).toEqual([]);
});

test('only the command line reads the environment, exits and prints', () => {
  const uses = shipped
    .filter((file) => layerOf(file) !== 'cli')
    .flatMap((file) => outsideUses(repositoryText(file)).map(({ line, use }) => `${file}:${line} uses ${use}`));
  expect(uses).toEqual([]);
});

test.each([
  ['src/kernel/error.ts', '../store/sql.js'],
  ['src/mirror/write.ts', '../sync/claim.js'],
  ['src/mirror/write.ts', '../inbox/accept.js'],
  ['emulator/src/api/router.ts', '../../../src/catalog/catalog.js'],
  ['emulator/src/api/router.ts', '../../../src/sync/claim.js'],
  ['emulator/src/api/router.ts', '../../test/rig.js'],
  ['emulator/test/rig.ts', '../../src/kernel/error.js'],
  ['emulator/web/main.tsx', '../../web/demo/main.js'],
  ['emulator/web/main.tsx', '../src/contract.js'],
  ['emulator/new/main.ts', './other.js'],
  ['web/demo/main.tsx', '../../emulator/web/main.js'],
  ['src/engine/start.ts', '../../emulator/src/server.js'],
  ['src/engine/start.ts', '../../test/support/database.js'],
  ['src/somewhere/new.ts', './other.js'],
  ['web/demo/main.tsx', '../../src/kernel/error.js'],
  ['src/sync/claim.ts', '(computed)'],
  ['src/http/app.ts', '../demo/demo.js'],
  ['src/app/index.ts', '../demo/demo.js'],
  ['src/demo/demo.ts', '../cli/token.js'],
  ['src/demo/demo.ts', '../../web/demo/main.js'],
  ['web/demo/main.tsx', '../../src/demo/demo.js'],
])('%s may not import %s', (file, specifier) => {
  expect(refusal(file, specifier)).toBeTypeOf('string');
});

test.each([
  ['src/sync/claim.ts', '../store/sql.js'],
  ['src/sync/claim.ts', './lease.js'],
  ['src/sync/claim.ts', 'node:crypto'],
  ['emulator/src/api/router.ts', '../../../src/catalog/generated/objects.js'],
  ['emulator/test/rig.ts', '../src/emulator.js'],
  ['src/cli/commands/demo/demo.ts', '../../../../emulator/src/server.js'],
  ['src/cli/commands/demo/demo.ts', '../../../demo/demo.js'],
  ['src/demo/demo.ts', '../http/listen.js'],
  ['src/demo/demo.ts', '../../emulator/src/emulator.js'],
  ['web/demo/main.tsx', '../shared/field.js'],
  ['emulator/web/main.tsx', '../../web/shared/field.js'],
])('%s may import %s', (file, specifier) => {
  expect(refusal(file, specifier)).toBeUndefined();
});

test.each([
  ['web/demo/main.tsx', '../../src/demo/side-by-side/state.js'],
  ['web/demo/main.tsx', '../../src/http/api/schemas.js'],
])('%s may import %s for its types alone', (file, specifier) => {
  expect(refusal(file, specifier, true)).toBeUndefined();
  expect(refusal(file, specifier, false)).toBeTypeOf('string');
});

test.each([
  ['web/demo/main.tsx', '../../src/engine/engine.js'],
  ['web/demo/main.tsx', '../../test/support/demo.js'],
  ['emulator/web/main.tsx', '../../src/http/app.js'],
  ['src/demo/demo.ts', '../../web/demo/words.js'],
  ['src/http/app.ts', '../../web/demo/words.js'],
  ['src/http/app.ts', '../demo/side-by-side/state.js'],
])('%s may not import even types of %s', (file, specifier) => {
  expect(refusal(file, specifier, true)).toBeTypeOf('string');
});

test('an import is seen in whatever form it is written', () => {
  const text = `import a from './static.js'; import type { B } from './type.js'; export * from './star.js';
    export { c } from './named.js'; import './effect.js'; import d = require('./equals.js');
    const e = await import('./dynamic.js'); type F = import('./import-type.js').F; const g = require('./required.js');
    const h = await import(\`./\${a}.js\`); // import './comment.js'
    const i = "import './string.js'";`;
  expect(importsOf(text).map(({ specifier }) => specifier)).toEqual([
    ...['./static.js', './type.js', './star.js', './named.js', './effect.js', './equals.js'],
    ...['./dynamic.js', './import-type.js', './required.js', '(computed)'],
  ]);
});

test('an import of types alone is told from one that loads the module', () => {
  const text = `import type { A } from './type.js'; export type { B } from './export-type.js';
    type C = import('./import-type.js').C; import { type D } from './inline.js'; import './effect.js';
    export { e } from './named.js'; const f = await import('./dynamic.js');`;
  const typeOnly = importsOf(text).filter(({ isTypeOnly }) => isTypeOnly);
  expect(typeOnly.map(({ specifier }) => specifier)).toEqual(['./type.js', './export-type.js', './import-type.js']);
});

test('a use of the outside is seen in whatever form it is written', () => {
  const text = `process.env.HOME; process['env']; process.exit(1); const { env } = process; globalThis.process.env;
    console.log('x'); globalThis.console.log('x'); import { exit } from 'node:process'; process.exitCode = 1;
    process.on('SIGINT', stop); process.hrtime(); own.console; // console.log`;
  expect(outsideUses(text).map(({ use }) => use)).toEqual([
    ...['process.env', 'process[…]', 'process.exit', 'process', 'process.env', 'console.log', 'console.log'],
    ...['node:process or node:console', 'process.exitCode'],
  ]);
});

// @ts-check
// Compiles src and emulator/src to dist one file at a time, without looking at types: a second instead of several, for
// `npm start`.
// The emitter is tsc's own and `isolatedModules` holds, so the JavaScript is the one `npm run build` makes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { files } from './inputs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const parsed = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.build.json'), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (problem) => {
    throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
  },
});
if (!parsed) throw new Error('tsconfig.build.json cannot be read');
// A text alone does not tell that package.json makes it an ES module, so that is said here.
const module = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
};
const compilerOptions = { ...parsed.options, ...module, declaration: false };

let broken = false;
for (const file of ['src', 'emulator/src'].flatMap((folder) => files(join(root, folder)))) {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
  const target = join(root, 'dist', relative(root, file)).replace(/\.ts$/, '.js');
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions,
    fileName: file,
    reportDiagnostics: true,
  });
  for (const problem of diagnostics ?? []) {
    broken = true;
    console.error(`${relative(root, file)}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
  if (sourceMapText) writeFileSync(`${target}.map`, withSourcePath(sourceMapText, relative(dirname(target), file)));
}
process.exitCode = broken ? 1 : 0;

/**
 * A single-file transpile does not know where its output goes, so it names the source without a path.
 *
 * @param {string} map
 * @param {string} source
 */
function withSourcePath(map, source) {
  return map.replace(`"sources":["${basename(source)}"]`, `"sources":["${source}"]`);
}

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

/**
 * The pinned `stripe` package, opened for reading: every resource file with its types resolved.
 *
 * @typedef {object} Sdk
 * @property {string} apiVersion
 * @property {string} packageVersion
 * @property {string[]} files absolute paths of all `resources/**.d.ts`, sorted
 * @property {ts.Program} program
 * @property {ts.TypeChecker} checker
 *
 * @returns {Sdk}
 */
export function openSdk() {
  const root = path.resolve(createRequire(import.meta.url).resolve('stripe'), '../..');
  const esm = path.join(root, 'esm');
  const files = declarations(path.join(esm, 'resources')).sort();
  const program = ts.createProgram([path.join(esm, 'stripe.esm.node.d.ts'), ...files], {
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: [],
  });
  return {
    apiVersion: apiVersion(path.join(esm, 'apiVersion.js')),
    packageVersion: JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version,
    files,
    program,
    checker: program.getTypeChecker(),
  };
}

/** @param {string} folder @returns {string[]} */
function declarations(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return declarations(full);
    return entry.name.endsWith('.d.ts') ? [full] : [];
  });
}

/** @param {string} file */
function apiVersion(file) {
  const found = /ApiVersion = '([^']+)'/.exec(fs.readFileSync(file, 'utf8'));
  if (!found) throw new Error(`no ApiVersion in ${file}`);
  return found[1];
}

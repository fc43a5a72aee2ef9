// @ts-check
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Everything that decides what `dist` contains. */
const INPUTS = [
  'src',
  'emulator/src',
  'emulator/stripe-js',
  'emulator/web',
  'web',
  'migrations',
  'tools/build',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/**
 * A digest of all that goes into `dist`, by content: times of files mean nothing after a checkout.
 *
 * @param {string} root
 */
export function digestInputs(root) {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of files(join(root, input))) {
      if (file.endsWith('.test.ts')) continue;
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * All files below a folder (or the file itself), in one fixed order.
 *
 * @param {string} path
 * @returns {string[]}
 */
export function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return (
    readdirSync(path, { recursive: true, withFileTypes: true })
      // Vite keeps scratch files of its own in web/node_modules.
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  );
}

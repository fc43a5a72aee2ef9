// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs a Node script from the root of the repository and keeps what it says.
 *
 * @param {string} name what is being done, for messages
 * @param {string[]} args of `node`
 */
export async function run(name, args) {
  const began = Date.now();
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  }
  /** @type {[number | null]} */
  const [code] = /** @type {any} */ (await once(child, 'close'));
  return { name, code, output, ms: Date.now() - began };
}

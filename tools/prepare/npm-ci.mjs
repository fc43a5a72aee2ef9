// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} Package */
/** @typedef {{ packages?: Record<string, Package> }} Lock */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i;

/**
 * Runs `npm ci` in a folder unless what is installed there is what its package-lock.json asks for. Throws with npm's own
 * last lines.
 *
 * @param {string} [folder] from the root of the repository, with a slash at its end; default: the root
 * @param {string} [what] the name of what is installed, for people
 */
export async function installIfStale(folder = '', what = 'dependencies') {
  const wanted = read(`${folder}package-lock.json`);
  if (!wanted) throw new Error('package-lock.json is missing or damaged: get it back from git, then try again.');
  if (isInstalled(wanted, read(`${folder}node_modules/.package-lock.json`))) return;
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const done = announce(`installing ${what} …`, seconds);
  const { code, output } = await npmCi(folder);
  done();
  if (code !== 0) throw new Error(explain(code, output));
}

/**
 * npm writes what it installed into node_modules as its very last act, so that record is the proof that an install
 * was completed, no matter who ran it. A package for another kind of machine is left out and marked optional.
 *
 * @param {Lock} wanted
 * @param {Lock | undefined} installed
 */
export function isInstalled(wanted, installed) {
  const found = installed?.packages;
  if (!found) return false;
  const expected = Object.entries(wanted.packages ?? {}).filter(([path]) => path !== '');
  const same = expected.every(([path, { version, integrity, optional }]) => {
    const entry = found[path];
    return entry ? entry.version === version && entry.integrity === integrity : optional === true;
  });
  const known = new Set(expected.map(([path]) => path));
  return same && Object.keys(found).every((path) => known.has(path));
}

/**
 * @param {number | null} code
 * @param {string} output
 */
function explain(code, output) {
  // npm's own stack traces say nothing to who wants to start the demo.
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => !/^npm error\s+at /.test(line));
  const tail = lines.slice(-15).join('\n');
  const hint = NO_NETWORK.test(output)
    ? 'The package registry cannot be reached: check the network connection (or proxy), then run the same command again.'
    : 'Run "npm ci" to see everything it says.';
  return `${tail}\n\nInstalling the dependencies failed (npm ci ended with ${code ?? 'a signal'}). ${hint}`;
}

/**
 * @param {string} folder
 * @returns {Promise<{ code: number | null, output: string }>}
 */
async function npmCi(folder) {
  // The npm that runs this script, so that two npm versions on one machine never mix.
  const npm = process.env.npm_execpath;
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ];
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(command, [...first, ...args], { cwd: `${ROOT}${folder}`, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output = (output + text).slice(-20_000)));
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

/**
 * One line that counts up in a terminal, and is written once, with its time, anywhere else.
 *
 * @param {string} text
 * @param {() => string} seconds
 */
function announce(text, seconds) {
  process.stdout.write(text);
  const tick = () => process.stdout.write(`\r${text} ${seconds()}`);
  const timer = process.stdout.isTTY ? setInterval(tick, 1000) : undefined;
  return () => {
    clearInterval(timer);
    process.stdout.write(process.stdout.isTTY ? `\r${text} ${seconds()}\n` : ` ${seconds()}\n`);
  };
}

/**
 * @param {string} path
 * @returns {Lock | undefined}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
  } catch {
    return undefined;
  }
}

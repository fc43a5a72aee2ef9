// @ts-check
// Processes that end with this one, however it ends, except by SIGKILL.
import { once } from 'node:events';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Set<ChildProcess>} */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
let stopped = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, stop);

/** The run then fails where it waits for a child, and drops its databases. A second signal ends it at once. */
function stop() {
  if (stopped) process.exit(130);
  stopped = true;
  for (const child of running) child.kill('SIGKILL');
}

/** What a child process sees of the environment. */
export const { PATH = '', HOME = '' } = process.env;

/**
 * @template {ChildProcess} T
 * @param {T} child
 */
export function ownChild(child) {
  if (stopped) {
    child.kill('SIGKILL');
    throw new Error('stopped by a signal');
  }
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/**
 * The next message of a child, which must not end before.
 * @param {ChildProcess} child
 * @returns {Promise<any>}
 */
export function messageOf(child) {
  return new Promise((resolve, reject) => {
    const over = () => {
      child.off('message', heard);
      child.off('exit', ended);
    };
    const heard = (/** @type {any} */ message) => {
      over();
      if (message.error === undefined) resolve(message);
      else reject(new Error(message.error));
    };
    const ended = (/** @type {number | null} */ code, /** @type {string | null} */ signal) => {
      over();
      reject(new Error(`the process ${child.spawnargs.slice(1).join(' ')} ended with ${code ?? signal}`));
    };
    child.on('message', heard);
    child.on('exit', ended);
  });
}

/**
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export async function endChild(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/**
 * The first match in what a child prints.
 * @param {ChildProcess} child
 * @param {RegExp} pattern
 * @returns {Promise<string>}
 */
export function printed(child, pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (/** @type {Buffer} */ chunk) => {
      if (text.length > 20_000) return; // what it logs later must be read, and nobody needs it
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(/** @type {string} */ (match[1]));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready:\n${text}`)));
  });
}

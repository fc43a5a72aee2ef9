// @ts-check
// Events at a fixed rate, whatever the receiver's answers take, and the moment when each one's row can be read.
import { openConnection } from '../load/connection.mjs';
import { percentile } from '../support/samples.mjs';

/**
 * @typedef {{ url: string, rate: number, requests: readonly import('../load/requests.mjs').Request[],
 *   ids: readonly string[], read: (ids: readonly string[]) => Promise<readonly string[]> }} Order
 *   `ids`: of the object of each request. `read`: those that have a row
 * @typedef {{ p50: number, p99: number, most: number, unseen: number, refused: number, answerP50: number,
 *   answerP99: number }} Steady milliseconds from the moment of sending to the row, and to the answer
 */

/** Of more events a second than this, so many are read back: reading all of them would be a load of its own. */
const READ_PER_SECOND = 100;
const ROWS_WITHIN_MS = 30_000;

/**
 * @param {Order} order
 * @returns {Promise<Steady>}
 */
export async function sendSteadily({ url, rate, requests, ids, read }) {
  const readEvery = Math.max(1, Math.round(rate / READ_PER_SECOND));
  const reader = startReader(read);
  const connections = await openPool(url);
  /** @type {number[]} */
  const answered = [];
  let refused = 0;
  const send = async (/** @type {number} */ n) => {
    const connection = await connections.take();
    const sent = performance.now();
    if (n % readEvery === 0) reader.watch(/** @type {string} */ (ids[n]), sent);
    const status = await connection.ask(/** @type {import('../load/requests.mjs').Request} */ (requests[n]));
    if (status === 200) answered.push(performance.now() - sent);
    else refused += 1;
    connections.give(connection);
  };
  const began = performance.now();
  const sending = [];
  for (let n = 0; n < requests.length; n += 1) {
    const wait = began + (n * 1_000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    sending.push(send(n));
  }
  await Promise.all(sending);
  const { took, unseen } = await reader.end();
  connections.end();
  const [rows, answers] = [took, answered].map((samples) => samples.sort((a, b) => a - b));
  return {
    p50: percentile(rows ?? [], 0.5),
    p99: percentile(rows ?? [], 0.99),
    most: rows?.at(-1) ?? NaN,
    unseen,
    refused,
    answerP50: percentile(answers ?? [], 0.5),
    answerP99: percentile(answers ?? [], 0.99),
  };
}

/**
 * Asks for the rows that are waited for, again and again without a pause.
 * @param {Order['read']} read
 */
function startReader(read) {
  /** @type {Map<string, number>} */
  const waiting = new Map();
  /** @type {number[]} */
  const took = [];
  let ends = Infinity;
  let wake = () => {};
  const rest = () => new Promise((resolve) => (wake = () => resolve(undefined)));
  const reading = (async () => {
    for (;;) {
      if (waiting.size === 0) {
        if (ends < Infinity) return;
        await rest();
        continue;
      }
      const found = await read([...waiting.keys()]);
      const now = performance.now();
      for (const id of found) {
        took.push(now - /** @type {number} */ (waiting.get(id)));
        waiting.delete(id);
      }
      if (now > ends) return;
    }
  })();
  return {
    /** @type {(id: string, sent: number) => void} */
    watch(id, sent) {
      waiting.set(id, sent);
      wake();
    },
    async end() {
      ends = performance.now() + ROWS_WITHIN_MS;
      wake();
      await reading;
      return { took, unseen: waiting.size };
    },
  };
}

/**
 * Connections that are open already; more are opened when all are in use.
 * @param {string} url
 */
async function openPool(url) {
  const all = await Promise.all(Array.from({ length: 16 }, () => openConnection(url)));
  const idle = [...all];
  return {
    async take() {
      for (let free = idle.pop(); free !== undefined; free = idle.pop()) if (free.isOpen()) return free;
      const opened = await openConnection(url);
      all.push(opened);
      return opened;
    },
    /** @param {import('../load/connection.mjs').Connection} connection */
    give: (connection) => void idle.push(connection),
    end: () => all.forEach((connection) => connection.end()),
  };
}

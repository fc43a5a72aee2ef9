// @ts-check
// Sends events over a number of connections, one request after the other on each, until the time is up or there are no
// more. Runs in a process of its own, and does what its parent orders.
import { percentile } from '../support/samples.mjs';
import { openConnection } from './connection.mjs';
import { requestsOf } from './requests.mjs';

/**
 * @typedef {{ url: string, connections: number, ms: number, count: number, copies: number,
 *   events: import('./requests.mjs').Events }} Order `copies`: how often each event is sent, one after the other
 * @typedef {{ seconds: number, accepted: number, distinct: number, refused: Record<string, number>, prepared: number,
 *   p50: number, p99: number }} Burst `distinct`: accepted events without their copies. `prepared`: seconds before
 *   the load
 */

process.on('disconnect', () => process.exit());
process.on('message', (/** @type {Order} */ order) => {
  send(order).then(
    (result) => process.send?.({ result }),
    (/** @type {Error} */ error) => process.send?.({ error: error.stack ?? String(error) }),
  );
});

/**
 * @param {Order} order
 * @returns {Promise<Burst>}
 */
async function send({ url, connections, ms, count, copies, events }) {
  const called = performance.now();
  const requests = requestsOf(events, { url, count });
  /** @type {number[]} */
  const took = [];
  /** @type {Set<number>} */
  const accepted = new Set();
  /** @type {Record<string, number>} */
  const refused = {};
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(url)));
  let next = 0;
  const began = performance.now();
  const until = began + ms;
  const sendOn = async (/** @type {import('./connection.mjs').Connection} */ connection) => {
    // At least one request, on however busy a machine.
    for (let first = true; (first || performance.now() < until) && next < copies * count; first = false) {
      const number = Math.floor(next / copies);
      next += 1;
      const sent = performance.now();
      const status = await connection.ask(/** @type {import('./requests.mjs').Request} */ (requests[number]));
      if (status === 200) {
        took.push(performance.now() - sent);
        accepted.add(number);
      } else refused[status] = (refused[status] ?? 0) + 1;
    }
    connection.end();
  };
  await Promise.all(opened.map(sendOn));
  const seconds = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  return {
    seconds,
    accepted: took.length,
    distinct: accepted.size,
    refused,
    prepared: (began - called) / 1_000,
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
  };
}

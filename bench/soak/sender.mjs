// @ts-check
// Sends events for as long as it takes: each is sent again until it is accepted, as Stripe does. Runs in a process of
// its own. Its parent tells it what to send, and the address whenever the receiver has a new one.
import { repeatedBodyOf } from '../load/events.mjs';
import { openConnection } from '../load/connection.mjs';
import { requestOf } from '../load/requests.mjs';

/**
 * @typedef {{ templates: import('../load/events.mjs').Templates, kinds: string[], version: string, objects: number,
 *   connections: number, from: number, count: number, rate: number | undefined }} Load the events `from` to
 *   `from + count`, so many a second; without a rate as fast as they are accepted
 * @typedef {{ accepted: number, again: number, seconds: number }} Sent `again`: how often one was sent again
 */

const AGAIN_MS = 200;

/** @type {string} */
let url = '';
let accepted = 0;
let again = 0;

process.on('disconnect', () => process.exit());
setInterval(() => process.send?.({ accepted }), 100);
process.on('message', (/** @type {{ url?: string, load?: Load }} */ message) => {
  if (message.url !== undefined) url = message.url;
  if (message.load !== undefined)
    send(message.load).then(
      (sent) => process.send?.({ sent }),
      (/** @type {Error} */ error) => process.send?.({ error: error.stack ?? String(error) }),
    );
});

/**
 * @param {Load} load
 * @returns {Promise<Sent>}
 */
async function send({ connections, from, count, rate, ...what }) {
  const began = performance.now();
  const before = { accepted, again };
  let next = from;
  const sendOn = async () => {
    /** @type {import('../load/connection.mjs').Connection | undefined} */
    let connection;
    while (next < from + count) {
      const n = next;
      next += 1;
      const early = rate === undefined ? 0 : began + ((n - from) / rate) * 1_000 - performance.now();
      if (early > 1) await sleep(early);
      const kind = /** @type {string} */ (what.kinds[n % what.kinds.length]);
      const body = repeatedBodyOf(what.templates, { kind, n, objects: what.objects, version: what.version });
      for (;;) {
        try {
          connection ??= await openConnection(url);
          if ((await connection.ask(requestOf(url, body))) === 200) break;
        } catch {
          connection = undefined; // the receiver or its connection has gone
        }
        again += 1;
        await sleep(AGAIN_MS);
      }
      accepted += 1;
    }
    connection?.end();
  };
  await Promise.all(Array.from({ length: connections }, sendOn));
  const seconds = (performance.now() - began) / 1_000;
  return { accepted: accepted - before.accepted, again: again - before.again, seconds };
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

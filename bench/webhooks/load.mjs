// @ts-check
// Sends events over a number of connections, one request after the other on each, until the time is up. Runs in a process of
// its own, which the parent tells what to send. Everything is made before the clock starts.
import { connect } from 'node:net';
import { bodyOf, signatureOf } from './events.mjs';

/**
 * @typedef {{ url: string, connections: number, ms: number, events: number, kinds: string[], run: string, version: string,
 *   templates: import('./events.mjs').Templates, bytes?: number | undefined, copies?: number }} Order
 */

process.on('message', (/** @type {Order} */ order) => {
  send(order).then(
    (result) => process.send?.(result),
    (/** @type {Error} */ error) => process.send?.({ error: error.stack ?? String(error) }),
  );
});

/** @param {Order} order */
async function send({ url, connections, ms, events, kinds, run, version, templates, bytes, copies = 1 }) {
  const { hostname, port, pathname } = new URL(url);
  const requests = Array.from({ length: events }, (_, n) => {
    const kind = /** @type {string} */ (kinds[n % kinds.length]);
    const body = bodyOf(templates, { kind, n, run, version, bytes });
    return Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*\r\n` +
        `Stripe-Signature: ${signatureOf(body)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  /** @type {number[]} */
  const took = [];
  /** @type {Record<string, number>} */
  const refused = {};
  let next = 0;
  const began = performance.now();
  const until = began + ms;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const ask = await open(hostname, Number(port));
      while (performance.now() < until && next < copies * requests.length) {
        const request = /** @type {Buffer} */ (requests[Math.floor(next / copies)]);
        next += 1;
        const sent = performance.now();
        const status = await ask(request);
        if (status === 200) took.push(performance.now() - sent);
        else refused[status] = (refused[status] ?? 0) + 1;
      }
      ask.end();
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
  return {
    seconds,
    accepted: took.length,
    sent: Math.ceil(next / copies),
    refused,
    ranOut: next >= copies * requests.length,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/**
 * One connection: sends a request, resolves with the status of its answer.
 * @param {string} host
 * @param {number} port
 */
async function open(host, port) {
  const socket = connect({ host, port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(undefined)).once('error', reject));
  /** @type {((status: number) => void) | undefined} */
  let answered;
  /** @type {((error: Error) => void) | undefined} */
  let failed;
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (/** @type {string} */ chunk) => {
    text += chunk;
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(text);
    const whole = length === null ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length[1]);
    if (!whole) return;
    const status = Number(text.slice(9, 12));
    text = '';
    answered?.(status);
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('the server closed the connection')));
  const ask = (/** @type {Buffer} */ request) =>
    new Promise((/** @type {(status: number) => void} */ resolve, reject) => {
      [answered, failed] = [resolve, reject];
      socket.write(request);
    });
  return Object.assign(ask, { end: () => void socket.end() });
}

// @ts-check
import { connect } from 'node:net';

/**
 * @typedef {{ ask: (request: import('./requests.mjs').Request) => Promise<number>, isOpen: () => boolean, end: () => void }} Connection
 *   `isOpen`: a server closes a connection that has been idle for long. `ask` sends a request and resolves with the status of its answer; one request at a time
 */

/**
 * A connection that stays open. It costs this machine less than any HTTP client.
 * @param {string} url
 * @returns {Promise<Connection>}
 */
export async function openConnection(url) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', () => resolve(undefined)).once('error', reject));
  /** @type {((status: number) => void) | undefined} */
  let answered;
  /** @type {((error: Error) => void) | undefined} */
  let failed;
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (/** @type {string} */ chunk) => {
    text += chunk;
    const status = statusOf(text);
    if (status === undefined) return;
    text = '';
    answered?.(status);
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('the server closed the connection')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) throw new Error('the server closed the connection');
        [answered, failed] = [resolve, reject];
        socket.cork();
        for (const part of request) socket.write(part);
        socket.uncork();
      }),
    isOpen: () => !socket.destroyed,
    end: () => void socket.end(),
  };
}

/**
 * The status of an answer that is complete.
 * @param {string} text
 */
function statusOf(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text);
  const complete = length === null ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length[1]);
  return complete ? Number(text.slice(9, 12)) : undefined;
}

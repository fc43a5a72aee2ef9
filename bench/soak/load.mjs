// @ts-check
// The process that sends, as its parent sees it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endChild, messageOf, ownChild } from '../receivers/child.mjs';

/**
 * @typedef {{ send: (load: import('./sender.mjs').Load) => Promise<import('./sender.mjs').Sent>, accepted: () => number,
 *   moveTo: (url: string) => void, end: () => Promise<void> }} Sender `accepted`: events so far, a moment ago
 */

/**
 * @param {string} url of the receiver
 * @returns {Sender}
 */
export function openSender(url) {
  const child = ownChild(fork(fileURLToPath(new URL('sender.mjs', import.meta.url))));
  let accepted = 0;
  child.on('message', (/** @type {{ accepted?: number }} */ message) => (accepted = message.accepted ?? accepted));
  child.send({ url });
  return {
    async send(load) {
      child.send({ load });
      for (;;) {
        const { sent } = await messageOf(child);
        if (sent !== undefined) return sent;
      }
    },
    accepted: () => accepted,
    moveTo: (moved) => void child.send({ url: moved }),
    end: () => endChild(child, 'SIGKILL'),
  };
}

// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endChild, HOME, messageOf, ownChild, PATH } from './child.mjs';

const SERVER = fileURLToPath(new URL('floor-server.mjs', import.meta.url));

/**
 * What no receiver can be faster than.
 * @param {'signature' | 'durable insert'} what
 * @returns {import('./receiver.mjs').Receiver}
 */
export function floor(what) {
  return {
    name: what === 'signature' ? 'floor: the signature alone' : 'floor: signature and durable insert',
    rateMax: what === 'signature' ? 45_000 : 25_000,
    tables: undefined,
    migrate: async () => {},
    async start({ databaseUrl }) {
      const env = what === 'signature' ? {} : { DATABASE_URL: databaseUrl };
      const child = ownChild(fork(SERVER, { env: { PATH, HOME, ...env } }));
      const { port } = await messageOf(child);
      return {
        pid: /** @type {number} */ (child.pid),
        url: `http://127.0.0.1:${port}/`,
        stop: () => endChild(child, 'SIGKILL'),
      };
    },
  };
}

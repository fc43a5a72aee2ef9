import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
/** What would have ended the process. */
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
beforeAll(async () => {
  process.on('uncaughtExceptionMonitor', note);
  rig = await startRig();
});
afterAll(async () => {
  await rig.stop();
  process.off('uncaughtExceptionMonitor', note);
});

const UPGRADE =
  'GET /subscribe/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
const POST = 'POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_test_aaaa\r\n';

/** What a client may have sent when it goes away. */
const BEGINNINGS: Record<string, string> = {
  'an upgrade without a session': `${UPGRADE}\r\n`,
  'an upgrade with bytes behind it': `${UPGRADE}\r\n${'x'.repeat(100_000)}`,
  'an upgrade to something unknown': UPGRADE.replace('websocket', 'h2c') + '\r\n',
  'an upgrade with a broken key': `${UPGRADE.replace('dGhlIHNhbXBsZSBub25jZQ==', '?')}\r\n`,
  'an upgrade of another page': `${UPGRADE}Origin: https://elsewhere.example\r\n\r\n`,
  'half of a head': 'GET /v1/cust',
  'half of a body': `${POST}Content-Length: 1000\r\n\r\nname=`,
  'half of a chunk': `${POST}Transfer-Encoding: chunked\r\n\r\nff\r\nname=`,
  'a stream that was begun': 'GET /_emulator/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'two requests at once': `${POST}Content-Length: 6\r\n\r\nname=a${POST}Content-Length: 6\r\n\r\nname=b`,
  'no HTTP': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a head without end': `GET / HTTP/1.1\r\nX: ${'y'.repeat(200_000)}`,
  'a length that cannot be': `${POST}Content-Length: -1\r\n\r\n`,
  'a tunnel': 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n',
};

async function open(): Promise<Socket> {
  const socket = connect(rig.emulator.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const answers = async (): Promise<boolean> => (await rig.call('GET', '/_emulator/info')).status === 200;

describe('a client that is gone', () => {
  test.each(Object.entries(BEGINNINGS))('after %s leaves the emulator as it was', async (_, text) => {
    // At once, as soon as it was sent, and when the first bytes of an answer are there.
    for (const until of ['now', 'sent', 'answered'] as const) {
      const sockets = await Promise.all(Array.from({ length: 8 }, open));
      for (const socket of sockets) {
        const heard = Promise.race([once(socket, 'data'), once(socket, 'close')]);
        socket.write(text, 'latin1', () => {
          if (until === 'sent') socket.resetAndDestroy();
        });
        if (until === 'now') socket.resetAndDestroy();
        if (until === 'answered') {
          // What waits for the rest of a request is never answered: then an end in order is what the client says.
          if (text.endsWith('\r\n\r\n')) await heard;
          socket.resetAndDestroy();
        }
      }
      expect(await answers()).toBe(true);
      expect(uncaught).toEqual([]);
    }
  });

  test('and never closes what it half closed holds nothing open', async () => {
    const socket = connect({ port: rig.emulator.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`${UPGRADE}\r\n`);
    socket.resume();
    await once(socket, 'end');
    const isRefused = async (): Promise<boolean> => {
      if (!socket.destroyed) socket.write('more');
      return socket.destroyed;
    };
    await eventually(isRefused, 'the other side has let go');
  });
});

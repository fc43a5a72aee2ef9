// One message to a receiver: what it is signed with, and every way in which it is not taken.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { isPublic, type AddressLookup } from '../../src/hooks/endpoints/public-address.js';
import { send } from '../../src/hooks/endpoints/send.js';

const secret = `whsec_${Buffer.from('a-secret-that-changes-are-signed-with').toString('base64')}`;
const message = { id: 'chg_1', body: { type: 'customer.updated', after: { name: 'é' } } };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const sending = (ms = 5_000) => ({ now: new Date(), signal: AbortSignal.timeout(ms) });
const sendTo = (url: string, ms?: number): Promise<void> =>
  send({ url, secret, allowPrivate: true }, message, sending(ms));

test('a message is signed by the Standard Webhooks scheme, over the bytes that are sent', async () => {
  const taken: unknown[] = [];
  const url = await receiver((request, response) => {
    void textOf(request).then((text) => {
      taken.push(
        new Webhook(secret).verify(text, request.headers as Record<string, string>),
        request.headers['webhook-id'],
      );
      response.writeHead(204).end();
    });
  });
  await sendTo(url);
  expect(taken).toEqual([message.body, 'chg_1']);
});

test.each([
  [500, 'the receiver answered 500'],
  [410, 'the receiver answered 410'],
  [302, 'the receiver answered 302, a redirect, which is not followed'],
])('an answer of %d does not take it', async (status, text) => {
  let asked = 0;
  const url = await receiver((request, response) => {
    asked += 1;
    request.resume();
    request.on('end', () => response.writeHead(status, { location: request.url ?? '' }).end());
  });
  await expect(sendTo(url)).rejects.toMatchObject({ code: 'endpoint_failed', message: text });
  expect(asked).toBe(1);
});

test('an answer that never comes is given up, and so is a receiver that is not there', async () => {
  const url = await receiver((request) => void request.resume());
  await expect(sendTo(url, 300)).rejects.toMatchObject({ message: 'the receiver did not answer in time' });
  servers[0]?.closeAllConnections();
  servers[0]?.close();
  await expect(sendTo(url)).rejects.toMatchObject({ message: 'the receiver could not be reached: ECONNREFUSED' });
});

test('an answer without an end is not read, and takes the message', async () => {
  let isClosed = false;
  const url = await receiver((request, response: ServerResponse) => {
    request.resume();
    request.on('end', () => {
      const timer = setInterval(() => response.write(Buffer.alloc(1_048_576)), 1);
      response.on('close', () => {
        clearInterval(timer);
        isClosed = true;
      });
    });
  });
  await sendTo(url, 2_000);
  await expect.poll(() => isClosed).toBe(true);
});

test('an answer of 200 before the message was read does not take it', async () => {
  const deaf = createTcpServer((socket) => {
    socket.on('error', () => {}); // the sender hangs up
    socket.pause();
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}/`;
  // More than the two machines' buffers hold.
  const large = { id: 'chg_2', body: { data: 'x'.repeat(16 * 1_048_576) } };
  await expect(send({ url, secret, allowPrivate: true }, large, sending(20_000))).rejects.toMatchObject({
    code: 'endpoint_failed',
    message: 'the receiver answered 200 before it had read the message',
  });
  deaf.close();
}, 30_000);

test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', 'localhost'])(
  'a private address is refused, and nothing is sent: %s',
  async (host) => {
    let asked = 0;
    const url = new URL(await receiver(() => void (asked += 1)));
    url.hostname = host;
    await expect(send({ url: url.href, secret, allowPrivate: false }, message, sending())).rejects.toMatchObject({
      code: 'endpoint_failed',
      message: 'the receiver has an address of a private network',
      hint: expect.stringContaining('allowPrivate'),
    });
    expect(asked).toBe(0);
  },
);

/** Answers with these addresses, one after the other. */
function answering(...answers: string[][]): { lookup: AddressLookup; asked: () => number } {
  let asked = 0;
  const lookup = ((_host: string, _options: object, done: (error: null, found: object[]) => void) => {
    const found = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    done(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  }) as unknown as AddressLookup;
  return { lookup, asked: () => asked };
}

test('a name is looked up once for each message, and what was checked is what is connected to', async () => {
  let reached = 0;
  const url = new URL(await receiver(() => void (reached += 1)));
  url.hostname = 'rebind.example';
  const { lookup, asked } = answering(['8.8.8.8'], ['127.0.0.1']);
  const once = (): Promise<void> =>
    send({ url: url.href, secret, allowPrivate: false }, message, { ...sending(500), lookup });
  // The first answer is public, and nothing listens there: a second lookup would have led to this machine.
  await expect(once()).rejects.toMatchObject({ message: expect.stringMatching(/reached|in time/) });
  expect(asked()).toBe(1);
  await expect(once()).rejects.toMatchObject({ message: 'the receiver has an address of a private network' });
  expect(reached).toBe(0);
});

test('a name with one private address among others is refused', async () => {
  const { lookup } = answering(['8.8.8.8', '10.0.0.1']);
  const to = { url: 'http://mixed.example/', secret, allowPrivate: false };
  await expect(send(to, message, { ...sending(), lookup })).rejects.toMatchObject({
    message: 'the receiver has an address of a private network',
  });
});

test('what is private is known by the registries of special addresses', () => {
  const isRefused = (address: string): boolean => !isPublic(address);
  const refused = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '224.0.0.1',
  ];
  const refused6 = [
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    'fd00::1',
    'fe80::1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
  ];
  expect([...refused, ...refused6, 'not an address'].filter(isPublic)).toEqual([]);
  expect(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'].filter(isRefused)).toEqual([]);
});

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stripeCli } from './stripe-cli.js';

const seen: IncomingMessage[] = [];
const server = createServer((request, response) => {
  seen.push(request);
  response.setHeader('content-type', 'application/json').end('{"id":"cus_1","object":"customer"}');
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

test('the official CLI asks the given server, with the given key, and its answer is captured', async () => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result = await stripeCli(base, ['get', '/v1/customers/cus_1'], { secretKey: 'sk_test_123456789012' });
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('"id":"cus_1"') as string });
  expect(seen.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
    ['GET', '/v1/customers/cus_1', 'Bearer sk_test_123456789012'],
  ]);
});

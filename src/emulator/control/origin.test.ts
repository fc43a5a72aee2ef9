import { afterAll, beforeAll, expect, test } from 'vitest';
import { rig, type Rig } from '../testing/rig.js';

let it: Rig;
beforeAll(async () => {
  it = await rig();
});
afterAll(() => it.stop());

const OWN_ROUTES = ['info', 'requests', 'deliveries', 'find?q=ada', 'stream', 'faults'];

test.each(OWN_ROUTES)('a page of another origin cannot read /_emulator/%s', async (route) => {
  const headers = { origin: 'https://elsewhere.example' };
  const response = await fetch(`${it.emulator.url}/_emulator/${route}`, { headers });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test('nor change anything, though its form needs no leave to be sent', async () => {
  const headers = { origin: 'https://elsewhere.example', 'content-type': 'text/plain' };
  const answer = await it.call('POST', '/_emulator/faults', '{"lose_every":1}', headers);
  expect(answer.status).toBe(403);
  expect(it.emulator.faults.get().lose_every).toBe(0);
});

test('the emulator’s own page can, and Stripe.js in any page can ask the bank', async () => {
  const own = await it.call('GET', '/_emulator/info', undefined, { origin: it.emulator.url });
  expect(own.status).toBe(200);
  const bank = await it.call('POST', '/_emulator/three_d_secure/pi_none', '{"outcome":"fail"}', {
    origin: 'https://shop.example',
  });
  expect([bank.status, bank.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
});

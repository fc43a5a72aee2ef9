import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ allowHosts: ['stripe.test'] });
});
afterAll(() => rig.stop());

interface Said {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

/** A request with exactly these headers: `fetch` would set Host itself. */
function ask(verb: string, path: string, headers: Record<string, string>, body = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    const { port } = rig.emulator;
    const sent = request({ host: '127.0.0.1', port, method: verb, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

const EVIL = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
const SHOP = { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const ADDRESSES: [string, string][] = [
  ...(['info', 'requests', 'deliveries', 'find?q=ada', 'stream', 'faults', 'clock', 'operations'] as const).map(
    (name): [string, string] => ['GET', `/_emulator/${name}`],
  ),
  ...(['faults', 'reset', 'fixture', 'clock', 'restricted_keys'] as const).map((name): [string, string] => [
    'POST',
    `/_emulator/${name}`,
  ]),
  ['GET', '/v1/customers?key=sk_test_aaaa'],
  ['POST', '/v1/webhook_endpoints'],
  ['DELETE', '/v1/customers/cus_1'],
  ['POST', '/v2/core/event_destinations'],
  ['POST', '/c/pay/cs_1'],
  ['GET', '/'],
  ['OPTIONS', '/v1/customers'],
  ['OPTIONS', '/_emulator/reset'],
];

describe('a page of another origin', () => {
  test.each(ADDRESSES)('gets nothing from %s %s', async (verb, path) => {
    const answer = await ask(verb, path, { ...EVIL, ...FORM });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test.each(ADDRESSES)('gets nothing from %s %s by a name that its DNS points here', async (verb, path) => {
    const name = `elsewhere.example:${rig.emulator.port}`;
    for (const origin of [{}, { origin: `http://${name}`, 'sec-fetch-site': 'same-origin' }]) {
      expect((await ask(verb, path, { host: name, ...origin, ...FORM })).status).toBe(403);
    }
  });

  test('changes nothing with a form, which needs no permission to be sent', async () => {
    const url = encodeURIComponent('http://169.254.169.254/latest');
    await ask('POST', '/v1/webhook_endpoints', { ...EVIL, ...FORM }, `key=sk_test_aaaa&url=${url}&enabled_events[]=*`);
    await ask('POST', '/_emulator/faults', { ...EVIL, 'content-type': 'text/plain' }, '{"lose_every":1}');
    expect((await rig.stripe.webhookEndpoints.list()).data).toEqual([]);
    expect(rig.emulator.faults.get().lose_every).toBe(0);
  });

  test('cannot take over a socket', async () => {
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'eA==' };
    for (const page of [EVIL, SHOP]) {
      const answer = await ask('GET', '/subscribe/acct_1', { ...upgrade, ...page });
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Cross-origin request refused')]);
    }
  });

  test('can link to a page, and load Stripe.js', async () => {
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask('GET', '/c/done', followed)).status).toBe(200);
    // The app answered a form with a redirect to Checkout: the browser says both.
    expect((await ask('GET', '/c/done', { ...followed, origin: 'null' })).status).toBe(200);
    expect((await ask('GET', '/v1/customers', followed)).status).toBe(403);
    const script = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    expect((await ask('GET', '/v3/', script)).status).toBe(404); // the pages are not built into this one
  });
});

describe('a page of another loopback address', () => {
  test('does what Stripe.js does, with a publishable key', async () => {
    const intent = await rig.stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    const path = `/v1/payment_intents/${intent.id}?client_secret=${intent.client_secret ?? ''}`;
    const leave = await ask('OPTIONS', path, { ...SHOP, 'access-control-request-headers': 'authorization' });
    expect([leave.status, leave.headers['access-control-allow-origin']]).toEqual([204, SHOP.origin]);
    const answer = await ask('GET', path, { ...SHOP, authorization: `Bearer ${rig.emulator.publishableKey}` });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, SHOP.origin]);
    const bank = await ask('POST', '/_emulator/three_d_secure/pi_none', SHOP, '{"outcome":"fail"}');
    expect([bank.status, bank.headers['access-control-allow-origin']]).toEqual([404, SHOP.origin]);
  });

  test.each([{ authorization: 'Bearer sk_test_aaaa' }, { authorization: 'Bearer rk_test_aaaa' }])(
    'does nothing with %o',
    async (headers) => {
      const answer = await ask('POST', '/v1/customers', { ...SHOP, ...FORM, ...headers }, 'name=Eve');
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('publishable_key_required')]);
      expect((await rig.stripe.customers.list()).data).toEqual([]);
    },
  );

  test('does nothing with a secret key in its form, nor with the emulator itself', async () => {
    expect((await ask('POST', '/v1/customers', { ...SHOP, ...FORM }, 'key=sk_test_aaaa')).status).toBe(403);
    expect((await ask('GET', '/_emulator/info', SHOP)).status).toBe(403);
  });
});

describe('what keeps working', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', 'stripe.test', 'STRIPE.test:80'])(
    'a program that calls it %s',
    async (name) => {
      const host = name.includes(':80') || name.endsWith('80') ? name : `${name}:${rig.emulator.port}`;
      expect((await ask('GET', '/_emulator/info', { host })).status).toBe(200);
      const auth = { authorization: 'Bearer sk_test_aaaa' };
      expect((await ask('GET', '/v1/customers', { host, ...auth })).status).toBe(200);
    },
  );

  test('its own page', async () => {
    const own = { origin: rig.emulator.url, 'sec-fetch-site': 'same-origin' };
    expect((await ask('GET', '/_emulator/info', own)).status).toBe(200);
    const auth = { ...own, authorization: 'Bearer sk_test_aaaa' };
    expect((await ask('POST', '/v1/customers', auth, 'name=Ada')).status).toBe(200);
  });

  test('a name that is not allowed says what to do, to the SDK too', async () => {
    const answer = await ask('GET', '/v1/customers', { host: 'stripe', authorization: 'Bearer sk_test_aaaa' });
    const { error } = JSON.parse(answer.text) as { error: { type: string; message: string } };
    expect(error.type).toBe('invalid_request_error');
    expect(error.message).toContain('--allow-host stripe');
  });
});

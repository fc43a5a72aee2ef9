import { createServer, type AddressInfo, type Server } from 'node:net';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { runCommand } from '../support/command.js';
import { START_MS, startDemo, temporaryDirectory, type Demo } from '../support/demo.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let demo: Demo | undefined;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await demo?.running.end('SIGKILL');
});
afterAll(() => directory.remove());

interface Info {
  secret_key: string;
}

/** The official SDK, pointed at the demo's emulator as its pages are. */
async function sdkOf({ emulatorUrl }: Demo): Promise<Stripe> {
  const info = (await (await fetch(`${emulatorUrl}/_emulator/info`)).json()) as Info;
  const { hostname, port } = new URL(emulatorUrl);
  return new Stripe(info.secret_key, { host: hostname, port, protocol: 'http' });
}

async function interrupted({ running }: Demo): Promise<{ code: number | NodeJS.Signals; tookMs: number }> {
  const began = performance.now();
  const code = await running.end('SIGINT');
  return { code, tookMs: performance.now() - began };
}

describe('the demo with its emulator', { timeout: 3 * START_MS }, () => {
  test('says its five addresses and answers at each', async () => {
    demo = await startDemo(directory.path);
    expect(demo.lines).toEqual([
      '  ✓ database      embedded PostgreSQL (PGlite) in .lockstep/db',
      expect.stringMatching(/^ {2}✓ emulator {6}a local Stripe, dashboard {4}http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ {2}✓ lockstep {6}webhooks, API {16}http:\/\/127\.0\.0\.1:\d+$/),
      `  ✓ sample app    sign in as ada or grace      ${demo.url}/sample`,
      `  ✓ side by side  Stripe | your database       ${demo.url}/demo`,
      '  Everything runs on this machine. Ctrl-C stops it and keeps the data. Delete .lockstep to start over.',
    ]);
    for (const address of [demo.emulatorUrl, `${demo.url}/sample`, `${demo.url}/demo`]) {
      const page = await fetch(address);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<title>');
    }
    expect((await fetch(`${demo.url}/stripe-webhooks`, { method: 'POST', body: '{}' })).status).toBe(400);
  });

  test('Ctrl-C ends it within seconds, even while a page is open', async () => {
    demo = await startDemo(directory.path);
    const page = await fetch(`${demo.url}/demo/api/stream`);
    const { code, tookMs } = await interrupted(demo);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(4_000);
    expect(demo.running.output()).toContain('Stopped. The data is kept.');
    expect(await page.text()).toContain('event: state'); // ended, not cut off
  });

  test('keeps its data and its one webhook endpoint from one start to the next, and changes still arrive', async () => {
    demo = await startDemo(directory.path);
    const before = await demo.shows(({ status }) => status.inStep, 'the first start is in step');
    const ada = before.profiles.find(({ username }) => username === 'ada');
    expect(ada).toMatchObject({
      stripe_customer_id: expect.stringMatching(/^cus_/),
      stripe_subscription_id: expect.stringMatching(/^sub_/),
    });
    expect((await interrupted(demo)).code).toBe(0);

    demo = await startDemo(directory.path);
    const after = await demo.shows(({ status }) => status.inStep, 'the second start is in step');
    expect(after.profiles).toEqual(before.profiles);
    expect(after.rows.map(({ id }) => id)).toEqual(before.rows.map(({ id }) => id));

    const stripe = await sdkOf(demo);
    const { data } = await stripe.webhookEndpoints.list({ limit: 100 });
    expect(data).toMatchObject([{ status: 'enabled', url: `${demo.url}/stripe-webhooks` }]);

    const id = ada?.stripe_customer_id ?? '';
    await stripe.customers.update(id, { name: 'Augusta Ada King' });
    await demo.shows(
      ({ rows }) => rows.some((row) => row.id === id && row.database?.['name'] === 'Augusta Ada King'),
      'the new name in the database',
    );
    // By the webhook, not by a sweep.
    const [delivery] = (await demo.deliveries()).filter(({ type }) => type === 'customer.updated');
    expect(delivery).toMatchObject({ outcome: 'delivered', attempt: 1, url: `${demo.url}/stripe-webhooks` });
  });
});

describe('a port that is taken is said in three lines', { timeout: 2 * START_MS }, () => {
  let other: Server;
  let taken: number;
  beforeAll(async () => {
    other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    taken = (other.address() as AddressInfo).port;
  });
  afterAll(() => void other.close());

  test.each([
    ["the emulator's", (port: string) => ['--port', '0', '--emulator-port', port], '--emulator-port'],
    ["the service's", (port: string) => ['--port', port, '--emulator-port', '0'], '--port'],
  ])('%s', async (_, args, option) => {
    const running = runCommand(['demo', ...args(String(taken))], { cwd: directory.path });
    expect(await running.ended).toBe(1);
    const lines = running.output().trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('  ✓'))).toEqual([
      `lockstep: Port ${taken} is in use`,
      '  code  port_taken',
      expect.stringMatching(new RegExp(`^  next  stop the program that uses it, .*${option}\\b`)),
    ]);
  });
});

describe('the demo with a test key of Stripe', { timeout: 2 * START_MS }, () => {
  let emulator: Emulator;
  let stripe: Stripe;
  let own: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeAll(async () => {
    own = await temporaryDirectory();
    emulator = await startEmulator({ port: 0 });
    stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
  });
  afterAll(async () => {
    await emulator.stop();
    await own.remove();
  });

  const environment = (): Record<string, string> => ({
    STRIPE_SECRET_KEY: emulator.secretKey,
    STRIPE_PUBLISHABLE_KEY: emulator.publishableKey,
    STRIPE_API_BASE: emulator.url, // stands for Stripe
  });

  test('reads events, mirrors what is made there, makes nothing there itself', async () => {
    demo = await startDemo(own.path, { env: environment() });
    expect(demo.emulatorUrl).toBe('');
    expect(demo.lines.slice(0, 2)).toEqual([
      "  STRIPE_SECRET_KEY is set, so the demo uses Stripe's test mode instead of the local emulator.",
      '  To stay local, unset it: env -u STRIPE_SECRET_KEY npm start',
    ]);
    expect(demo.lines).toContain('  ✓ stripe        test mode, read by polling');
    const product = await stripe.products.create({ name: 'Made at Stripe' });
    const price = await stripe.prices.create({
      product: product.id,
      unit_amount: 700,
      currency: 'usd',
      recurring: { interval: 'month' },
    });
    const customer = await stripe.customers.create({ name: 'Made at Stripe too' });
    const ids = [product.id, price.id, customer.id];
    const state = await demo.shows(
      ({ rows }) => ids.every((id) => rows.some((row) => row.id === id && row.database !== null)),
      'what was made at Stripe, in the database',
    );
    expect(state).toMatchObject({ mode: 'stripe', emulatorUrl: null, fault: null });
    expect(state.rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect((await stripe.webhookEndpoints.list()).data).toEqual([]);

    const session = await fetch(`${demo.url}/sample/api/session`);
    expect(await session.json()).toMatchObject({
      mode: 'stripe',
      stripeJsUrl: expect.stringMatching(/^https:\/\/js\.stripe\.com\//),
      publishableKey: emulator.publishableKey,
      plans: [{ price: price.id, product: 'Made at Stripe', amount: 700, currency: 'usd', interval: 'month' }],
    });
    const page = await fetch(`${demo.url}/sample`);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self' https://js.stripe.com");
    expect(await interrupted(demo)).toMatchObject({ code: 0 });
  });

  test.each([
    [
      'a live key',
      { STRIPE_SECRET_KEY: 'sk_live_1234567890', STRIPE_PUBLISHABLE_KEY: 'pk_live_1234567890' },
      'stripe_key_invalid',
    ],
    ['a key without its publishable twin', { STRIPE_SECRET_KEY: 'sk_test_1234567890' }, 'option_invalid'],
  ])('%s is refused', async (_, env, code) => {
    const running = runCommand(['demo'], { cwd: own.path, env });
    expect(await running.ended).toBe(2);
    expect(running.output().trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^lockstep: /),
      `  code  ${code}`,
      expect.stringMatching(/^ {2}next {2}\S/),
    ]);
    expect(running.output()).not.toContain('1234567890');
  });
});

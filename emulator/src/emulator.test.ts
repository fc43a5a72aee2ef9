import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LockstepError } from '../../src/kernel/error.js';
import type { Emulator } from './emulator.js';
import { startEmulator } from './emulator.js';

let directory: string;
const running: Emulator[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-emulator-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.stop()));
  await rm(directory, { recursive: true });
});

async function start(
  options: Parameters<typeof startEmulator>[0] = {},
): Promise<{ emulator: Emulator; stripe: Stripe }> {
  const emulator = await startEmulator({ port: 0, ...options });
  running.push(emulator);
  return {
    emulator,
    stripe: new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' }),
  };
}

describe('the emulator', () => {
  test('reports a port in use, with a hint', async () => {
    const { emulator } = await start();
    const error: unknown = await startEmulator({ port: emulator.port }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockstepError);
    expect(error).toMatchObject({ code: 'port_taken', hint: expect.any(String) as string });
  });

  test('may be stopped twice', async () => {
    const { emulator } = await start();
    await emulator.stop();
    await expect(emulator.stop()).resolves.toBeUndefined();
  });

  test('says what it is at /_emulator/info', async () => {
    const { emulator } = await start({ account: 'acct_mine' });
    const info: unknown = await (await fetch(`${emulator.url}/_emulator/info`)).json();
    expect(info).toEqual({
      account: 'acct_mine',
      namespace: null,
      livemode: false,
      api_version: '2026-10-28.endive',
      publishable_key: emulator.publishableKey,
      secret_key: emulator.secretKey,
      persisted: false,
    });
  });

  test('is the same account with the same keys at every start, unless a random one is asked for', async () => {
    const [first, second, ...drawn] = await Promise.all(
      [{}, {}, { account: 'random' }, { account: 'random' }].map((options) => start(options)),
    );
    const who = ({ emulator }: { emulator: Emulator }): string[] => [
      ...[emulator.account, emulator.secretKey, emulator.publishableKey],
      emulator.keepWebhookEndpoint({ url: 'http://127.0.0.1:9/hooks' }).secret,
    ];
    if (first === undefined || second === undefined) throw new Error('two were started');
    expect(who(first)).toEqual(who(second));
    expect(new Set([first, ...drawn].flatMap(who)).size).toBe(12);
    // Ids of objects are still new at each start, so an object of an earlier start is never taken for one of this start.
    const made = await Promise.all([first, second].map(({ stripe }) => stripe.customers.create()));
    expect(made[0]?.id).not.toBe(made[1]?.id);
  });

  test.each(['mine', 'acct_', 'acct_a b', 'acct_ä'])('refuses %j as an account', async (account) => {
    await expect(startEmulator({ port: 0, account })).rejects.toMatchObject({ code: 'option_invalid' });
  });

  test('names an address that can be reached, whatever it listens on', async () => {
    const { emulator } = await start({ host: '0.0.0.0' });
    expect(emulator.url).toBe(`http://127.0.0.1:${emulator.port}`);
    expect((await fetch(`${emulator.url}/_emulator/info`)).status).toBe(200);
    const { emulator: six } = await start({ host: '::1' });
    expect((await fetch(`${six.url}/_emulator/info`)).status).toBe(200);
  });

  test('serves the pages and the Stripe.js stand-in of its web directory, and nothing else', async () => {
    const web = join(directory, 'web');
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(web, 'emulator'), { recursive: true });
    await mkdir(join(web, 'stripe-js'));
    await writeFile(join(web, 'emulator/index.html'), '<p>dashboard</p>');
    await writeFile(join(web, 'stripe-js/stripe.js'), 'window.Stripe = 1');
    await writeFile(join(directory, 'secret.js'), 'secret');
    const { emulator } = await start({ webDir: web });
    expect(await (await fetch(`${emulator.url}/`)).text()).toBe('<p>dashboard</p>');
    const script = await fetch(`${emulator.url}/v3/`);
    expect([script.headers.get('content-type'), script.headers.get('access-control-allow-origin')]).toEqual([
      'text/javascript; charset=utf-8',
      '*',
    ]);
    for (const path of ['/', '/v3/', '/assets/none.js']) {
      const { headers } = await fetch(emulator.url + path);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    for (const path of ['/assets/..%2f..%2fsecret.js', '/assets/%2e%2e/%2e%2e/secret.js', '/secret.js']) {
      expect((await fetch(emulator.url + path)).status).toBe(404);
    }
  });
});

describe('its state file', () => {
  test('brings everything back: objects, deletions, order, events, the account', async () => {
    const dataFile = join(directory, 'nested', 'state.jsonl');
    const first = await start({ dataFile });
    const gone = await first.stripe.customers.create({ name: 'gone' });
    const kept = await first.stripe.customers.create({ name: 'kept' });
    await first.stripe.customers.del(gone.id);
    const events = (await first.stripe.events.list({ limit: 100 })).data.map(({ id }) => id);
    await first.emulator.stop();

    const second = await start({ dataFile });
    expect(second.emulator.account).toBe(first.emulator.account);
    expect(second.emulator.secretKey).toBe(first.emulator.secretKey);
    expect((await second.stripe.customers.list()).data.map(({ id }) => id)).toEqual([kept.id]);
    expect(await second.stripe.customers.retrieve(gone.id)).toMatchObject({ deleted: true });
    expect((await second.stripe.events.list({ limit: 100 })).data.map(({ id }) => id)).toEqual(events);
  });

  test('brings the first answers to idempotency keys back: a retry after the restart does nothing twice', async () => {
    const dataFile = join(directory, 'state.jsonl');
    const first = await start({ dataFile });
    const made = await first.stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'once' });
    first.emulator.faults.set({ break_every: 1 });
    const broken = first.stripe.customers.create({}, { idempotencyKey: 'broken', maxNetworkRetries: 0 });
    await expect(broken).rejects.toMatchObject({ statusCode: 500 });
    await first.emulator.stop();

    const { stripe } = await start({ dataFile });
    expect((await stripe.customers.create({ name: 'Once' }, { idempotencyKey: 'once' })).id).toBe(made.id);
    const again = stripe.customers.create({}, { idempotencyKey: 'broken', maxNetworkRetries: 0 });
    await expect(again).rejects.toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } });
    expect((await stripe.customers.list()).data.map(({ id }) => id)).toEqual([made.id]);
  });

  test.each([
    ['is not ours', () => '{"hello":1}\n'],
    ['is cut short', (text: string) => text.slice(0, text.length - 40)],
    ['is no JSON', () => 'nonsense'],
  ])('that %s is refused and left alone', async (_how, spoil) => {
    const dataFile = join(directory, 'state.jsonl');
    const { emulator, stripe } = await start({ dataFile });
    await stripe.customers.create();
    await emulator.stop();
    const spoiled = spoil(await readFile(dataFile, 'utf8'));
    await writeFile(dataFile, spoiled);
    const error: unknown = await startEmulator({ port: 0, dataFile }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'emulator_state_unreadable',
      hint: expect.stringContaining(dataFile) as string,
    });
    expect(await readFile(dataFile, 'utf8')).toBe(spoiled);
  });
});

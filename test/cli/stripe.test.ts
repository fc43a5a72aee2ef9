import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stripeBinary } from '../../src/cli/commands/stripe/stripe.js';
import { receiver, startRig, type Rig } from '../../emulator/test/rig.js';
import { runCommand, type Running } from '../support/command.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-stripe-'));
let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.stop();
  rmSync(cwd, { recursive: true });
});

/** With a key of somebody's own in the environment, which must not be used. */
function lockstep(args: readonly string[], env: Record<string, string> = {}): Running {
  return runCommand(args, {
    cwd,
    env: { HOME: cwd, STRIPE_API_KEY: 'sk_live_not_to_be_used', STRIPE_API_BASE: rig.emulator.url, ...env },
  });
}

describe('lockstep stripe', { timeout: 60_000 }, () => {
  test('runs the official command line against the emulator, with all of its own flags', async () => {
    const running = lockstep(['stripe', 'trigger', 'customer.created', '--override', 'customer:name=Ada']);
    expect(await running.ended, running.output()).toBe(0);
    expect((await rig.stripe.customers.list()).data).toMatchObject([{ name: 'Ada' }]);
  });

  test('finds it by the name localhost too, and passes the exit code on', async () => {
    const place = rig.emulator.url.replace('127.0.0.1', 'localhost');
    const running = lockstep(['stripe', 'get', '/v1/customers/cus_nobody'], { STRIPE_API_BASE: place });
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain('No such customer');
    expect(await lockstep(['stripe', 'no-such-command']).ended).toBe(1);
  });

  test('acts in a namespace that its address names, and hears of its events alone', async () => {
    const hook = await receiver();
    const there = { STRIPE_API_BASE: `${rig.emulator.url}/ns/ada` };
    const listening = lockstep(['stripe', 'listen', '--forward-to', hook.url], there);
    try {
      await listening.says(/webhook signing secret is whsec_/);
      await rig.stripe.customers.create({ name: 'Nobody' });
      const running = lockstep(['stripe', 'trigger', 'customer.created', '--override', 'customer:name=Grace'], there);
      expect(await running.ended, running.output()).toBe(0);
      await hook.next(({ event }) => event.type === 'customer.created');
      expect(hook.received.map(({ event }) => event.data.object)).toMatchObject([{ name: 'Grace' }]);
    } finally {
      await listening.end('SIGTERM');
      await hook.stop();
    }
  });

  test('stops what goes on until it is stopped', async () => {
    const running = lockstep(['stripe', 'listen']);
    await running.says(/webhook signing secret is whsec_/);
    expect(await running.end('SIGTERM')).not.toBe('SIGKILL');
    expect(running.output()).not.toContain('not_to_be_used');
  });

  test('shows the help of the command line itself', async () => {
    const running = lockstep(['stripe', 'trigger', '--help']);
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain('Supported events');
  });

  test('says what to do if no emulator answers', async () => {
    const running = lockstep(['stripe', 'get', '/v1/customers'], { STRIPE_API_BASE: 'http://127.0.0.1:1' });
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(
      /No emulator answers at http:\/\/127\.0\.0\.1:1.*\n {2}code {2}emulator_unreachable\n {2}next {2}start one with `lockstep emulator`/,
    );
  });

  test('never speaks to a server that is not an emulator', async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const place = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const running = lockstep(['stripe', 'get', '/v1/customers'], { STRIPE_API_BASE: place });
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain('the server there answered 200 and is not an emulator');
    expect(asked).toEqual(['/_emulator/info']);
    other.close();
  });

  test('says what to install where the command line is absent', () => {
    const absent = (): string => stripeBinary({ PATH: cwd }, []);
    expect(absent).toThrow(expect.objectContaining({ code: 'stripe_cli_missing' }));
    writeFileSync(join(cwd, 'stripe'), '', { mode: 0o755 });
    expect(absent()).toBe(join(cwd, 'stripe'));
  });
});

test('lockstep emulator --operations counts what is answered for real, as the emulator itself says', async () => {
  const { body } = await rig.call('GET', '/_emulator/operations');
  const json = lockstep(['emulator', '--operations', '--json']);
  expect(await json.ended).toBe(0);
  expect(JSON.parse(json.output())).toEqual(body);
  const plain = lockstep(['emulator', '--operations']);
  expect(await plain.ended).toBe(0);
  expect(plain.output()).toContain(`supported: ${String(body['answered'])} of the ${String(body['total'])} operations`);
  expect(plain.output()).toMatch(/\/v1\/subscriptions +10 +10/);
});

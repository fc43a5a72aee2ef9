// Never run against Stripe in CI: a second emulator stands for it here.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runScenario } from '../../emulator/src/against/against-stripe.js';
import { firstDifference } from '../../emulator/src/against/compare.js';
import { scenarios } from '../../emulator/src/against/scenario.js';
import { startRig, type Rig } from '../../emulator/test/rig.js';
import { againstStripe } from '../../src/cli/commands/emulator/against-stripe.js';
import { systemClock } from '../../src/kernel/clock.js';
import { runCommand } from '../support/command.js';

const KEY = 'sk_test_of_a_sandbox';

let stripe: Rig;
let server: Server | undefined;
beforeAll(async () => {
  stripe = await startRig({ account: 'random' });
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});
afterAll(() => stripe.stop());

async function run(apiBase: string, key: string | undefined = KEY): Promise<{ isSame: boolean; lines: string[] }> {
  const lines: string[] = [];
  return { isSame: await againstStripe({ key, apiBase, print: (line) => lines.push(line) }), lines };
}

/** Something between, which changes what an answer says. */
async function changing(from: string, to: string): Promise<string> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization = '', 'stripe-version': version = '' } = request.headers;
      const headers = {
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
        ...(version === '' ? {} : { 'stripe-version': String(version) }),
      };
      const init = { method: request.method ?? 'GET', headers };
      const body = Buffer.concat(chunks).toString();
      void fetch(stripe.emulator.url + (request.url ?? ''), body === '' ? init : { ...init, body }).then(
        async (answer) =>
          response
            .writeHead(answer.status, { 'content-type': 'application/json' })
            .end((await answer.text()).replace(from, to)),
      );
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('lockstep emulator --against-stripe', { timeout: 60_000 }, () => {
  test('finds no difference between two that are the same, and says what it compared', async () => {
    const { isSame, lines } = await run(stripe.emulator.url);
    expect(isSame, lines.join('\n')).toBe(true);
    expect(lines[0]).toBe(`Stripe    ${stripe.emulator.url}, account ${stripe.emulator.account}`);
    expect(lines.slice(2)).toEqual(
      scenarios.map(({ name, steps: { length } }) => `same      ${name} (${length} request${length === 1 ? '' : 's'})`),
    );
  });

  test('prints the first difference, and stops there', async () => {
    const { isSame, lines } = await run(await changing('"amount_refunded":500', '"amount_refunded":501'));
    expect(isSame).toBe(false);
    expect(lines.slice(-5)).toEqual([
      'DIFFERS   a payment succeeds, and is refunded in part',
      '  request 3: GET /v1/charges/${payment:latest_charge}',
      '  at body.amount_refunded',
      '    Stripe:   501',
      '    emulator: 500',
    ]);
  });

  test('tells a field that only one of them has, and an answer that only one refuses', async () => {
    const field = await run(await changing('"livemode":false', '"livemode":false,"new_field":null'));
    expect(field.lines.slice(-3)).toEqual([
      '  at body.new_field',
      '    Stripe:   null',
      '    emulator: "(no such field)"',
    ]);
  });

  test.each([
    ['sk_live_abcdefgh', 'A live key is refused'],
    ['rk_live_abcdefgh', 'A live key is refused'],
    ['pk_test_abcdefgh', 'The key is not a secret test key'],
    ['', 'There is no key of a sandbox'],
  ])('refuses the key %j, and asks nothing', async (key, message) => {
    stripe.emulator.reset();
    await expect(run(stripe.emulator.url, key)).rejects.toThrow(message);
    expect(stripe.emulator.requests()).toEqual([]);
  });

  test('says so if both refuse what the scenario is about', async () => {
    const { url, secretKey: key } = stripe.emulator;
    const side = { url, key };
    const broken = { name: 'a payment', steps: [{ name: 'payment', path: '/v1/payment_intents' }] };
    await expect(runScenario(broken, { stripe: side, emulator: side, clock: systemClock })).rejects.toThrow(
      'The scenario "a payment" does not work: POST /v1/payment_intents was answered 400',
    );
  });

  test('says so if nothing answers, or the key is unknown there', async () => {
    await expect(run('http://127.0.0.1:1')).rejects.toThrow('No answer from http://127.0.0.1:1');
    await expect(run(stripe.emulator.url, 'sk_test_x')).rejects.toThrow('Invalid API Key provided');
  });

  // The guide's 'run against'.
  test('is a flag of the command, which ends with 1 at a difference', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'lockstep-against-'));
    try {
      const env = { STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: await changing('"amount":2000', '"amount":2001') };
      const running = runCommand(['emulator', '--against-stripe'], { cwd, env });
      expect(await running.ended, running.output()).toBe(1);
      expect(running.output()).toContain('at body.amount\n');
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

describe('two answers are the same', () => {
  test('whatever is drawn at random, or is of the account', () => {
    const one = { id: 'cus_aaaaaaaaaaaaaa', created: 1_800_000_000, invoice_prefix: 'ABC', items: ['in_1aaaaaaaaaaa'] };
    const other = {
      id: 'cus_bbbbbbbbbbbbbb',
      created: 1_900_000_000,
      invoice_prefix: 'DEF',
      items: ['in_1bbbbbbbbbbb'],
    };
    expect(firstDifference(one, other)).toBeUndefined();
  });

  test('but not with an id of another type, no time, another length, or a text for a number', () => {
    const path = (one: unknown, other: unknown): string | undefined =>
      firstDifference({ at: one }, { at: other })?.path;
    expect(path('cus_aaaaaaaaaaaaaa', 'sub_aaaaaaaaaaaaaa')).toBe('at');
    expect(path(1_800_000_000, null)).toBe('at');
    expect(path([1], [1, 2])).toBe('at');
    expect(path([1, 2], [1, 3])).toBe('at.1');
    expect(path(500, '500')).toBe('at');
    expect(path({}, null)).toBe('at');
  });
});

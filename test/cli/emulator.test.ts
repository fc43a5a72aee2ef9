import { get } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { receiver } from '../../emulator/test/rig.js';
import { commandsOf } from '../guides/snippets.js';
import { runCommand, type Running } from '../support/command.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-emulator-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const ADA = { name: 'ada', path: '/v1/customers', params: { name: 'Ada' } };
const file = (name: string, content: unknown): string => {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};
const run = (...args: string[]): Running => runCommand(['emulator', '--port', '0', ...args], { cwd });

/** What the running command says of itself, and how it is asked. */
async function started(running: Running): Promise<(path: string) => Promise<Response>> {
  const [, url = ''] = await running.says(/STRIPE_API_BASE +(\S+)/);
  const [, key = ''] = await running.says(/secret key +(\S+)/);
  return (path) => fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
}
const names = async (ask: (path: string) => Promise<Response>): Promise<string[]> =>
  ((await (await ask('/v1/customers')).json()) as { data: { name: string }[] }).data.map(({ name }) => name);

describe('lockstep emulator', { timeout: 60_000 }, () => {
  test("answers in the account's default version", async () => {
    const running = run('--api-version', '2024-06-20');
    const ask = await started(running);
    expect((await ask('/v1/balance')).headers.get('stripe-version')).toBe('2024-06-20');
    await running.end();
  });

  test('makes the objects of a fixture once for a kept state, delivers their events, and spares them faults', async () => {
    const hook = await receiver();
    const args = [
      '--data',
      'state.json',
      '--fixture',
      file('seed.json', { fixtures: [ADA] }),
      '--fault',
      'error_every=1',
    ];
    const first = run(...args, '--forward-to', hook.url);
    const ask = await started(first);
    await first.says(/fixture +seed\.json\n +faults +error_every=1/);
    expect((await hook.next(() => true)).event.type).toBe('customer.created');
    expect((await ask('/v1/customers')).status).toBe(500);
    await first.end();
    await hook.stop();
    const second = run(...args.slice(0, 4));
    expect(await names(await started(second))).toEqual(['Ada']);
    await second.says(/fixture +skipped: the state file already exists/);
    await second.end();
  });

  test('has the faults of all its flags, as the guide begins it', async () => {
    file('seed.json', { fixtures: [ADA] });
    const [, , ...flags] = commandsOf('the-emulator-in-tests.md', 'run begin').trim().split(' ');
    const running = run(...flags);
    const ask = await started(running);
    expect(await names(ask)).toEqual(['Ada']);
    expect(await (await ask('/_emulator/faults')).json()).toMatchObject({
      lose_every: 3,
      latency_ms: 200,
      error_every: 0,
    });
    await running.end();
  });

  test('answers to a name that it was told, as the guide begins it for containers, and to no other', async () => {
    const [, , ...flags] = commandsOf('the-emulator-in-tests.md', 'run hosts').trim().split(' ');
    const running = run(...flags);
    const [, url = ''] = await running.says(/STRIPE_API_BASE +(\S+)/);
    const statusAt = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        get(`${url}/_emulator/info`, { headers: { host } }, (response) =>
          resolve(response.resume().statusCode ?? 0),
        ).on('error', reject);
      });
    expect(await Promise.all(['stripe:4747', 'localhost', 'elsewhere.example'].map(statusAt))).toEqual([200, 200, 403]);
    await running.end();
  });

  test('is the same account, with the same keys and webhook secret, at every start', async () => {
    const lines = async (...args: string[]): Promise<string[]> => {
      const running = run('--forward-to', 'http://127.0.0.1:9/hooks', ...args);
      await running.says(/webhook secret +whsec_/);
      await running.end();
      return running
        .output()
        .split('\n')
        .filter((line) => / key | secret /.test(line));
    };
    const [first, again, other] = await Promise.all([lines(), lines(), lines('--account', 'random')]);
    expect(first).toHaveLength(3);
    expect(again).toEqual(first);
    expect(first.filter((line) => other.includes(line))).toEqual([]);
  });

  test.each([
    [
      'a host that is none',
      ['--allow-host', 'http://stripe'],
      /'http:\/\/stripe' is invalid\. Give a host name such as stripe or stripe\.test, without scheme or port\.\n/,
    ],
    ['an account that is none', ['--account', 'mine'], /"mine" is not an account ID\n/],
    [
      'a fault that is none',
      ['--fault', 'loose_every=2'],
      /Unknown fault "loose_every"\n.*\n  next  did you mean lose_every\? the faults are lose_every, .*seed$/,
    ],
    [
      'a fault without a number',
      ['--fault', 'lose_every'],
      /--fault lose_every has no number\n.*\n  next  write name=number.*the faults are lose_every/,
    ],
    [
      'a number that is none',
      ['--fault', 'lose_every=often'],
      /lose_every must be a whole number from 0 to 1,000,000\n.*\n  next  set it to 0 to turn it off; it was "often"/,
    ],
    [
      'a number out of bounds',
      ['--fault', 'delay_ms=60001'],
      /delay_ms must be a whole number from 0 to 60,000\n.*\n  next  set it to 0 to turn it off; it was 60001/,
    ],
    [
      'a fixture that is not there',
      ['--fixture', 'none.json'],
      /lockstep: Fixture file not found: none\.json\n.*\n  next  give the path of a JSON file/,
    ],
    [
      'a fixture that is not JSON',
      ['--fixture', file('text.json', 'hello')],
      /Cannot use the fixture text\.json: it is not valid JSON: Unexpected token.*\n/,
    ],
    [
      'a fixture without steps',
      ['--fixture', file('empty.json', { steps: [] })],
      /Cannot use the fixture .*: it is not a fixture\n.*\n  next  write it as \{ "fixtures"/,
    ],
  ])('refuses %s, and says what would do', async (_what, args, message) => {
    const running = run(...args);
    expect(await running.ended).toBe(2);
    expect(running.output().trimEnd()).toMatch(message);
  });

  test('ends with what Stripe says of a step that is refused', async () => {
    const running = run('--fixture', file('refused.json', { fixtures: [ADA, { name: 'plan', path: '/v1/prices' }] }));
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(/Step 'plan' of the fixture failed: Missing required param/);
  });

  test('prints the address of its Stripe.js', async () => {
    const running = run();
    const [, url = ''] = await running.says(/Stripe\.js +(\S+)\n/);
    const script = await fetch(url);
    expect(script.headers.get('content-type')).toMatch(/javascript/);
    await running.end();
  });

  test('names all faults in its help', async () => {
    const running = run('--help');
    expect(await running.ended).toBe(0);
    expect(running.output()).toMatch(/Faults \(0 = off\):\n {2}lose_every {2}duplicate_every[\s\S]*seed\n/);
  });
});

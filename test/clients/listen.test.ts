import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receiver, startRig, type Receiver, type Rig } from '../../emulator/test/rig.js';
import { runCommand } from '../support/command.js';
import { stripeCli } from '../support/stripe-cli.js';
import { runCli, type RunningCli } from './running-cli.js';

let rig: Rig;
let hook: Receiver;
const running: RunningCli[] = [];

beforeEach(async () => {
  [rig, hook] = await Promise.all([startRig(), receiver()]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((cli) => cli.stop()));
  await Promise.all([rig.stop(), hook.stop()]);
});

async function start(...args: string[]): Promise<RunningCli> {
  const cli = await runCli(rig.emulator.url, rig.emulator.secretKey, args);
  running.push(cli);
  return cli;
}

describe('stripe listen', () => {
  test('forwards every event, signed with the secret it prints, and reports what the receiver answered', async () => {
    const cli = await start('listen', '--all-snapshot', '--forward-to', hook.url);
    const [, secret = ''] = await cli.says(/webhook signing secret is (whsec_\w+)/);
    hook.answer = () => 418;

    const product = await rig.stripe.products.create({ name: 'heard' });

    const { body, headers } = await hook.next(({ event }) => event.type === 'product.created');
    const event = await rig.stripe.webhooks.constructEventAsync(body, String(headers['stripe-signature']), secret);
    expect(event.data.object).toMatchObject({ id: product.id, name: 'heard' });
    await cli.says(/product\.created \[evt_/);
    await cli.says(/\[418\] POST/);
    await expect // the CLI says it first, and then tells the emulator
      .poll(() => rig.emulator.deliveries())
      .toMatchObject([{ type: 'product.created', status: 418, outcome: 'failed', url: hook.url }]);
  });

  test('through our command forwards every event, as the guide and its help write it', async () => {
    const command = runCommand(['stripe', 'listen', '--forward-to', hook.url], {
      cwd: tmpdir(),
      env: { STRIPE_API_BASE: rig.emulator.url },
    });
    await command.says(/Ready/);
    await rig.stripe.products.create({ name: 'heard' });
    await hook.next(({ event }) => event.type === 'product.created');
    await command.end();
  });

  test('forwards only the events that were asked for', async () => {
    const cli = await start('listen', '--events', 'product.deleted', '--forward-to', hook.url);
    await cli.says(/Ready/);
    const { id } = await rig.stripe.products.create({ name: 'unheard' });
    await rig.stripe.products.del(id);
    await hook.next(({ event }) => event.type === 'product.deleted');
    expect(hook.received.map(({ event }) => event.type)).toEqual(['product.deleted']);
  });

  test('has the same secret each time, which can be asked for beforehand', async () => {
    const asked = await stripeCli(rig.emulator.url, ['listen', '--print-secret'], {
      secretKey: rig.emulator.secretKey,
    });
    const cli = await start('listen', '--all-snapshot');
    const [, secret] = await cli.says(/webhook signing secret is (whsec_\w+)/);
    expect(asked.stdout.trim()).toBe(secret);
  });
});

test('stripe logs tail shows each answered request', async () => {
  const cli = await start('logs', 'tail');
  await cli.says(/Ready/);
  await rig.stripe.products.create({ name: 'logged' });
  await rig.stripe.products.retrieve('prod_missing').catch(() => undefined);
  const [, id] = await cli.says(/\[200\] POST \/v1\/products \[(req_\w+)\]/);
  expect(id).toMatch(/^req_/);
  await cli.says(/\[404\] GET \/v1\/products\/prod_missing/);
});

test('a socket that belongs to no session is refused', async () => {
  const socket = new WebSocket(`${rig.emulator.url.replace('http', 'ws')}/subscribe/${rig.emulator.account}`, {
    headers: { 'websocket-id': 'cliws_of_nobody' },
  });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('401');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiver, startRig, type Receiver, type Rig } from '../../emulator/test/rig.js';

/** Debian's own: packages of another Python would not be found by it, nor its packages by another one. */
const PYTHON = '/usr/bin/python3';
const installed = existsSync('/usr/lib/python3/dist-packages/stripe/__init__.py') && existsSync(PYTHON);
if (!installed) console.warn('SKIPPED: the client in Python is not tested (python3-stripe is not installed)');

let rig: Rig;
let hook: Receiver;
beforeAll(async () => {
  [rig, hook] = await Promise.all([startRig(), receiver()]);
});
afterAll(() => Promise.all([rig.stop(), hook.stop()]));

async function python(script: string, args: readonly string[], input = ''): Promise<string> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(PYTHON, ['-B', '-W', 'ignore', file, ...args], { env: {}, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(code, err).toBe(0);
  return out;
}

describe.skipIf(!installed)('Debian’s python3-stripe', () => {
  test('creates, changes, subscribes, is refused and pages as with Stripe', async () => {
    const seen = JSON.parse(await python('round_trip.py', [rig.emulator.url, rig.emulator.secretKey])) as {
      customer: { id: string; again: string };
    };
    expect(seen).toMatchObject({
      customer: { id: expect.stringMatching(/^cus_/), again: seen.customer.id },
      metadata: {},
      subscription: { status: 'active', total: 19_800 },
      ended: 'canceled',
      declined: { status: 402, code: 'card_declined' },
      missing: { status: 404, code: 'resource_missing', param: 'id' },
      coupons: [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
      events: ['customer.subscription.deleted', 'customer.subscription.created'],
    });
  });

  test('accepts the signature of a delivered webhook', async () => {
    const { secret } = rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await rig.stripe.products.create({ name: 'heard' });
    const { body, headers } = await hook.next(({ event }) => event.type === 'product.created');
    const said = await python('signature.py', [String(headers['stripe-signature']), secret], body);
    expect(said.trim()).toBe('product.created');
  });
});

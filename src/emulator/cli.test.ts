import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulator } from './emulator.js';
import { startEmulator } from './emulator.js';
import { receiver } from './testing/rig.js';

const run = promisify(execFile);
const command = join(
  dirname(createRequire(import.meta.url).resolve('@stripe/cli-linux-x64/package.json')),
  'bin/stripe',
);

let emulator: Emulator;
let stripe: Stripe;

beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
});
afterAll(async () => emulator.stop());

async function cli(...words: string[]): Promise<string> {
  const env = {
    ...process.env,
    STRIPE_API_KEY: 'sk_test_123456789012',
    STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    XDG_CONFIG_HOME: '/tmp/lockstep-stripe-cli',
  };
  const { stdout } = await run(command, [...words, '--api-base', emulator.url], { env, timeout: 60_000 });
  return stdout;
}

/** The data of the newest event of a type: null when there is none. */
async function newest(
  type: string,
): Promise<{ object: Record<string, unknown>; previous_attributes?: unknown } | null> {
  const { data } = await stripe.events.list({ type, limit: 1 });
  const data0 = data[0]?.data as unknown as
    { object: Record<string, unknown>; previous_attributes?: unknown } | undefined;
  return data0 ?? null;
}

const CLI_MADE = '(created by Stripe CLI)';

/** What the official command line's triggers leave behind: event type → what its payload says. */
const TRIGGERS: readonly [trigger: string, payload: Record<string, unknown>, previous?: unknown][] = [
  ['customer.created', { object: 'customer', description: CLI_MADE }],
  ['customer.updated', { object: 'customer', metadata: { foo: 'bar' } }, { metadata: { foo: null } }],
  ['customer.deleted', { object: 'customer', description: CLI_MADE }],
  ['product.created', { object: 'product', name: 'myproduct', description: CLI_MADE }],
  [
    'product.updated',
    { object: 'product', metadata: { foo: 'bar' } },
    expect.objectContaining({ metadata: { foo: null } }),
  ],
  ['product.deleted', { object: 'product', name: 'myproduct' }],
  ['price.created', { object: 'price', unit_amount: 1500, currency: 'usd' }],
  ['price.updated', { object: 'price', metadata: { foo: 'bar' } }, { metadata: { foo: null } }],
  ['plan.created', { object: 'plan', amount: 2000, interval: 'month' }],
  ['plan.updated', { object: 'plan', metadata: { foo: 'bar' } }, { metadata: { foo: null } }],
  ['plan.deleted', { object: 'plan', amount: 2000 }],
  ['customer.subscription.created', { object: 'subscription', status: 'active' }],
  ['customer.subscription.updated', { object: 'subscription', metadata: { foo: 'bar' } }, { metadata: { foo: null } }],
  ['customer.subscription.deleted', { object: 'subscription', status: 'canceled' }],
  ['customer.subscription.trial_will_end', { object: 'subscription', status: 'trialing' }],
  ['payment_intent.created', { object: 'payment_intent', amount: 2000, status: 'requires_payment_method' }],
  ['payment_intent.succeeded', { object: 'payment_intent', status: 'succeeded' }],
  ['payment_intent.payment_failed', { object: 'payment_intent', status: 'requires_payment_method' }],
  ['payment_intent.requires_action', { object: 'payment_intent', status: 'requires_action' }],
  ['payment_intent.canceled', { object: 'payment_intent', status: 'canceled' }],
  ['payment_intent.amount_capturable_updated', { object: 'payment_intent', status: 'requires_capture' }],
  ['payment_method.attached', { object: 'payment_method', type: 'card' }],
  ['payment_method.detached', { object: 'payment_method', customer: null }],
  ['setup_intent.created', { object: 'setup_intent' }],
  ['setup_intent.succeeded', { object: 'setup_intent', status: 'succeeded' }],
  ['setup_intent.setup_failed', { object: 'setup_intent', status: 'requires_payment_method' }],
  ['setup_intent.requires_action', { object: 'setup_intent', status: 'requires_action' }],
  ['setup_intent.canceled', { object: 'setup_intent', status: 'canceled' }],
  ['charge.succeeded', { object: 'charge', status: 'succeeded' }],
  ['charge.failed', { object: 'charge', status: 'failed' }],
  ['charge.captured', { object: 'charge', captured: true }],
  ['charge.refunded', { object: 'charge', refunded: true }],
  ['invoice.created', { object: 'invoice', status: 'draft' }],
  ['invoice.finalized', { object: 'invoice', status: 'open' }],
  ['invoice.updated', { object: 'invoice', metadata: { foo: 'bar' } }],
  ['invoice.paid', { object: 'invoice', status: 'paid', amount_paid: 2000 }],
  ['invoice.payment_succeeded', { object: 'invoice', status: 'paid', amount_paid: 2000 }],
  ['invoice.payment_failed', { object: 'invoice', status: 'open' }],
  ['invoice.payment_action_required', { object: 'invoice', status: 'open' }],
  ['invoice.voided', { object: 'invoice', status: 'void' }],
  ['coupon.created', { object: 'coupon', percent_off: 20 }],
  ['coupon.updated', { object: 'coupon', metadata: { foo: 'bar' } }],
  ['coupon.deleted', { object: 'coupon' }],
  ['charge.refund.updated', { object: 'refund', metadata: { order_id: '6735' } }],
];

describe('the official Stripe command line', () => {
  test.each(TRIGGERS)(
    'triggers %s, and the event carries what happened',
    { timeout: 60_000 },
    async (type, payload, previous) => {
      await cli('trigger', type);

      const data = await newest(type);

      expect(data).toMatchObject({ object: payload });
      if (previous !== undefined) expect(data?.previous_attributes).toEqual(previous);
    },
  );

  test('sends an event again', { timeout: 60_000 }, async () => {
    const hook = await receiver();
    const endpoint = emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await stripe.products.create({ name: 'again' });
    const { event } = await hook.next(() => true);
    await cli('events', 'resend', event.id, '--webhook-endpoint', endpoint.id);
    await hook.next(() => hook.received.length === 2);
    expect(hook.received.map((delivery) => delivery.event.id)).toEqual([event.id, event.id]);
    await hook.stop();
  });

  test('reads, changes and deletes objects', { timeout: 60_000 }, async () => {
    const made = JSON.parse(await cli('customers', 'create', '-d', 'name=Ada')) as { id: string };
    await cli('post', `/v1/customers/${made.id}`, '-d', 'metadata[k]=v');
    expect(JSON.parse(await cli('get', made.id))).toMatchObject({ name: 'Ada', metadata: { k: 'v' } });
    await cli('delete', `/v1/customers/${made.id}`, '--confirm');
    expect(await stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
  });
});

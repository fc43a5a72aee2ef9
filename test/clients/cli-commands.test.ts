import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiver, rig, type Rig } from '../../src/emulator/testing/rig.js';
import { stripeCli } from '../support/stripe-cli.js';

let it: Rig;
beforeAll(async () => {
  it = await rig();
});
afterAll(() => it.stop());

async function cli(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await stripeCli(it.emulator.url, words, { secretKey: it.emulator.secretKey });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

describe('the official command line', () => {
  test('reads, changes and deletes objects', async () => {
    const made = JSON.parse(await cli('customers', 'create', '-d', 'name=Ada')) as Stripe.Customer;
    await cli('post', `/v1/customers/${made.id}`, '-d', 'metadata[k]=v');
    expect(JSON.parse(await cli('get', made.id))).toMatchObject({ name: 'Ada', metadata: { k: 'v' } });
    await cli('delete', `/v1/customers/${made.id}`, '--confirm');
    expect(await it.stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
  });

  test('sends an event again, to the endpoint it names', async () => {
    const hook = await receiver();
    const endpoint = it.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await it.stripe.products.create({ name: 'again' });
    const { event } = await hook.next(() => true);
    await cli('events', 'resend', event.id, '--webhook-endpoint', endpoint.id);
    await hook.next(() => hook.received.length === 2);
    expect(hook.received.map((delivery) => delivery.event.id)).toEqual([event.id, event.id]);
    await hook.stop();
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiver, startRig, type Rig } from '../../emulator/test/rig.js';
import { stripeCli } from '../support/stripe-cli.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

async function cli(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await stripeCli(rig.emulator.url, words, { secretKey: rig.emulator.secretKey });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

describe('the official command line', () => {
  test('reads, changes and deletes objects', async () => {
    const made = JSON.parse(await cli('customers', 'create', '-d', 'name=Ada')) as Stripe.Customer;
    await cli('post', `/v1/customers/${made.id}`, '-d', 'metadata[k]=v');
    expect(JSON.parse(await cli('get', made.id))).toMatchObject({ name: 'Ada', metadata: { k: 'v' } });
    await cli('delete', `/v1/customers/${made.id}`, '--confirm');
    expect(await rig.stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
  });

  test('sends an event again, to the endpoint it names', async () => {
    const hook = await receiver();
    const endpoint = rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await rig.stripe.products.create({ name: 'again' });
    const { event } = await hook.next(() => true);
    await cli('events', 'resend', event.id, '--webhook-endpoint', endpoint.id);
    await hook.next(() => hook.received.length === 2);
    expect(hook.received.map((delivery) => delivery.event.id)).toEqual([event.id, event.id]);
    await hook.stop();
  });

  test('makes what a file of fixtures describes, each step with what the one before it was answered', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-fixtures-'));
    const file = join(directory, 'membership.json');
    await writeFile(file, JSON.stringify(membership));
    const said = await cli('fixtures', file, '--override', 'customer:name=Grace', '--add', 'price:nickname=Monthly');
    await rm(directory, { recursive: true });
    expect(said).toMatch(/Setting up fixture for: customer[^]*Running fixture for: subscription/);

    const { data } = await rig.stripe.customers.list({ email: 'fixture@example.com', expand: ['data.subscriptions'] });
    expect(data).toMatchObject([
      {
        name: 'Grace',
        subscriptions: {
          data: [{ status: 'trialing', items: { data: [{ price: { unit_amount: 1_200, nickname: 'Monthly' } }] } }],
        },
      },
    ]);
  });

  test('is told why a fixture was refused, and stops there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-fixtures-'));
    const file = join(directory, 'refused.json');
    const [customer, product, price, subscription] = membership.fixtures;
    const refused = { ...price, params: { ...price?.params, product: 'prod_nobody' } };
    await writeFile(file, JSON.stringify({ ...membership, fixtures: [customer, product, refused, subscription] }));
    const before = (await rig.stripe.subscriptions.list()).data.length;
    const { code, stderr } = await stripeCli(rig.emulator.url, ['fixtures', file], {
      secretKey: rig.emulator.secretKey,
    });
    await rm(directory, { recursive: true });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/No such product: 'prod_nobody'/);
    expect((await rig.stripe.subscriptions.list()).data).toHaveLength(before);
  });
});

const membership = {
  _meta: { template_version: 0 },
  fixtures: [
    { name: 'customer', path: '/v1/customers', method: 'post', params: { name: 'Ada', email: 'fixture@example.com' } },
    { name: 'product', path: '/v1/products', method: 'post', params: { name: 'Membership' } },
    {
      name: 'price',
      path: '/v1/prices',
      method: 'post',
      params: {
        ...{ product: '${product:id}', currency: 'usd', unit_amount: 1_200 },
        recurring: { interval: 'month' },
      },
    },
    {
      name: 'subscription',
      path: '/v1/subscriptions',
      method: 'post',
      params: { customer: '${customer:id}', items: [{ price: '${price:id}' }], trial_period_days: 14 },
    },
  ],
};

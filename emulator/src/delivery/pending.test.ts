import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, startRig } from '../../test/rig.js';

let rig: Rig;
let hook: Receiver;
beforeEach(async () => {
  [rig, hook] = await Promise.all([startRig({ retryDelaysMs: [60_000, 60_000] }), receiver()]);
});
afterEach(() => Promise.all([rig.stop(), hook.stop()]));

const json = { 'content-type': 'application/json' };
const SECRET = 'whsec_of_a_handler';

describe('deliverNow', () => {
  it('resolves when what is on its way has its answer', async () => {
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    await rig.stripe.customers.create();
    await rig.stripe.customers.create();
    await rig.emulator.deliverNow();
    expect(rig.emulator.deliveries()).toMatchObject([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
    expect(await rig.emulator.deliverNow()).toEqual([]);
  });

  it('makes the next try of what failed, once, without waiting for its time', async () => {
    hook.answer = () => 500;
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    await rig.stripe.customers.create();
    await rig.emulator.deliverNow();
    expect(await rig.emulator.deliverNow()).toMatchObject([{ attempt: 2, outcome: 'failed', status: 500 }]);
    hook.answer = () => 200;
    expect(await rig.emulator.deliverNow()).toMatchObject([{ attempt: 3, outcome: 'delivered' }]);
    expect(await rig.emulator.deliverNow()).toEqual([]);
    const { data } = await rig.stripe.events.list();
    expect(data.map(({ pending_webhooks: pending }) => pending)).toEqual([0]);
  });

  it('sends what a fault made late or holds back', async () => {
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    rig.emulator.faults.set({ delay_every: 1, delay_ms: 60_000 });
    await rig.stripe.customers.create();
    expect(hook.received).toEqual([]);
    expect(await rig.emulator.deliverNow()).toMatchObject([{ type: 'customer.created', outcome: 'delivered' }]);
    rig.emulator.faults.set({ delay_every: 0, reorder_every: 1 });
    await rig.stripe.customers.create();
    expect(await rig.emulator.deliverNow()).toHaveLength(1);
    expect(hook.received).toHaveLength(2);
  });

  it('waits for what a receiver causes before it answers', async () => {
    const slow = createServer((request, response) => {
      request.resume().on('end', () => {
        const causes = rig.emulator.deliveries().length === 0;
        const caused = causes ? rig.stripe.products.create({ name: 'Caused' }) : Promise.resolve();
        void caused.then(() => response.end());
      });
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    rig.emulator.createWebhookEndpoint({ url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` });
    await rig.stripe.customers.create();
    await rig.emulator.deliverNow();
    slow.close();
    expect(rig.emulator.deliveries().map(({ type, outcome }) => `${type} ${outcome}`)).toContain(
      'product.created delivered',
    );
  });

  it('is POST /_emulator/deliveries for tests in other languages', async () => {
    hook.answer = () => 500;
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    await rig.stripe.customers.create();
    await rig.emulator.deliverNow();
    const { body } = await rig.call('POST', '/_emulator/deliveries');
    expect(body['data']).toMatchObject([{ attempt: 2, status: 500 }]);
  });
});

describe('signedDelivery', () => {
  it('is what a handler’s own check accepts, without a receiver', async () => {
    const { id } = await rig.stripe.customers.create({ name: 'Ada' });
    const { body, headers, type } = rig.emulator.signedDelivery({ secret: SECRET });
    const event = rig.stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', SECRET);
    expect([type, event.type, (event.data.object as Stripe.Customer).id]).toEqual([
      'customer.created',
      'customer.created',
      id,
    ]);
    expect(rig.emulator.deliveries()).toEqual([]);
  });

  it('is the same as the delivery: its body, and a signature that its secret makes', async () => {
    const endpoint = rig.emulator.createWebhookEndpoint({ url: hook.url, api_version: '2024-06-20' });
    await rig.stripe.customers.create({ name: 'Ada' });
    const delivered = await hook.next(() => true);
    const signed = rig.emulator.signedDelivery();
    expect(JSON.parse(signed.body)).toEqual({ ...delivered.event, pending_webhooks: expect.any(Number) as number });
    expect(Object.keys(signed.headers).sort()).toEqual(
      Object.keys(delivered.headers)
        .filter((name) => name !== 'host' && name !== 'connection')
        .sort(),
    );
    rig.stripe.webhooks.constructEvent(signed.body, signed.headers['stripe-signature'] ?? '', endpoint.secret);
  });

  it('takes the newest event of a type, or the one named', async () => {
    const { stripe, emulator } = rig;
    const first = await stripe.customers.create();
    await stripe.customers.create();
    await stripe.products.create({ name: 'Tea' });
    const about = (wanted: Parameters<typeof emulator.signedDelivery>[0]): unknown =>
      (JSON.parse(emulator.signedDelivery({ secret: SECRET, ...wanted }).body) as Stripe.Event).data.object;
    expect(about({})).toMatchObject({ object: 'product' });
    expect(about({ type: 'customer.created' })).not.toMatchObject({ id: first.id });
    const { data } = await stripe.events.list({ type: 'customer.created' });
    expect(about({ event: data[1]?.id ?? '' })).toMatchObject({ id: first.id });
  });

  it('says what is missing: the event, the endpoint, or the secret', async () => {
    expect(() => rig.emulator.signedDelivery({ secret: SECRET })).toThrow('There is no event');
    await rig.stripe.customers.create();
    expect(() => rig.emulator.signedDelivery()).toThrow(
      'No endpoint wants customer.created, so there is no secret to sign with',
    );
    expect(() => rig.emulator.signedDelivery({ endpoint: 'we_1' })).toThrow('There is no endpoint we_1');
    const asked = await rig.call('POST', '/_emulator/signed_delivery', '{"secrets":"whsec_1"}', json);
    expect(asked.body.error?.['message']).toBe('Unknown field "secrets" (did you mean "secret"?)');
    const { body } = await rig.call('POST', '/_emulator/signed_delivery', `{"secret":"${SECRET}"}`, json);
    expect(body).toMatchObject({
      type: 'customer.created',
      headers: { 'stripe-signature': expect.any(String) as string },
    });
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, startRig } from '../../test/rig.js';

let rig: Rig;
let hook: Receiver;
beforeEach(async () => {
  rig = await startRig({ retryDelaysMs: [5, 5, 5] });
  hook = await receiver();
});
afterEach(async () => {
  await rig.stop();
  await hook.stop();
});

const isType = (type: string) => (delivery: { event: { type: string } }) => delivery.event.type === type;

describe('a delivery', () => {
  test('is signed so that the official SDK accepts it, and equals the event of the API', async () => {
    const { secret } = rig.emulator.createWebhookEndpoint({ url: hook.url });
    await rig.stripe.customers.create({ name: 'Ada' });
    const { body, headers } = await hook.next(isType('customer.created'));
    const event = rig.stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret);
    const { data } = await rig.stripe.events.list();
    expect({ ...event, pending_webhooks: 0 }).toEqual({ ...JSON.parse(JSON.stringify(data[0])), pending_webhooks: 0 });
    expect(event).toMatchObject({ api_version: rig.emulator.apiVersion, livemode: false, pending_webhooks: 1 });
    expect(event.request?.id).toMatch(/^req_/);
    expect(headers['user-agent']).toContain('Stripe/1.0');
  });

  test('goes only to endpoints that are enabled and want the type', async () => {
    const { id } = await rig.stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['product.created'] });
    await rig.stripe.customers.create({ name: 'unwanted' });
    await rig.stripe.products.create({ name: 'wanted' });
    await hook.next(isType('product.created'));
    await rig.stripe.webhookEndpoints.update(id, { disabled: true });
    await rig.stripe.products.create({ name: 'too late' });
    await rig.stripe.webhookEndpoints.update(id, { disabled: false });
    await rig.stripe.products.create({ name: 'again' });
    await hook.next(({ event }) => (event.data.object as { name?: string }).name === 'again');
    expect(hook.received.map(({ event }) => (event.data.object as { name?: string }).name)).toEqual([
      'wanted',
      'again',
    ]);
  });

  test.each([500, 302])('answered %i is tried again, with a new signature, until it is accepted', async (status) => {
    const { secret } = rig.emulator.createWebhookEndpoint({ url: hook.url });
    hook.answer = () => (hook.received.length < 2 ? status : 200);
    await rig.stripe.customers.create();
    const third = await hook.next(() => hook.received.length === 3);
    expect(() =>
      rig.stripe.webhooks.constructEvent(third.body, String(third.headers['stripe-signature']), secret),
    ).not.toThrow();
    expect(new Set(hook.received.map(({ event }) => event.id)).size).toBe(1);
    await settled(third.event.id, 0);
    expect(
      rig.emulator.deliveries(10, third.event.id).map(({ attempt, outcome, status: got }) => [attempt, outcome, got]),
    ).toEqual([
      [3, 'delivered', 200],
      [2, 'failed', status],
      [1, 'failed', status],
    ]);
  });

  test('that waits for a retry is dropped when its endpoint is disabled', async () => {
    rig.emulator.clock.setRate(0);
    const { id } = rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['customer.created'] });
    hook.answer = () => 500;
    await rig.stripe.customers.create();
    await expect.poll(() => rig.emulator.deliveries()[0]?.next_attempt_at).toEqual(expect.any(Number));
    await rig.stripe.webhookEndpoints.update(id, { disabled: true });
    rig.emulator.clock.advance(60_000);
    rig.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['product.created'] });
    await rig.stripe.products.create({ name: 'afterwards' });
    await hook.next(isType('product.created'));
    expect(hook.received.map(({ event }) => event.type)).toEqual(['customer.created', 'product.created']);
  });

  test('that never succeeds ends with the schedule and leaves the event pending', async () => {
    rig.emulator.createWebhookEndpoint({ url: hook.url });
    hook.answer = () => 500;
    await rig.stripe.customers.create();
    const last = await hook.next(() => hook.received.length === 4);
    await expect.poll(() => rig.emulator.deliveries(10, last.event.id)[0]?.next_attempt_at).toBeNull();
    expect((await rig.stripe.events.retrieve(last.event.id)).pending_webhooks).toBe(1);
    expect((await rig.stripe.events.list({ delivery_success: false })).data.map(({ id }) => id)).toEqual([
      last.event.id,
    ]);
  });

  test('fails if no answer comes in time', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const quick = await startRig({ retryDelaysMs: [], deliveryTimeoutMs: 20 });
    quick.emulator.createWebhookEndpoint({ url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await quick.stripe.customers.create();
    await expect
      .poll(() => quick.emulator.deliveries()[0])
      .toMatchObject({ outcome: 'failed', status: null, error: 'no answer within 20 ms' });
    await quick.stop();
    silent.closeAllConnections();
    silent.close();
  });
});

test('many deliveries that wait for a retry raise no warning about leaking listeners', async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  const waiting = await startRig({ retryDelaysMs: [3_600_000] });
  waiting.emulator.createWebhookEndpoint({ url: hook.url, enabled_events: ['customer.created'] });
  hook.answer = () => 500;
  await Promise.all(Array.from({ length: 20 }, () => waiting.stripe.customers.create()));
  await expect.poll(() => waiting.emulator.deliveries().length).toBe(20);
  await waiting.stop();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('every n-th delivery is lost without a trace when that fault is on', async () => {
  rig.emulator.createWebhookEndpoint({ url: hook.url });
  expect(
    (await rig.call('POST', '/_emulator/faults', '{"lose_every":2}', { 'content-type': 'application/json' })).body,
  ).toMatchObject({ lose_every: 2 });
  for (const name of ['1', '2', '3', '4', '5']) await rig.stripe.products.create({ name });
  await hook.next(({ event }) => (event.data.object as { name?: string }).name === '5');
  expect(hook.received.map(({ event }) => (event.data.object as { name?: string }).name)).toEqual(['1', '3', '5']);
  const { body } = await rig.call('GET', '/_emulator/deliveries?limit=10');
  expect((body.data as { outcome: string }[]).map(({ outcome }) => outcome)).toContain('dropped');
});

test('a receiver that registers again keeps its one endpoint, at its new address and enabled', async () => {
  const secret = 'whsec_of_the_receiver';
  const { id } = rig.emulator.keepWebhookEndpoint({ url: 'http://127.0.0.1:1/before', secret });
  await rig.stripe.webhookEndpoints.update(id, { disabled: true });
  rig.emulator.keepWebhookEndpoint({ url: 'http://127.0.0.1:1/other' });
  expect(rig.emulator.keepWebhookEndpoint({ url: hook.url, secret })).toEqual({ id, secret });
  expect(rig.emulator.keepWebhookEndpoint({ url: 'http://127.0.0.1:1/other' }).secret).not.toBe(secret);
  const { data } = await rig.stripe.webhookEndpoints.list();
  expect(data.map(({ url, status }) => [url, status]).sort()).toEqual(
    [
      [hook.url, 'enabled'],
      ['http://127.0.0.1:1/other', 'enabled'],
    ].sort(),
  );
  await rig.stripe.customers.create();
  await hook.next(isType('customer.created'));
});

test('an endpoint shows its secret only when it is created, and its times are whole seconds', async () => {
  const { webhookEndpoints } = rig.stripe;
  const { id, secret, created } = await webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
  expect(secret).toMatch(/^whsec_/);
  expect(await webhookEndpoints.retrieve(id)).not.toHaveProperty('secret');
  expect(await webhookEndpoints.update(id, { description: 'mine' })).not.toHaveProperty('secret');
  expect((await webhookEndpoints.list()).data.some((one) => one.secret !== undefined)).toBe(false);
  const customer = await rig.stripe.customers.create();
  const { event } = await hook.next(isType('customer.created'));
  for (const time of [created, customer.created, event.created]) expect(Number.isInteger(time)).toBe(true);
});

test.each([
  ['an address without a scheme', 'url=app.example', 'url', 'url_invalid'],
  ['an event that there is none of', 'enabled_events[1]=customer.vanished', 'enabled_events[1]', undefined],
])('an endpoint with %s is refused', async (_what, sent, param, code) => {
  const form = `url=${hook.url}&enabled_events[0]=*&${sent}`;
  const { status, body } = await rig.call('POST', '/v1/webhook_endpoints', form);
  expect([status, body.error?.param, body.error?.code]).toEqual([400, param, code]);
});

test('an event can be sent again', async () => {
  rig.emulator.createWebhookEndpoint({ url: hook.url });
  await rig.stripe.customers.create();
  const { event } = await hook.next(isType('customer.created'));
  await rig.call('POST', `/v1/events/${event.id}/retry`, '');
  await hook.next(() => hook.received.length === 2);
  expect(hook.received.map((delivery) => delivery.event.id)).toEqual([event.id, event.id]);
});

test('the live stream reports every change and every delivery', async () => {
  rig.emulator.createWebhookEndpoint({ url: hook.url });
  const response = await fetch(`${rig.emulator.url}/_emulator/stream`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { id } = await rig.stripe.customers.create();
  let text = '';
  while (!text.includes('event: delivery')) text += (await reader?.read())?.value ?? '';
  const [, change = '{}'] = /event: change\ndata: (.*)\n/.exec(text) ?? [];
  expect(JSON.parse(change)).toMatchObject({ type: 'customer.created', object: 'customer', id });
  await reader?.cancel();
});

async function settled(event: string, pending: number): Promise<void> {
  await expect.poll(async () => (await rig.stripe.events.retrieve(event)).pending_webhooks).toBe(pending);
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, refusal, startRig } from '../../test/rig.js';

let rig: Rig;
let hook: Receiver;
beforeAll(async () => {
  [rig, hook] = await Promise.all([startRig(), receiver()]);
});
afterAll(() => Promise.all([rig.stop(), hook.stop()]));

const destination = (events: string[], payload: 'snapshot' | 'thin' = 'thin') =>
  rig.stripe.v2.core.eventDestinations.create({
    name: 'hooks',
    type: 'webhook_endpoint',
    event_payload: payload,
    enabled_events: events,
    webhook_endpoint: { url: hook.url },
    include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
  });

describe('an event destination', () => {
  test('receives thin events, which lead to the object and to their snapshot', async () => {
    const { webhook_endpoint } = await destination(['v1.customer.created', 'v1.customer.updated']);
    const customer = await rig.stripe.customers.create({ name: 'Ada' });
    await rig.stripe.customers.update(customer.id, { name: 'Grace' });

    const { body, headers } = await hook.next(({ event }) => (event.type as string) === 'v1.customer.updated');
    const notification = await rig.stripe.parseEventNotificationAsync(
      body,
      String(headers['stripe-signature']),
      webhook_endpoint?.signing_secret ?? '',
    );
    expect(notification).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.customer.updated',
      livemode: false,
      related_object: { id: customer.id, type: 'customer', url: `/v1/customers/${customer.id}` },
      reason: { type: 'request' },
    });
    if (notification.type !== 'v1.customer.updated') throw new Error('another event');
    expect(await notification.fetchRelatedObject()).toMatchObject({ id: customer.id, name: 'Grace' });
    expect(await notification.fetchEvent()).toMatchObject({
      id: notification.id,
      changes: { before: { name: 'Ada' } },
    });
    const snapshot = await rig.stripe.events.retrieve(notification.snapshot_event ?? '');
    expect(snapshot).toMatchObject({ type: 'customer.updated', data: { previous_attributes: { name: 'Ada' } } });
  });

  test('may ask for snapshots, and refuses event types of the other kind', async () => {
    await destination(['product.created'], 'snapshot');
    const product = await rig.stripe.products.create({ name: 'whole' });
    const { event } = await hook.next((delivery) => delivery.event.type === 'product.created');
    expect([event.object, event.data.object]).toMatchObject(['event', { id: product.id, name: 'whole' }]);
    expect((await refusal(destination(['customer.created'], 'thin'))).statusCode).toBe(400);
  });

  test('is pinged with an event that only it receives, whatever events it asks for', async () => {
    const [one, other] = [await receiver(), await receiver()];
    const { webhook_endpoint, id } = await rig.stripe.v2.core.eventDestinations.create({
      ...{ name: 'pinged', type: 'webhook_endpoint', event_payload: 'snapshot', enabled_events: ['product.created'] },
      ...{ webhook_endpoint: { url: one.url }, include: ['webhook_endpoint.signing_secret'] },
    });
    rig.emulator.createWebhookEndpoint({ url: other.url });
    const made = await rig.stripe.v2.core.eventDestinations.ping(id);
    const { body, headers } = await one.next(() => true);
    const secret = webhook_endpoint?.signing_secret ?? '';
    const heard = await rig.stripe.parseEventNotificationAsync(body, String(headers['stripe-signature']), secret);
    if (heard.type !== 'v2.core.event_destination.ping') throw new Error('another event');
    expect([heard.id, heard.related_object.id, (await heard.fetchRelatedObject()).name]).toEqual([
      made.id,
      id,
      'pinged',
    ]);
    expect((await rig.stripe.v2.core.events.retrieve(made.id)).type).toBe('v2.core.event_destination.ping');
    const { data } = await rig.stripe.events.list({ limit: 100 });
    expect(data.filter(({ type }) => type.startsWith('v2.'))).toEqual([]);
    expect(other.received).toEqual([]);
    await rig.stripe.v2.core.eventDestinations.disable(id);
    expect((await refusal(rig.stripe.v2.core.eventDestinations.ping(id))).statusCode).toBe(400);
    await rig.stripe.v2.core.eventDestinations.del(id);
    await Promise.all([one.stop(), other.stop()]);
  });

  test('shows its secret only when asked, and can be disabled, changed and deleted', async () => {
    const { eventDestinations } = rig.stripe.v2.core;
    const { id } = await destination(['v1.coupon.created']);
    expect((await eventDestinations.retrieve(id)).webhook_endpoint).toEqual({});
    expect((await eventDestinations.disable(id)).status).toBe('disabled');
    expect((await eventDestinations.enable(id)).status).toBe('enabled');
    expect((await eventDestinations.update(id, { name: 'other' })).name).toBe('other');
    await eventDestinations.del(id);
    const left: string[] = [];
    for await (const one of eventDestinations.list({ limit: 1 })) left.push(one.id);
    expect(left).toHaveLength(2);
    expect(left).not.toContain(id);
  });
});

test('the second API’s list has the events of an object, by page', async () => {
  const { id } = await rig.stripe.customers.create();
  await rig.stripe.customers.update(id, { name: 'a' });
  await rig.stripe.customers.update(id, { name: 'b' });
  const types: string[] = [];
  for await (const event of rig.stripe.v2.core.events.list({ object_id: id, limit: 2 })) types.push(event.type);
  expect(types).toEqual(['v1.customer.updated', 'v1.customer.updated', 'v1.customer.created']);
});

test('a rolled secret signs beside the old one until the old one expires', async () => {
  const own = await receiver();
  const { id, secret } = rig.emulator.createWebhookEndpoint({ url: own.url, enabled_events: ['coupon.created'] });
  const { body: rolled } = await rig.call(
    'POST',
    `/_emulator/roll_secret/${id}`,
    JSON.stringify({ overlap_seconds: 3600 }),
  );
  await rig.stripe.coupons.create({ id: 'BOTH', percent_off: 1 });
  const both = await own.next(({ event }) => (event.data.object as { id: string }).id === 'BOTH');
  const header = String(both.headers['stripe-signature']);
  expect(header.match(/v1=/g)).toHaveLength(2);
  expect(header.match(/v0=/g)).toHaveLength(1);
  for (const one of [secret, String(rolled.secret)]) {
    expect((await rig.stripe.webhooks.constructEventAsync(both.body, header, one)).type).toBe('coupon.created');
  }
  rig.emulator.clock.advance(3_601_000);
  await rig.stripe.coupons.create({ id: 'ONE', percent_off: 1 });
  const one = await own.next(({ event }) => (event.data.object as { id: string }).id === 'ONE');
  expect(String(one.headers['stripe-signature']).match(/v1=/g)).toHaveLength(1);
  await own.stop();
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receiver, Rig } from '../../../test/rig.js';
import { receiver, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let hook: Receiver;
beforeAll(async () => {
  [rig, hook] = await Promise.all([startRig(), receiver()]);
});
afterAll(() => Promise.all([rig.stop(), hook.stop()]));

describe('a connected account', () => {
  test('has objects that nobody else sees, and sees nobody else’s', async () => {
    const { id: stripeAccount } = await rig.stripe.accounts.create({ type: 'express', email: 'shop@example.com' });
    const [theirs, ours] = await Promise.all([
      rig.stripe.customers.create({ name: 'theirs' }, { stripeAccount }),
      rig.stripe.customers.create({ name: 'ours' }),
    ]);
    expect((await rig.stripe.customers.list({}, { stripeAccount })).data.map(({ id }) => id)).toEqual([theirs.id]);
    expect((await rig.stripe.customers.list()).data.map(({ id }) => id)).not.toContain(theirs.id);
    expect((await refusal(rig.stripe.customers.retrieve(theirs.id))).code).toBe('resource_missing');
    expect((await refusal(rig.stripe.customers.retrieve(ours.id, {}, { stripeAccount }))).code).toBe(
      'resource_missing',
    );
    expect(await rig.stripe.accounts.retrieveCurrent({}, { stripeAccount })).toMatchObject({
      id: stripeAccount,
      email: 'shop@example.com',
      type: 'express',
    });
  });

  test('has events that carry its id, for the endpoints that listen to connected accounts only', async () => {
    const { id: stripeAccount } = await rig.stripe.accounts.create({ type: 'standard' });
    const own = await receiver();
    await rig.stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['product.created'], connect: true });
    await rig.stripe.webhookEndpoints.create({ url: own.url, enabled_events: ['product.created'] });
    await rig.stripe.products.create({ name: 'ours' });
    await rig.stripe.products.create({ name: 'theirs' }, { stripeAccount });

    const { event } = await hook.next(() => true);
    await own.next(() => true);
    expect(event).toMatchObject({ account: stripeAccount, data: { object: { name: 'theirs' } } });
    expect(hook.received).toHaveLength(1);
    expect(own.received.map((delivery) => (delivery.event.data.object as { name: string }).name)).toEqual(['ours']);
    expect((await rig.stripe.events.list({}, { stripeAccount })).data.map(({ id }) => id)).toEqual([event.id]);
    await own.stop();
  });

  test('sends an event when it changes, to endpoints for connected accounts', async () => {
    const { id: stripeAccount } = await rig.stripe.accounts.create({ type: 'custom' });
    const [connect, own] = [await receiver(), await receiver()];
    const enabled_events: ['account.updated'] = ['account.updated'];
    await rig.stripe.webhookEndpoints.create({ url: connect.url, enabled_events, connect: true });
    await rig.stripe.webhookEndpoints.create({ url: own.url, enabled_events });
    await rig.stripe.accounts.update(stripeAccount, { email: 'shop@example.com' });
    const { event } = await connect.next(() => true);
    expect(event).toMatchObject({
      ...{ type: 'account.updated', account: stripeAccount },
      data: { object: { id: stripeAccount, email: 'shop@example.com' }, previous_attributes: { email: null } },
    });
    expect((await rig.stripe.events.list({}, { stripeAccount })).data.map(({ id }) => id)).toEqual([event.id]);
    expect((await rig.stripe.events.list({ type: 'account.updated' })).data).toEqual([]);
    expect(own.received).toEqual([]);
    await Promise.all([connect.stop(), own.stop()]);
  });

  test('lists its external accounts, of which it has none', async () => {
    const { id } = await rig.stripe.accounts.create({ type: 'custom' });
    expect((await rig.stripe.accounts.listExternalAccounts(id, { object: 'card' })).data).toEqual([]);
    expect((await refusal(rig.stripe.accounts.retrieveExternalAccount(id, 'ba_1'))).code).toBe('resource_missing');
  });

  test('has idempotency keys of its own', async () => {
    const { id: stripeAccount } = await rig.stripe.accounts.create({ type: 'standard' });
    const idempotencyKey = 'the-same';
    const ours = await rig.stripe.customers.create({ name: 'x' }, { idempotencyKey });
    const theirs = await rig.stripe.customers.create({ name: 'x' }, { idempotencyKey, stripeAccount });
    expect(theirs.id).not.toBe(ours.id);
  });

  test('is updated and deleted, and cannot be read after that', async () => {
    const { id } = await rig.stripe.accounts.create({ type: 'custom', country: 'DE' });
    expect(await rig.stripe.accounts.update(id, { metadata: { k: 'v' } })).toMatchObject({
      country: 'DE',
      metadata: { k: 'v' },
    });
    expect((await rig.stripe.accounts.list()).data.map((row) => row.id)).toContain(id);
    await rig.stripe.accounts.del(id);
    expect((await refusal(rig.stripe.customers.list({}, { stripeAccount: id }))).code).toBe('account_invalid');
  });

  test('is kept in the state file with its objects', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-emulator-'));
    const dataFile = join(directory, 'state.jsonl');
    const first = await startRig({ dataFile });
    const { id: stripeAccount } = await first.stripe.accounts.create({ type: 'standard' });
    const { id } = await first.stripe.customers.create({ name: 'kept' }, { stripeAccount });
    await first.stop();
    const second = await startRig({ dataFile });
    expect(await second.stripe.customers.retrieve(id, {}, { stripeAccount })).toMatchObject({ name: 'kept' });
    await second.stop();
    await rm(directory, { recursive: true });
  });
});

import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
let ada: Stripe.Customer;
beforeAll(async () => {
  rig = await startRig();
  ada = await rig.stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
  await rig.stripe.products.create({ id: 'studio', name: 'The Studio' });
  for (let n = 0; n < 30; n += 1) await rig.stripe.customers.create({ name: `Crowd ${n}` });
});
afterAll(() => rig.stop());

const find = async (words: string): Promise<unknown> =>
  (await rig.call('GET', `/_emulator/find?q=${encodeURIComponent(words)}`)).body['data'];

describe('what the dashboard searches', () => {
  test('is found by id, by the beginning of an id, by name and by address, in any case', async () => {
    const found = [{ id: ada.id, object: 'customer', title: 'Ada Lovelace' }];
    expect(await find(ada.id)).toEqual(found);
    expect(await find(ada.id.slice(0, -2))).toEqual(found);
    expect(await find('lovelace')).toEqual(found);
    expect(await find('ADA@')).toEqual(found);
    expect(await find('studio')).toEqual([{ id: 'studio', object: 'product', title: 'The Studio' }]);
  });

  test('is found by the beginning of its id even if it has no name', async () => {
    const { id } = await rig.stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id });
    expect(await find(id.slice(0, -2))).toEqual([{ id, object: 'payment_method', title: id }]);
  });

  test('is at most twenty objects, and none for an empty search', async () => {
    expect(await find('crowd')).toHaveLength(20);
    expect(await find('  ')).toEqual([]);
    expect(await find('nobody of that name')).toEqual([]);
  });

  test('is shown whole by its id alone, whatever it is, without what the API hides', async () => {
    const { id } = rig.emulator.createWebhookEndpoint({ url: 'http://127.0.0.1:1/' });
    const { body } = await rig.call('GET', `/_emulator/objects/${id}`);
    expect(body).toMatchObject({ id, object: 'webhook_endpoint' });
    expect(body).not.toHaveProperty('hidden');
    expect((await rig.call('GET', '/_emulator/objects/cus_nobody')).status).toBe(404);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('a subscription grants the features of its product until it ends, and each change makes one event', async () => {
  const { stripe } = rig;
  const feature = await stripe.entitlements.features.create({ lookup_key: 'api-access', name: 'API access' });
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  await stripe.products.createFeature(price.product as string, { entitlement_feature: feature.id });
  const customer = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const held = async () =>
    (await stripe.entitlements.activeEntitlements.list({ customer: customer.id })).data.map((row) => row.lookup_key);
  const summaries = async () =>
    (await stripe.events.list({ type: 'entitlements.active_entitlement_summary.updated' })).data;

  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  expect(await held()).toEqual(['api-access']);
  expect(await summaries()).toMatchObject([
    {
      data: {
        object: { customer: customer.id, entitlements: { data: [{ feature: feature.id, lookup_key: 'api-access' }] } },
        previous_attributes: { entitlements: { data: [] } },
      },
    },
  ]);

  await stripe.subscriptions.update(id, { metadata: { nothing: 'else' } });
  expect(await summaries()).toHaveLength(1);
  await stripe.subscriptions.cancel(id);
  expect(await held()).toEqual([]);
  expect((await summaries())[0]?.data.object).toMatchObject({ entitlements: { data: [] } });
});

test('a lookup key that another feature has is refused', async () => {
  await rig.stripe.entitlements.features.create({ lookup_key: 'once', name: 'a' });
  expect((await refusal(rig.stripe.entitlements.features.create({ lookup_key: 'once', name: 'b' }))).param).toBe(
    'lookup_key',
  );
});

test('the features of a product can be added, listed, retrieved and removed', async () => {
  const { entitlements, products } = rig.stripe;
  const feature = await entitlements.features.create({ lookup_key: 'export', name: 'Export' });
  const { id } = await products.create({ name: 'With features', marketing_features: [{ name: 'fast' }] });
  const given = await products.createFeature(id, { entitlement_feature: feature.id });
  expect(given).toMatchObject({ object: 'product_feature', entitlement_feature: { lookup_key: 'export' } });
  expect((await products.listFeatures(id)).data).toEqual([await products.retrieveFeature(id, given.id)]);
  const none = products.createFeature(id, { entitlement_feature: 'feat_none' });
  expect(await refusal(none)).toMatchObject({ code: 'resource_missing', param: 'entitlement_feature' });
  expect(await products.deleteFeature(id, given.id)).toMatchObject({ id: given.id, deleted: true });
  expect((await products.listFeatures(id)).data).toEqual([]);
});

test('a feature is renamed, archived, and found by its key or as archived', async () => {
  const { features } = rig.stripe.entitlements;
  const { id } = await features.create({ lookup_key: 'old', name: 'Old' });
  expect(await features.update(id, { active: false, name: 'Older' })).toMatchObject({ active: false, name: 'Older' });
  expect((await features.list({ archived: true })).data.map((one) => one.id)).toEqual([id]);
  expect((await features.list({ lookup_key: 'old' })).data.map((one) => one.id)).toEqual([id]);
});

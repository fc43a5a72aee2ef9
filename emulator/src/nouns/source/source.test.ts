import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('a card is announced once, whichever call it came by', async () => {
  const { id: made } = await rig.stripe.customers.create({ source: 'tok_visa' });
  const { id: changed } = await rig.stripe.customers.create();
  await rig.stripe.customers.update(changed, { source: 'tok_visa' });
  const { id: given } = await rig.stripe.customers.create();
  await rig.stripe.customers.createSource(given, { source: 'tok_visa' });
  const { data } = await rig.stripe.events.list({ type: 'customer.source.created' });
  const owners = data.map(({ data: { object } }) => (object as unknown as { customer: string }).customer);
  expect(owners.sort()).toEqual([made, changed, given].sort());
});

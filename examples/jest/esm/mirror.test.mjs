import { startTestLockstep } from 'lockstep/testing';

let kit;
beforeAll(async () => {
  kit = await startTestLockstep();
}, 60_000);
afterAll(() => kit.stop());

test('a customer made at Stripe is a row', async () => {
  const { id } = await kit.stripe.customers.create({ name: 'Ada' });
  await kit.settled();
  expect(await kit.lockstep.query('select id from stripe.customers')).toEqual([{ id }]);
});

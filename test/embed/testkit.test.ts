import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestLockstep, type TestLockstep } from '../../src/testkit/index.js';

const DAY_MS = 24 * 60 * 60_000;
const welcomed: string[] = [];

let kit: TestLockstep;
beforeAll(async () => {
  kit = await startTestLockstep({
    insertUsers: [
      { username: 'ada', firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' },
      { username: 'bob' },
    ],
    sql: 'create table members (subscription text primary key, status text not null)',
    hooks: (hooks) => {
      hooks.onChange('subscription', async ({ key, after, tx }) => {
        await tx.query(
          'insert into members values ($1, $2) on conflict (subscription) do update set status = excluded.status',
          [...[key.id, after?.status ?? 'gone']],
        );
      });
      hooks.after('customer', ({ before, after }) => void (before ?? welcomed.push(String(after?.name))));
    },
  });
});
afterAll(() => kit.stop());

test('one call gives users, tables of the app, its hooks, and a Stripe whose clock the test moves', async () => {
  const { lockstep, stripe } = kit;
  const { id: customer } = await lockstep.customers.ensure({ username: 'ada' });
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: 'Ada Lovelace', email: 'ada@example.com' });
  const price = await stripe.prices.create({
    ...{ currency: 'usd', unit_amount: 900, recurring: { interval: 'month' }, product_data: { name: 'Team' } },
  });
  const ask = { user: { username: 'ada' }, price: price.id, trialDays: 7, withoutCard: 'cancel' as const };
  const { id } = await lockstep.subscriptions.create(ask);
  await kit.settled();
  expect(welcomed).toContain('Ada Lovelace');
  const status = async () => (await lockstep.query('select status from members where subscription = $1', [id]))[0];
  expect(await status()).toEqual({ status: 'trialing' });
  const access = await lockstep.for({ username: 'ada' });
  await kit.advance(6 * DAY_MS);
  expect([await access.isSubscribed(), await status()]).toEqual([true, { status: 'trialing' }]);
  await kit.advance(2 * DAY_MS);
  expect([await access.isSubscribed(), await status()]).toEqual([false, { status: 'canceled' }]);
});

test('a misspelled option is refused, and what was stopped says so', async () => {
  await expect(startTestLockstep({ insertUser: [] } as never)).rejects.toMatchObject({
    ...{ code: 'option_unknown', hint: expect.stringContaining('insertUsers') },
  });
  await kit.stop();
  await kit.stop();
  await expect(kit.lockstep.status()).rejects.toMatchObject({ code: 'stopped' });
});

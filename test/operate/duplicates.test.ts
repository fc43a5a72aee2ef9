import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/engine/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createReports } from '../../src/operate/reports.js';
import type { Database } from '../../src/store/database.js';
import { databases, openTestDatabase } from '../support/world.js';

const source = { account: 'acct_1', livemode: false };

describe.each(databases)('duplicates on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  const report = () => createReports({ database, config: resolveOptions({}), clock: systemClock }).duplicates();
  const add = (table: string, id: string, data: object, deleted = false) =>
    database.query({
      text: `insert into stripe.${table} (account, livemode, id, data, deleted, as_of)
             values ('acct_1', false, $1, $2::jsonb, $3, now())`,
      values: [id, JSON.stringify({ id, ...data }), deleted],
    });
  const link = (user: string, customer: string) =>
    database.query({
      text: `insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id)
             values ('acct_1', false, $1, $1, '{}', now(), $2)`,
      values: [user, customer],
    });

  test('an empty mirror has none, and without any link it is not said who has no user', async () => {
    expect(await report()).toMatchObject({ sameEmail: [], sameUser: [], severalLive: [], unlinked: null });
  });

  test('customers of one email address are found without regard to case, and deleted ones are not', async () => {
    await add('customers', 'cus_1', { email: 'Ada@Example.com' });
    await add('customers', 'cus_2', { email: 'ada@example.com' });
    await add('customers', 'cus_3', { email: 'ada@example.com' }, true);
    await add('customers', 'cus_4', { email: 'grace@example.com' });
    await add('subscriptions', 'sub_1', { customer: 'cus_2', status: 'active' });
    expect((await report()).sameEmail).toEqual([
      {
        ...source,
        what: 'a…@example.com',
        customers: [
          { id: 'cus_1', live: 0 },
          { id: 'cus_2', live: 1 },
        ],
      },
    ]);
  });

  test('several live subscriptions are found by user over all customers, and ended ones do not count', async () => {
    await add('subscriptions', 'sub_ended', { customer: 'cus_2', status: 'canceled' });
    expect((await report()).severalLive).toEqual([]);
    await link('7', 'cus_2');
    await database.query({
      text: `insert into lockstep.past_links values ('acct_1', false, '7', 'cus_1', now())`,
      values: [],
    });
    await add('subscriptions', 'sub_2', { customer: 'cus_1', status: 'past_due' });
    const { severalLive, sameUser } = await report();
    expect(severalLive).toEqual([
      {
        ...source,
        user: '7',
        subscriptions: [
          { id: 'sub_1', customer: 'cus_2', status: 'active' },
          { id: 'sub_2', customer: 'cus_1', status: 'past_due' },
        ],
      },
    ]);
    expect(sameUser).toMatchObject([{ what: '7', customers: [{ id: 'cus_1' }, { id: 'cus_2' }] }]);
  });

  test('a customer who pays and is linked to no user is found', async () => {
    await add('subscriptions', 'sub_3', { customer: 'cus_4', status: 'trialing' });
    expect((await report()).unlinked).toEqual([{ ...source, customer: 'cus_4', live: 1 }]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, startWorld, type World } from '../support/world.js';

describe.each(databases)('on %s', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind });
  });
  afterAll(() => world.stop());

  test('a customer made at Stripe is a proven row, and its deletion a tombstone', async () => {
    const { stripe, database } = world;
    const { id } = await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
    const row = await eventually(
      async () =>
        (await database.query(sql`select * from stripe.customers where id = ${id} and proven_at is not null`))[0],
      'the customer is proven',
    );
    expect(row).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      deleted: false,
      livemode: false,
      account: world.emulator.account,
    });
    await stripe.customers.del(id);
    const gone = await eventually(
      async () => (await database.query(sql`select * from stripe.customers where id = ${id} and deleted`))[0],
      'the customer is a tombstone',
    );
    expect(gone).toMatchObject({ data: { id, object: 'customer', deleted: true }, name: null });
    await world.rest();
  });
});

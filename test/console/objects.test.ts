import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { name, sql } from '../../src/store/sql.js';
import { eventually } from '../support/eventually.js';
import { databases, startWorld, type World } from '../support/world.js';
import { consoleRig, type Browser } from './client.js';

describe.each(databases)('an object in the console on %s', (kind) => {
  let world: World;
  let ada: Browser;
  beforeAll(async () => {
    world = await startWorld({ kind });
    const rig = consoleRig(world.engine);
    ada = await rig.signIn(await rig.token('ada', 'act'));
  });
  afterAll(() => world.stop());

  /** Waits until the row of an object that was just made is proven. */
  const settled = async (table: string, id: string): Promise<void> => {
    const isProven = async () =>
      (
        await world.database.query(
          sql`select 1 from ${name('stripe', table)} where id = ${id} and proven_at is not null`,
        )
      ).length > 0;
    await eventually(isProven, `${id} is proven`);
    await world.rest();
  };
  const queryOf = (type: string, id: string) =>
    `?${new URLSearchParams({ account: world.engine.source.account, livemode: 'false', type, id }).toString()}`;
  const compare = async (type: string, id: string) => (await ada.get(`/object/compare${queryOf(type, id)}`)).body;
  const differing = (body: Record<string, unknown>) =>
    (body['fields'] as { verdict: string }[]).filter(({ verdict }) => verdict === 'differs');

  test('is equal on both sides, and what an edit in SQL changed is marked, and repaired by a proof', async () => {
    const customer = await world.stripe.customers.create({ name: 'Ada', balance: 500 });
    await settled('customers', customer.id);
    expect(await compare('customer', customer.id)).toMatchObject({ differ: 0, isAtStripe: true, isMarked: false });
    await world.database.query(sql`
      update stripe.customers set data = jsonb_set(data, '{balance}', '7'::jsonb) where id = ${customer.id}`);
    const edited = await compare('customer', customer.id);
    expect(edited).toMatchObject({ differ: 1, isAtStripe: true });
    expect(differing(edited)).toEqual([{ path: 'balance', ours: 7, stripe: 500, verdict: 'differs' }]);
    const key = { ...world.engine.source, type: 'customer', id: customer.id };
    expect((await ada.post('/object/prove', key)).body).toEqual({ proven: true });
    expect(await compare('customer', customer.id)).toMatchObject({ differ: 0 });
  });

  test('hides names and addresses, also where they differ, until somebody asks for them', async () => {
    const customer = await world.stripe.customers.create({ name: 'Grace Hopper', email: 'grace@example.com' });
    await settled('customers', customer.id);
    await world.database.query(sql`
      update stripe.customers set data = jsonb_set(data, '{name}', '"Grace Murray"'::jsonb) where id = ${customer.id}`);
    const hidden = await compare('customer', customer.id);
    expect(JSON.stringify(hidden)).not.toMatch(/Grace|example\.com/);
    expect(differing(hidden)).toEqual([{ path: 'name', ours: '(hidden)', stripe: '(hidden)', verdict: 'differs' }]);
    const key = { ...world.engine.source, type: 'customer', id: customer.id };
    const { body } = await ada.post('/object/reveal', { ...key, note: 'support case' });
    expect(differing(body)).toEqual([
      { path: 'name', ours: 'Grace Murray', stripe: 'Grace Hopper', verdict: 'differs' },
    ]);
    const entries = await world.database.query(sql`select who, note from lockstep.audit where target = ${customer.id}`);
    expect(entries).toEqual([{ who: 'ada', note: 'support case' }]);
  });

  test('that is missing on one side says so', async () => {
    const product = await world.stripe.products.create({ name: 'Lamp' });
    await settled('products', product.id);
    await world.database.query(sql`delete from stripe.products where id = ${product.id}`);
    expect(await compare('product', product.id)).toMatchObject({ row: null, isAtStripe: true });
    expect(await compare('product', 'prod_none')).toMatchObject({ row: null, isAtStripe: false, differ: 0 });
    expect((await ada.get('/object?id=prod_none')).body['guesses']).toMatchObject([{ type: 'product' }]);
  });

  test('shows the row while Stripe does not answer, and says why the other side is not known', async () => {
    const product = await world.stripe.products.create({ name: 'Chair' });
    await settled('products', product.id);
    world.emulator.faults.set({ error_every: 1 });
    const answer = await compare('product', product.id);
    world.emulator.faults.set({ error_every: 0 });
    expect(answer).toMatchObject({ isAtStripe: null, readAt: null, differ: 0, notRead: expect.any(String) });
    expect((answer['fields'] as object[]).every((field) => !('stripe' in field))).toBe(true);
  });

  test('of two operators who prove it at once, both get the proof, and both are in the audit', async () => {
    const product = await world.stripe.products.create({ name: 'Table' });
    await settled('products', product.id);
    const key = { ...world.engine.source, type: 'product', id: product.id };
    const answers = await Promise.all([ada.post('/object/prove', key), ada.post('/object/prove', key)]);
    expect(answers.map(({ body }) => body)).toEqual([{ proven: true }, { proven: true }]);
    expect(await world.database.query(sql`select 1 from lockstep.audit where target = ${product.id}`)).toHaveLength(2);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogOf } from '../../src/catalog/catalog.js';
import { onlySwept } from '../../src/catalog/only-swept.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import type { Json } from '../support/scripted-stripe.js';

let core: Core;
beforeAll(async () => {
  core = await startCore({ kind: 'PostgreSQL', options: { sweepEveryMs: 7 * 86_400_000 } });
  const { stripe } = core;
  stripe.put('/v1/accounts/acct_sub', { id: 'acct_sub', object: 'account', metadata: {} });
  for (const id of ['cus_a', 'cus_b']) stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
  listed('/v1/customers/cus_a/sources', card('card_a', { customer: 'cus_a' }));
  listed('/v1/customers/cus_b/sources', card('card_b', { customer: 'cus_b' }));
  stripe.fail(ACCOUNTS_CARDS, 400, Infinity);
  await core.engine.operations.backfill({ types: ['account', 'customer', 'card'] });
});
afterAll(() => core.stop());

const ACCOUNTS_CARDS = '/v1/accounts/acct_sub/external_accounts';
const card = (id: string, more: Json): Json => ({ id, object: 'card', last4: '4242', metadata: {}, ...more });
function listed(path: string, ...data: Json[]): void {
  core.stripe.put(path, { object: 'list', url: path, data, has_more: false });
  for (const one of data) core.stripe.put(`${path}/${String(one['id'])}`, one);
}
const verify = (...types: string[]) => core.engine.operations.verify({ types, repair: false, graceMs: 0 });
const sweepCards = () => core.engine.sweep(['card']);
const lastNote = async () =>
  (
    await core.database.query<{ note: string | null }>(
      sql`select note from lockstep.sweeps where type = 'card' order by started_at desc limit 1`,
    )
  )[0]?.note;

test('a backfill reads what is below the other parents', async () => {
  expect(await core.row('cards', 'card_a')).toMatchObject({ deleted: false });
  expect(await core.row('cards', 'card_b')).toMatchObject({ deleted: false });
});

test('one parent that Stripe refuses to list is named, and the type is proven by the others', async () => {
  expect(await verify('card')).toMatchObject({
    outcome: 'in_step',
    types: [
      {
        ...{ rows: 2, missing: 0, extra: 0, notChecked: [], note: null, provenAt: expect.any(Date) },
        notApplicable: [{ type: 'account', id: 'acct_sub', reason: expect.stringContaining('Stripe returned 400') }],
      },
    ],
  });
  await sweepCards();
  expect(await lastNote()).toBeNull();
});

test('what this Stripe does not have at all is asked for once', async () => {
  core.stripe.fail(ACCOUNTS_CARDS, 501, Infinity);
  const before = core.stripe.reads.length;
  const [{ notApplicable: [parent] = [] } = {}] = (await verify('card')).types;
  expect(parent?.reason).not.toContain('again');
  expect(core.stripe.reads.slice(before).filter((path) => path === ACCOUNTS_CARDS)).toHaveLength(1);
});

test('where the mirror has objects below it, they are not called extra, and the parent is not checked', async () => {
  core.stripe.fail(ACCOUNTS_CARDS, 400, 0);
  listed(ACCOUNTS_CARDS, card('card_sub', { account: 'acct_sub' }));
  await core.engine.operations.verify({ types: ['card'], repair: true, graceMs: 0 });
  expect(await verify('card')).toMatchObject({ outcome: 'in_step', types: [{ rows: 3 }] });
  core.stripe.fail(ACCOUNTS_CARDS, 400, Infinity);
  expect(await verify('card')).toMatchObject({
    outcome: 'unproven',
    types: [
      { rows: 2, extra: 0, provenAt: null, notApplicable: [], notChecked: [{ type: 'account', id: 'acct_sub' }] },
    ],
  });
  await sweepCards();
  expect(await lastNote()).toBe('parents_refused');
  expect(await core.database.query(sql`select id from lockstep.dirty`)).toEqual([]);
  core.stripe.fail(ACCOUNTS_CARDS, 400, 0);
});

test('a parent that Stripe fails to answer for is not checked, and drift below the others is found', async () => {
  core.stripe.fail('/v1/customers/cus_a/sources', 503, 4);
  listed('/v1/customers/cus_b/sources', card('card_b', { customer: 'cus_b', last4: '0000' }));
  expect(await verify('card')).toMatchObject({
    outcome: 'drift',
    types: [
      {
        ...{ extra: 0, different: 1 },
        objects: [{ id: 'card_b', how: 'different', fields: [{ path: 'last4', ours: '4242', stripe: '0000' }] }],
        notChecked: [{ type: 'customer', id: 'cus_a', reason: expect.stringContaining('Run it again') }],
      },
    ],
  });
});

test('a type of which nothing at all can be listed is not checked', async () => {
  core.stripe.fail(ACCOUNTS_CARDS, 403, Infinity);
  for (const id of ['cus_a', 'cus_b']) core.stripe.fail(`/v1/customers/${id}/sources`, 403, 1);
  expect(await verify('card')).toMatchObject({ outcome: 'unproven', types: [{ rows: 0, note: 'no_permission' }] });
  core.stripe.fail(ACCOUNTS_CARDS, 403, 0);
});

test('a list that repeats itself ends, and proves nothing', async () => {
  const path = '/v1/customers/cus_b/sources';
  core.stripe.put(path, { object: 'list', url: path, data: [card('card_b', { customer: 'cus_b' })], has_more: true });
  expect(await verify('card')).toMatchObject({
    outcome: 'unproven',
    types: [
      { provenAt: null, notChecked: [{ type: 'customer', id: 'cus_b', reason: expect.stringContaining('repeats') }] },
    ],
  });
  listed(path, card('card_b', { customer: 'cus_b' }));
});

test('a list whose pages lead back to each other ends, and proves nothing', async () => {
  const path = '/v1/customers/cus_b/sources';
  const page = (id: string, more: boolean): Json => {
    const data = [{ ...card(id, { customer: 'cus_b' }), livemode: false }];
    return { object: 'list', url: path, data, has_more: more };
  };
  for (const id of ['card_b', 'card_c', 'card_b']) core.stripe.hold(path).release(page(id, true));
  core.stripe.put(path, page('card_c', false));
  expect(await verify('card')).toMatchObject({
    outcome: 'unproven',
    types: [
      { provenAt: null, notChecked: [{ type: 'customer', id: 'cus_b', reason: expect.stringContaining('repeats') }] },
    ],
  });
  listed(path, card('card_b', { customer: 'cus_b' }));
});

test('one request that fails is asked again, of a list and of an object', async () => {
  core.stripe.put('/v1/customers/cus_a', customer('cus_a', { name: 'changed' }));
  core.stripe.fail('/v1/customers', 500, 1);
  core.stripe.fail('/v1/customers/cus_a', 500, 1);
  expect(await verify('customer')).toMatchObject({
    outcome: 'drift',
    types: [{ rows: 2, different: 1, notChecked: [], note: null }],
  });
});

test('what no event is about is left to the next sweep, and is not drift', async () => {
  const type = 'shipping_rate';
  expect([onlySwept[type].reason, catalogOf(type)?.events]).toEqual([expect.any(String), []]);
  core.stripe.put('/v1/shipping_rates/shr_1', { id: 'shr_1', object: type, created: 1_790_000_000 });
  const began = Date.now();
  const { outcome, types } = await verify(type);
  expect(outcome).toBe('in_step');
  expect(types).toMatchObject([
    { missing: 0, onlySwept: 1, provenAt: null, note: null, objects: [{ id: 'shr_1', onlySwept: expect.any(String) }] },
  ]);
  expect(types[0]?.nextSweepAt?.getTime()).toBeGreaterThanOrEqual(began);
});

test('an object whose change is known waits, and is not drift', async () => {
  core.stripe.put('/v1/products/prod_1', { id: 'prod_1', object: 'product', name: 'one', created: 1_790_000_000 });
  core.stripe.fail('/v1/products/prod_1', 503, Infinity);
  const event = eventOf('product.created', { id: 'prod_1', object: 'product' }, { version: '2020-08-27' });
  await core.deliver(event);
  expect(await verify('product')).toMatchObject({
    outcome: 'in_step',
    types: [{ missing: 0, waiting: 1, note: null }],
  });
  core.stripe.fail('/v1/products/prod_1', 503, 0);
  await eventually(async () => (await verify('product')).types[0]?.waiting === 0, 'it is read', 30_000);
});

test('twenty objects of a type are named, and all are counted', async () => {
  for (let n = 0; n < 25; n += 1) core.stripe.put(`/v1/coupons/c_${n}`, { id: `c_${n}`, object: 'coupon' });
  const { types } = await verify('coupon');
  expect([types[0]?.missing, types[0]?.objects.length]).toEqual([25, 20]);
});

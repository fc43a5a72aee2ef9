import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf } from '../../src/catalog/catalog.js';
import { REFUSALS_KEPT } from '../../src/engine/refusals.js';
import { createState } from '../../src/engine/state.js';
import { accept } from '../../src/inbox/accept.js';
import { arrivalOf, type Arrival } from '../../src/inbox/arrival.js';
import { assignSource } from '../../src/inbox/assign-source.js';
import { keyText, type ObjectKey } from '../../src/kernel/source.js';
import { createEvidenceReader } from '../../src/listing/drift/evidence.js';
import type { VerifiedType } from '../../src/listing/verified-type.js';
import { readDriftCauses } from '../../src/operate/read-drift.js';
import { readRefused } from '../../src/operate/refused.js';
import { createReports } from '../../src/operate/reports.js';
import { resolveOptions } from '../../src/engine/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import { name, sql, trusted } from '../../src/store/sql.js';
import { customer, eventOf, signed, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const DAY_MS = 24 * 60 * 60_000;
const TYPES = ['customer', 'subscription', 'product', 'coupon', 'price', 'plan', 'promotion_code', 'quote'];

/** A lost event, a waiting one, an edited row and so on are made for real, and verify and a sweep name the cause. */
describe.each(databases)('the cause of drift on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind, options: { connect: true } });
    for (const id of ['cus_same', 'cus_edited', 'cus_removed', 'cus_revived', 'cus_lost', 'cus_old'])
      core.stripe.put(`/v1/customers/${id}`, customer(id));
    for (const id of ['prod_old', 'prod_late']) core.stripe.put(`/v1/products/${id}`, object('product', id));
    core.stripe.put('/v1/coupons/hid_1', object('coupon', 'hid_1'));
    core.stripe.put('/v1/promotion_codes/promo_old', object('promotion_code', 'promo_old'));
    core.stripe.put('/v1/subscriptions/sub_1', subscription('sub_1', 2));
    for (const index of [0, 1]) {
      const item = subscriptionItem('sub_1', index);
      core.stripe.put(`/v1/subscription_items/${String(item['id'])}`, item);
    }
    await core.engine.operations.backfill({ types: TYPES });
  });
  afterAll(() => core.stop());

  const object = (type: string, id: string, more: Json = {}): Json => ({ id, object: type, metadata: {}, ...more });
  const pathOf = (type: string, id: string): string => `/v1/${String(catalogOf(type)?.table)}/${id}`;
  const change = (type: string, id: string, more: Json = { name: 'changed' }): void =>
    core.stripe.put(pathOf(type, id), type === 'customer' ? customer(id, more) : object(type, id, more));
  const hintAt = (type: string, id: string, more: Parameters<typeof eventOf>[2] = {}) =>
    core.deliver(eventOf(`${type}.updated`, object(type, id), { version: '2020-08-27', ...more }));
  const run = (text: string) => core.database.query(trusted(text));
  const verify = async (type: string, repair = false): Promise<VerifiedType> => {
    const { types } = await core.engine.operations.verify({ types: [type], repair, graceMs: 0 });
    return types.find(({ account }) => account === core.engine.source.account) as VerifiedType;
  };
  /** What verify says of one object: that it differs, or that it is excused. */
  const verified = async (type: string, id: string) => {
    const { objects, excused, causes } = await verify(type);
    const { how, cause, causeDetail } = [...objects, ...excused].find((one) => one.id === id) ?? {};
    expect(cause === undefined ? 0 : causes[cause]).toBeGreaterThan(0);
    return { how, cause, causeDetail };
  };
  interface Noted {
    by: string;
    how: string;
    cause: string;
    detail: string | null;
    isOpen: boolean;
    repairedBy: string | null;
  }
  const noted = (id: string): Promise<Noted[]> =>
    core.database.query<Noted>(sql`
      select found_by as by, how, cause, detail, repaired_at is null as "isOpen", repaired_by as "repairedBy"
      from lockstep.drift where id = ${id} order by number`);
  /** What a sweep notes about one object. */
  const swept = async (type: string, id: string): Promise<Noted | undefined> => {
    await run('delete from lockstep.drift');
    await core.engine.sweep([type]);
    return (await noted(id))[0];
  };
  const isEqual = async (type: string): Promise<void> => {
    await core.rest();
    const { missing, extra, different } = await verify(type);
    expect({ missing, extra, different }).toEqual({ missing: 0, extra: 0, different: 0 });
  };

  test('a delivery was lost: no event came; the proof closes what the sweep found', async () => {
    change('customer', 'cus_lost');
    core.stripe.put('/v1/customers/cus_new', customer('cus_new', { created: Math.floor(Date.now() / 1_000) }));
    const expected = { cause: 'not_received', causeDetail: null };
    expect(await verified('customer', 'cus_lost')).toEqual({ how: 'different', ...expected });
    expect(await verified('customer', 'cus_new')).toEqual({ how: 'missing', ...expected });
    expect(await noted('cus_lost')).toMatchObject([{ by: 'verify', cause: 'not_received', isOpen: true }]);
    expect(await swept('customer', 'cus_lost')).toMatchObject({ by: 'sweep', how: 'different', cause: 'not_received' });
    expect(await noted('cus_new')).toMatchObject([{ how: 'missing', cause: 'not_received' }]);
    await isEqual('customer');
    expect(await noted('cus_lost')).toMatchObject([{ isOpen: false, repairedBy: 'proof', cause: 'not_received' }]);
  });

  test('an object that is deleted at Stripe, and nothing came', async () => {
    core.stripe.remove('/v1/customers/cus_new');
    const expected = { how: 'extra', cause: 'not_received' };
    expect(await verified('customer', 'cus_new')).toMatchObject(expected);
    expect(await swept('customer', 'cus_new')).toMatchObject(expected);
    await isEqual('customer');
    expect(await noted('cus_new')).toMatchObject([{ ...expected, isOpen: false }]);
  });

  test('its event came and waits: named, and no drift', async () => {
    await core.engine.operations.holds.pause({ by: 'the test' });
    change('customer', 'cus_same', { name: 'waits' });
    await hintAt('customer', 'cus_same');
    const expected = { how: 'different', cause: 'waiting', causeDetail: null };
    expect(await verified('customer', 'cus_same')).toEqual(expected);
    expect(await verify('customer')).toMatchObject({ different: 0, waiting: 1 });
    expect(await swept('customer', 'cus_same'), 'it has hardly waited').toBeUndefined();
    await run(`update lockstep.dirty set hinted_at = hinted_at - interval '1 minute'`);
    expect(await swept('customer', 'cus_same')).toMatchObject({ how: 'different', cause: 'waiting', isOpen: true });
    await core.engine.operations.holds.resume({});
    await isEqual('customer');
    expect(await noted('cus_same')).toMatchObject([{ cause: 'waiting', isOpen: false }]);
  });

  test('its event came and failed: a dead letter, with the reason', async () => {
    change('customer', 'cus_same', { name: 'fails' });
    core.stripe.fail('/v1/customers/cus_same', 403, Infinity);
    await hintAt('customer', 'cus_same');
    await eventually(
      async () => (await run('select 1 from lockstep.dirty where dead_since is not null')).length === 1,
      'it is a dead letter',
    );
    const found = await verified('customer', 'cus_same');
    expect(found).toEqual({ how: 'different', cause: 'failed', causeDetail: expect.any(String) });
    expect(await swept('customer', 'cus_same')).toMatchObject({ cause: 'failed', detail: found.causeDetail });
    core.stripe.fail('/v1/customers/cus_same', 403, 0);
    await isEqual('customer');
  });

  test('its event was ignored: it was of an account that was not mirrored then', async () => {
    const [account, id] = ['acct_later', 'cus_ignored'];
    core.stripe.put(`/v1/customers/${id}`, customer(id), account);
    await core.deliver(eventOf('account.updated', { id: account, object: 'account' }, { account }));
    await core.engine.operations.backfill({ types: ['customer'] });
    await core.rest();
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'changed' }), account);
    // A process that does not mirror the account takes its event.
    const event = eventOf('customer.updated', customer(id), { id: 'evt_ignored', account });
    const home = { ...core.engine.source, connect: false };
    const arrival = arrivalOf(JSON.stringify(event), (about) => assignSource([home], home, about), 'webhook');
    expect(arrival).toMatchObject({ quarantine: 'account' });
    const state = createState(core.database, 'stripe');
    await core.database.transaction((tx) => accept(tx, state, [arrival as Arrival], new Date()));
    const of = async () => {
      const { types } = await core.engine.operations.verify({ types: ['customer'], repair: false, graceMs: 0 });
      return types.find((one) => one.account === account)?.objects;
    };
    const detail = 'ignored (account): evt_ignored';
    expect(await of()).toMatchObject([{ id, how: 'different', cause: 'refused', causeDetail: detail }]);
    expect(await swept('customer', id)).toMatchObject({ how: 'different', cause: 'refused', detail });
    await core.rest();
  });

  test('a delivery about it was refused, and what is kept of refused deliveries is bounded', async () => {
    change('customer', 'cus_lost', { name: 'refused', email: 'ada@example.com' });
    const event = eventOf('customer.updated', customer('cus_lost', { email: 'ada@example.com' }), { id: 'evt_lost' });
    const { body, signature } = signed(event, 'whsec_of_somebody_else');
    const deliver = async (text: Buffer, header?: string) => core.engine.webhook?.deliver(text, header);
    await expect(deliver(body, signature)).rejects.toThrow('signature');
    await expect(deliver(Buffer.from('{}'))).rejects.toThrow('signature');
    await core.engine.status(); // writes what was noted
    const expected = { how: 'different', cause: 'refused' };
    const detail = 'refused (wrong_signature)';
    expect(await verified('customer', 'cus_lost')).toEqual({ ...expected, causeDetail: detail });
    expect(await swept('customer', 'cus_lost')).toMatchObject({ ...expected, detail });
    await isEqual('customer');
    change('customer', 'cus_lost', { name: 'lost after that' });
    await run(`update lockstep.refusals set at = at - interval '10 s'`);
    expect(await verified('customer', 'cus_lost')).toMatchObject({ cause: 'not_received' });
    await core.engine.sweep(['customer']);
    await isEqual('customer');

    const { reasons } = await readRefused(core.database);
    expect(reasons.map(({ reason, count, lastEvent }) => ({ reason, count, lastEvent }))).toEqual([
      { reason: 'no_signature', count: 1, lastEvent: null },
      { reason: 'wrong_signature', count: 1, lastEvent: 'evt_lost' },
    ]);
    const reports = createReports({ database: core.database, config: resolveOptions({}), clock: systemClock });
    expect((await reports.explain('cus_lost')).refusals).toMatchObject([
      { reason: 'wrong_signature', event: 'evt_lost' },
    ]);
    const kept = () => core.database.query<{ row: string }>(sql`select f::text as row from lockstep.refusals f`);
    expect(JSON.stringify(await kept())).not.toContain('example.com');
    for (let round = 0; round < 11; round += 1) {
      for (let n = 0; n < 150; n += 1) await deliver(Buffer.from('{}')).catch(() => {});
      await core.engine.status();
    }
    expect(await kept()).toHaveLength(REFUSALS_KEPT);
  });

  test('a row was edited in SQL', async () => {
    await run(`update stripe.customers set data = jsonb_set(data, '{name}', '"edited"') where id = 'cus_edited'`);
    const expected = { how: 'different', cause: 'edited' };
    expect(await verified('customer', 'cus_edited')).toMatchObject(expected);
    expect(await swept('customer', 'cus_edited')).toMatchObject(expected);
    await isEqual('customer');
    expect(await noted('cus_edited')).toMatchObject([{ ...expected, isOpen: false }]);
  });

  test('a row was removed in SQL, after an event about it had led to a proof', async () => {
    await hintAt('customer', 'cus_removed');
    await core.rest();
    await run(`delete from stripe.customers where id = 'cus_removed'`);
    const expected = { how: 'missing', cause: 'edited' };
    expect(await verified('customer', 'cus_removed')).toMatchObject(expected);
    expect(await swept('customer', 'cus_removed')).toMatchObject(expected);
    await isEqual('customer');
  });

  test('a tombstone was undone in SQL', async () => {
    core.stripe.remove('/v1/customers/cus_revived');
    await core.engine.sweep(['customer']);
    await isEqual('customer');
    await run(`update stripe.customers set deleted = false where id = 'cus_revived'`);
    const expected = { how: 'extra', cause: 'edited' };
    expect(await verified('customer', 'cus_revived')).toMatchObject(expected);
    expect(await swept('customer', 'cus_revived')).toMatchObject(expected);
    await isEqual('customer');
  });

  test.each([
    [
      'edited',
      `update stripe.subscription_items set data = jsonb_set(data, '{quantity}', '9') where id = 'si_sub_1_1'`,
    ],
    ['removed', `delete from stripe.subscription_items where id = 'si_sub_1_1'`],
  ])('the row of a part was %s in SQL', async (_, statement) => {
    await run(statement);
    const expected = { how: 'different', cause: 'edited' };
    expect(await verified('subscription', 'sub_1')).toMatchObject(expected);
    expect(await swept('subscription', 'sub_1')).toMatchObject(expected);
    await isEqual('subscription');
  });

  test('an object was removed in SQL, and its parts were not', async () => {
    core.stripe.remove('/v1/subscriptions/sub_1');
    await run(`delete from stripe.subscriptions where id = 'sub_1'`);
    const expected = { how: 'extra', cause: 'edited' };
    expect(await verified('subscription', 'sub_1')).toMatchObject(expected);
    expect(await swept('subscription', 'sub_1')).toMatchObject(expected);
    await isEqual('subscription');
  });

  test('without its digest, nobody says that a row was edited', async () => {
    await run(
      `update stripe.customers set digest = null, data = jsonb_set(data, '{name}', '"x"') where id = 'cus_edited'`,
    );
    expect(await verified('customer', 'cus_edited')).toMatchObject({ cause: 'not_received' });
    await core.engine.sweep(['customer']);
    await isEqual('customer');
    // As a version without digests writes beside this one: the digest is of an earlier proof.
    await run(`
      update stripe.customers set data = jsonb_set(data, '{name}', '"x"'), proven_at = proven_at + interval '1 s'
      where id = 'cus_edited'`);
    expect(await verified('customer', 'cus_edited')).toMatchObject({ cause: 'not_received' });
    await core.engine.sweep(['customer']);
    await core.rest();
  });

  test('Stripe sends no event about it', async () => {
    await core.engine.operations.backfill({ types: ['shipping_rate'] });
    core.stripe.put('/v1/shipping_rates/shr_1', object('shipping_rate', 'shr_1'));
    const expected = { how: 'missing', cause: 'only_swept' };
    expect(await verified('shipping_rate', 'shr_1')).toMatchObject(expected);
    expect(await verify('shipping_rate')).toMatchObject({ missing: 0, onlySwept: 1 });
    expect(await swept('shipping_rate', 'shr_1')).toMatchObject({ ...expected, detail: expect.any(String) });
    await core.rest();
  });

  test('Stripe has it and does not list it: no drift, and a sweep learns it from the proof', async () => {
    core.stripe.put('/v1/coupons', { object: 'list', url: '/v1/coupons', data: [], has_more: false });
    expect(await verify('coupon')).toMatchObject({
      extra: 0,
      causes: { hidden: 1 },
      excused: [{ id: 'hid_1', how: 'extra', cause: 'hidden' }],
    });
    expect(await swept('coupon', 'hid_1')).toMatchObject({ how: 'extra' });
    await core.rest();
    await verify('plan');
    expect(await noted('hid_1')).toMatchObject([{ cause: 'hidden', isOpen: false }]);
  });

  test('its row is older than the inbox, or its row is of before the account was known: not known', async () => {
    await run(`update stripe.products set as_of = as_of - interval '60 days' where id = 'prod_old'`);
    change('product', 'prod_old');
    expect(await verified('product', 'prod_old')).toMatchObject({ how: 'different', cause: 'unknown' });
    expect(await swept('product', 'prod_old')).toMatchObject({ how: 'different', cause: 'unknown' });
    await core.rest();
    core.stripe.put('/v1/prices/price_old', object('price', 'price_old', { created: 1_790_000_000 }));
    expect(await verified('price', 'price_old')).toMatchObject({ how: 'missing', cause: 'unknown' });
    expect(await swept('price', 'price_old')).toMatchObject({ how: 'missing', cause: 'unknown' });
    await core.rest();
  });

  test('its row was read in an earlier version of the API: not known, whatever the inbox has', async () => {
    await run(`
      insert into lockstep.mirror (api_version, digest, made_at)
      select 'an earlier one', '', min(made_at) - interval '1 day' from lockstep.mirror`);
    change('promotion_code', 'promo_old', { code: 'NEW' });
    expect(await verified('promotion_code', 'promo_old')).toMatchObject({ cause: 'not_received' });
    await run(`
      update stripe.promotion_codes set as_of = (select max(made_at) from lockstep.mirror) - interval '1 s'
      where id = 'promo_old'`);
    const detail = 'its row is of an earlier API version';
    expect(await verified('promotion_code', 'promo_old')).toMatchObject({ cause: 'unknown', causeDetail: detail });
    await core.engine.sweep(['promotion_code']);
    await core.rest();
    await run(`delete from lockstep.mirror where api_version = 'an earlier one'`);
  });

  test('an event that comes after the sweep had only been on its way', async () => {
    change('product', 'prod_late');
    await core.engine.operations.holds.pause({ by: 'the test' });
    expect(await swept('product', 'prod_late')).toMatchObject({ cause: 'not_received' });
    await hintAt('product', 'prod_late', { created: Math.floor(Date.now() / 1_000) - 2 });
    await core.engine.operations.holds.resume({});
    await isEqual('product');
    expect(await noted('prod_late')).toMatchObject([{ cause: 'waiting', isOpen: false }]);
  });

  test('verify --repair notes what it repaired, with the cause', async () => {
    await run('delete from lockstep.drift');
    change('customer', 'cus_lost', { name: 'once more' });
    await run(`update stripe.customers set data = jsonb_set(data, '{name}', '"edited"') where id = 'cus_edited'`);
    expect(await verify('customer', true)).toMatchObject({
      repaired: 2,
      causes: { not_received: 1, edited: 1 },
      objects: expect.arrayContaining([expect.objectContaining({ id: 'cus_edited', cause: 'edited' })]),
    });
    const repaired = { by: 'verify', isOpen: false, repairedBy: 'verify' };
    expect(await noted('cus_lost')).toMatchObject([{ ...repaired, cause: 'not_received' }]);
    expect(await noted('cus_edited')).toMatchObject([{ ...repaired, cause: 'edited' }]);
  });

  test('the reports show it: status by type, explain by object, and counts for metrics', async () => {
    const reports = createReports({
      database: core.database,
      config: resolveOptions({ sweepTypes: ['customer'] }),
      clock: systemClock,
    });
    const { sources } = await reports.status();
    const { account } = core.engine.source;
    const customers = sources.find((one) => one.account === account)?.types.find(({ type }) => type === 'customer');
    expect(customers?.drift.causes).toEqual([
      { cause: 'edited', found: 1, open: 0 },
      { cause: 'not_received', found: 1, open: 0 },
    ]);
    const { drift } = await reports.explain('cus_edited');
    expect(drift).toMatchObject([
      { by: 'verify', how: 'different', cause: 'edited', foundAt: expect.any(Date), repairedBy: 'verify' },
    ]);
    expect(await readDriftCauses(core.database)).toEqual([
      { account, livemode: false, type: 'customer', cause: 'edited', found: 1, open: 0 },
      { account, livemode: false, type: 'customer', cause: 'not_received', found: 1, open: 0 },
    ]);
  });

  test('what is found again is the same drift, until it is repaired, or a comparison does not find it', async () => {
    await run('delete from lockstep.drift');
    change('customer', 'cus_lost', { name: 'thrice' });
    await verify('customer');
    await verify('customer');
    expect(await noted('cus_lost')).toMatchObject([{ isOpen: true }]);
    change('customer', 'cus_lost', { name: 'once more' }); // as the mirror has it
    await verify('customer');
    expect(await noted('cus_lost')).toMatchObject([{ isOpen: false, repairedBy: null }]);
  });

  test('what a first listing finds is no drift', async () => {
    core.stripe.put('/v1/topups/tu_1', object('topup', 'tu_1'));
    expect(await swept('topup', 'tu_1')).toBeUndefined();
    core.stripe.put('/v1/topups/tu_2', object('topup', 'tu_2'));
    expect(await swept('topup', 'tu_2')).toMatchObject({ how: 'missing' });
    await core.rest();
  });

  test('what is over is kept for 45 days', async () => {
    await run('delete from lockstep.drift');
    const drift = (id: string, foundDays: number, endDays: number | null) => sql`
      insert into lockstep.drift (account, livemode, type, id, found_at, seen_at, found_by, how, cause, repaired_at)
      values ('acct_1', false, 'customer', ${id}, ${daysAgo(foundDays)}, ${daysAgo(foundDays)}, 'sweep', 'extra', 'edited',
        ${endDays === null ? null : daysAgo(endDays)}::timestamptz)`;
    for (const [id, found, end] of [
      ['old', 46, 46],
      ['open', 46, null],
      ['long', 60, 44],
      ['young', 44, null],
    ] as const)
      await core.database.query(drift(id, found, end));
    await core.engine.catchUp({ forMs: 30_000 });
    expect(await core.database.query(sql`select id from lockstep.drift order by id`)).toEqual([
      { id: 'long' },
      { id: 'young' },
    ]);
  });
  const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

  test('each way to write a proof writes its digest, and a shown snapshot has none', async () => {
    const key = (type: string, id: string): ObjectKey => ({ ...core.engine.source, type, id });
    const rowOf = async (type: string, id: string) => {
      const found = await createEvidenceReader('stripe').ofObjects(core.database, [key(type, id)]);
      return found.get(keyText(key(type, id)))?.row;
    };
    const digests = async (table: string, where: string) =>
      core.database.query<{ has: boolean }>(
        sql`select distinct digest is not null as has from ${name('stripe', table)} where ${trusted(where)}`,
      );
    expect(await rowOf('plan', 'none')).toBe('absent');
    core.stripe.put('/v1/plans/plan_1', object('plan', 'plan_1'));
    await core.engine.operations.backfill({ types: ['plan'] }); // inserted by a listing
    expect(await rowOf('plan', 'plan_1')).toBe('as_proven');
    core.stripe.put('/v1/subscriptions/sub_2', subscription('sub_2', 2));
    for (const index of [0, 1])
      core.stripe.put(`/v1/subscription_items/si_sub_2_${index}`, subscriptionItem('sub_2', index));
    await core.deliver(eventOf('customer.subscription.created', subscription('sub_2', 2), { version: 'old' }));
    await core.rest(); // inserted by a proof, with its parts
    expect(await rowOf('subscription', 'sub_2')).toBe('as_proven');
    expect(await digests('subscription_items', `owner = 'sub_2'`)).toEqual([{ has: true }]);

    core.stripe.remove('/v1/subscriptions/sub_2'); // before the event: its read finds nothing, however early it comes
    const held = core.stripe.hold('/v1/subscriptions/sub_2');
    const ended = { ...subscription('sub_2', 2), status: 'canceled' };
    const created = Math.floor(Date.now() / 1_000) + 5;
    await core.deliver(eventOf('customer.subscription.updated', ended, { created, previous: { status: 'active' } }));
    expect(await core.row('subscriptions', 'sub_2')).toMatchObject({ status: 'canceled', proven_at: null });
    expect(await rowOf('subscription', 'sub_2')).toBe('undigested');
    expect(await digests('subscriptions', `id = 'sub_2'`)).toEqual([{ has: false }]);
    await held.arrived;
    held.release();
    await core.rest(); // a tombstone, and those of its parts
    await eventually(async () => (await core.row('subscriptions', 'sub_2'))?.['deleted'] === true, 'it is gone');
    expect(await rowOf('subscription', 'sub_2')).toBe('as_proven');
    expect(await digests('subscription_items', `owner = 'sub_2' and deleted`)).toEqual([{ has: true }]);
    const [edited] = await core.database.query<{ edited: number }>(sql`
      select count(*)::integer as edited from stripe.subscription_items where owner = 'sub_2' and digest is null`);
    expect(edited).toEqual({ edited: 0 });
  });
});

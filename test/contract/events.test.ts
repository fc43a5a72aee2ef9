import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf, events, isReadable, objects, ownedObjects } from '../../src/catalog/catalog.js';
import { arrivalOf } from '../../src/inbox/arrival.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const VERSION = '2020-08-27';

let drawn = 0;
/** A thin event as an event destination delivers it. */
function thin(type: string, related: Json | null, more: Json = {}): Json {
  drawn += 1;
  return {
    id: `evt_thin_${process.pid}_${drawn}`,
    object: 'v2.core.event',
    type,
    created: new Date().toISOString(),
    livemode: false,
    related_object: related,
    ...more,
  };
}

describe.each(databases)('what an event leads to on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());
  const readsOf = (path: string) => core.stripe.reads.filter((read) => read === path).length;

  test('a thin event is a hint at the object it names', async () => {
    core.stripe.put('/v1/customers/cus_thin', customer('cus_thin', { name: 'Thin' }));
    const related = { id: 'cus_thin', type: 'customer', url: '/v1/customers/cus_thin' };
    expect(await core.deliver(thin('v1.customer.updated', related))).toBe('stored');
    await core.rest();
    expect(await core.row('customers', 'cus_thin')).toMatchObject({ name: 'Thin', proven_at: expect.any(Date) });
  });

  test.each(['snapshot first', 'thin first'])('the twins of one change cost one read (%s)', async (order) => {
    const id = `cus_twin_${order.length}`;
    const path = `/v1/customers/${id}`;
    core.stripe.put(path, customer(id, { name: 'Twin' }));
    const snapshot = eventOf('customer.updated', customer(id), { version: VERSION });
    const twin = thin('v1.customer.updated', { id, type: 'customer', url: path }, { snapshot_event: snapshot['id'] });
    for (const event of order === 'thin first' ? [twin, snapshot] : [snapshot, twin]) {
      expect(await core.deliver(event)).toBe('stored');
      await core.rest();
    }
    expect(readsOf(path)).toBe(1);
    expect(await core.row('customers', id)).toMatchObject({ name: 'Twin' });
  });

  const LOST = 'v2.core.health.event_generation_failure.resolved';
  const lost = (id: string, impact: Json): Json =>
    thin(LOST, null, {
      id,
      data: { alert_id: 'halert_1', summary: 'We have failed to create a notification.', impact },
    });

  test('of an event that Stripe could not generate the object is asked for, which the delivery does not name, and proven', async () => {
    const id = 'evt_lost_invoice';
    core.stripe.put('/v1/invoices/in_lost', {
      id: 'in_lost',
      object: 'invoice',
      status: 'paid',
      lines: { object: 'list', data: [], has_more: false, url: '' },
    });
    const related = { id: 'in_lost', type: 'invoice', url: 'https://dashboard.stripe.com/invoices/in_lost' };
    core.stripe.put(`/v2/core/events/${id}`, lost(id, { event_type: 'invoice.paid', related_object: related }));
    core.stripe.fail(`/v2/core/events/${id}`, 500, 1);
    const notification = thin(LOST, null, { id });
    await expect(core.deliver(notification)).rejects.toMatchObject({ code: 'stripe_unreachable' });
    expect(await core.database.query(sql`select 1 from lockstep.inbox where id = ${id}`)).toEqual([]); // it comes again
    expect(await core.deliver(notification)).toBe('stored');
    await core.rest();
    expect(await core.row('invoices', 'in_lost')).toMatchObject({ status: 'paid', proven_at: expect.any(Date) });
    expect(await core.engine.operations.replay({ event: id })).toEqual({ events: 1, hinted: 1 });
    await core.rest();
  });

  test('where Stripe does not say which object such an event was about, that is said aloud', async () => {
    expect(await core.deliver(thin(LOST, null, { id: 'evt_lost_unnamed' }))).toBe('stored');
    expect(core.logged).toContainEqual(
      expect.objectContaining({ event: 'webhook.lost_event', id: 'evt_lost_unnamed' }),
    );
  });

  test('a thin event about nothing that is mirrored is stored and acknowledged', async () => {
    expect(await core.deliver(thin('v2.core.event_destination.ping', null))).toBe('stored');
    expect(await core.deliver(thin('v9.future.thing', { id: 'x_1', type: 'future.thing', url: null }))).toBe('stored');
    await core.rest();
  });

  test("a card's thin event is read below its customer", async () => {
    const path = '/v1/customers/cus_card/sources/card_1';
    core.stripe.put(path, { id: 'card_1', object: 'card', customer: 'cus_card', last4: '4242' });
    await core.deliver(thin('v1.customer.source.updated', { id: 'card_1', type: 'card', url: path }));
    await core.rest();
    expect(await core.row('cards', 'card_1')).toMatchObject({ last4: '4242' });
  });

  test('a discount, which cannot be read, leads to its customer and subscription, and is kept as it was reported', async () => {
    core.stripe.put('/v1/customers/cus_discounted', customer('cus_discounted', { name: 'with a discount' }));
    core.stripe.put('/v1/subscriptions/sub_discounted', subscription('sub_discounted', 1));
    const discount = {
      id: 'di_1',
      object: 'discount',
      customer: 'cus_discounted',
      subscription: 'sub_discounted',
      start: 1,
    };
    await core.deliver(eventOf('customer.discount.created', discount));
    await core.rest();
    expect(await core.row('customers', 'cus_discounted')).toMatchObject({ name: 'with a discount' });
    expect(await core.row('subscriptions', 'sub_discounted')).toMatchObject({ proven_at: expect.any(Date) });
    expect(await core.row('discounts', 'di_1')).toMatchObject({ proven_at: null, deleted: false });
    await core.deliver(eventOf('customer.discount.deleted', discount));
    await core.deliver(eventOf('customer.discount.updated', discount));
    await core.rest();
    expect(await core.row('discounts', 'di_1')).toMatchObject({ deleted: true });
  });

  test('what only a snapshot reports is not lost where its thin twin, which carries nothing, came first', async () => {
    core.stripe.put('/v1/customers/cus_behind', customer('cus_behind', { name: 'discounted' }));
    const discount = { id: 'di_behind', object: 'discount', customer: 'cus_behind', start: 1 };
    const snapshot = eventOf('customer.discount.created', discount);
    const related = { id: 'di_behind', type: 'discount', url: '/v1/discounts/di_behind' };
    await core.deliver(thin('v1.customer.discount.created', related, { snapshot_event: snapshot['id'] }));
    await core.deliver(snapshot);
    await core.rest();
    expect(await core.row('discounts', 'di_behind')).toMatchObject({ deleted: false, customer: 'cus_behind' });
    expect(await core.row('customers', 'cus_behind')).toMatchObject({ name: 'discounted' });
  });

  test('of two reports in one second about what cannot be read, the same one stands whichever came first', async () => {
    const created = Math.floor(Date.now() / 1_000);
    const report = (id: string, reason: string) =>
      eventOf('reserve.hold.updated', { id, object: 'reserve.hold', reason, amount: 1 }, { created });
    for (const [id, reasons] of [
      ['rhold_ab', ['a', 'b']],
      ['rhold_ba', ['b', 'a']],
    ] as const) {
      for (const reason of reasons) await core.deliver(report(id, reason));
    }
    const rows = [await core.row('reserve_holds', 'rhold_ab'), await core.row('reserve_holds', 'rhold_ba')];
    expect(rows[0]?.['reason']).toBe(rows[1]?.['reason']);
  });

  test("a customer's entitlements are read whole, beyond ten, and replaced as a set", async () => {
    const active = (n: number) => ({
      id: `ent_${n}`,
      object: 'entitlements.active_entitlement',
      feature: `feat_${n}`,
      livemode: false,
      lookup_key: `key_${n}`,
    });
    const summary = { object: 'entitlements.active_entitlement_summary', customer: 'cus_entitled', livemode: false };
    const list = (entitlements: Json[]) => ({
      object: 'list',
      data: entitlements,
      has_more: false,
      url: '/v1/entitlements/active_entitlements',
    });
    const event = () =>
      eventOf('entitlements.active_entitlement_summary.updated', {
        ...summary,
        entitlements: { object: 'list', data: [active(0)], has_more: true, url: '' },
      });
    const standing = () =>
      core.database.query(sql`
        select 1 from stripe.entitlements_active_entitlements where owner = 'cus_entitled' and not deleted`);
    core.stripe.put('/v1/entitlements/active_entitlements', list(Array.from({ length: 14 }, (_, n) => active(n))));
    await core.deliver(event());
    await core.rest();
    expect(await standing()).toHaveLength(14);
    core.stripe.put('/v1/entitlements/active_entitlements', list([active(3)]));
    await core.deliver(event());
    await core.rest();
    expect(await standing()).toHaveLength(1);
  });

  test.each([
    ['checkout.session', 'line_items', '/v1/checkout/sessions', 'checkout_line_items', 'item'],
    ['credit_note', 'lines', '/v1/credit_notes', 'credit_note_line_items', 'credit_note_line_item'],
    ['invoice', 'lines', '/v1/invoices', 'invoice_line_items', 'line_item'],
    ['quote', 'line_items', '/v1/quotes', 'checkout_line_items', 'item'],
  ])(
    'the %s has all of its %s, beyond ten; one that is gone becomes a tombstone',
    async (object, field, at, table, member) => {
      const id = `id_of_${object.replace('.', '_')}`;
      const path = `${at}/${id}`;
      const members = (count: number) =>
        Array.from({ length: count }, (_, n) => ({ id: `${id}_${n}`, object: member, amount: n }));
      const put = async (count: number): Promise<void> => {
        const inside = {
          object: 'list',
          data: members(count).slice(0, 10),
          has_more: count > 10,
          url: `${path}/${field}`,
        };
        core.stripe.put(path, { id, object, livemode: false, [field]: inside });
        core.stripe.put(`${path}/${field}`, { ...inside, data: members(count), has_more: false });
        await core.deliver(eventOf(`${object}.updated`, { id, object }, { version: VERSION }));
        await core.rest();
      };
      const standing = () =>
        core.database.query<{ deleted: boolean; count: number }>({
          text: `select deleted, count(*) as count from stripe.${table} where owner = $1 group by deleted order by deleted`,
          values: [id],
        });
      await put(14);
      expect(await standing()).toEqual([{ deleted: false, count: 14 }]);
      await put(3);
      expect(await standing()).toEqual([
        { deleted: false, count: 3 },
        { deleted: true, count: 11 },
      ]);
    },
  );

  test("an account's external accounts have a life of their own: the account hints at each, beyond ten", async () => {
    const external = (n: number) => ({
      id: `ba_${n}`,
      object: 'bank_account',
      account: 'acct_owner',
      last4: String(1_000 + n),
    });
    const all = Array.from({ length: 12 }, (_, n) => external(n));
    const path = '/v1/accounts/acct_owner/external_accounts';
    for (const one of all) core.stripe.put(`${path}/${one.id}`, one);
    core.stripe.put(path, { object: 'list', data: all, has_more: false, url: path });
    core.stripe.put('/v1/accounts/acct_owner', {
      id: 'acct_owner',
      object: 'account',
      external_accounts: { object: 'list', data: all.slice(0, 10), has_more: true, url: path },
    });
    await core.deliver(eventOf('account.updated', { id: 'acct_owner', object: 'account' }, { version: VERSION }));
    await core.rest();
    const standing = await core.database.query(sql`
      select 1 from stripe.bank_accounts where stripe_account = 'acct_owner' and proven_at is not null`);
    expect(standing).toHaveLength(12);
  });

  test('an item that leaves its subscription is a tombstone, and the others stay', async () => {
    const put = (items: number) => {
      for (let n = 0; n < 12; n += 1) core.stripe.remove(`/v1/subscription_items/si_sub_shrinking_${n}`);
      for (let n = 0; n < items; n += 1) {
        const item = subscriptionItem('sub_shrinking', n);
        core.stripe.put(`/v1/subscription_items/${String(item['id'])}`, item);
      }
      core.stripe.put('/v1/subscriptions/sub_shrinking', subscription('sub_shrinking', items));
      return core.deliver(
        eventOf('customer.subscription.updated', subscription('sub_shrinking', items), { version: VERSION }),
      );
    };
    const standing = () =>
      core.database.query<{ deleted: boolean; count: number }>(sql`
        select deleted, count(*) as count from stripe.subscription_items where owner = 'sub_shrinking' group by deleted order by deleted`);
    // The scripted list of items knows nothing of their subscription: only those of this test may be in it.
    const others = await core.database.query<{ id: string }>(sql`select id from stripe.subscription_items`);
    for (const { id } of others) core.stripe.remove(`/v1/subscription_items/${id}`);
    await put(12);
    await core.rest();
    expect(await standing()).toEqual([{ deleted: false, count: 12 }]);
    await put(3);
    await core.rest();
    expect(await standing()).toEqual([
      { deleted: false, count: 3 },
      { deleted: true, count: 9 },
    ]);
  });

  test.each(['2020-08-27', '2022-11-15', '2024-06-20'])(
    'events rendered in %s end in rows of the pinned version',
    async (version) => {
      const id = `sub_${version}`;
      const pinned = subscription(id, 1, { cancel_at: null });
      core.stripe.put(`/v1/subscriptions/${id}`, pinned);
      const { items, ...fields } = pinned as { items: Json } & Json;
      // Before 2025-03-31 the period stood on the subscription, not on its items; the oldest ones had one plan and no list.
      const old = {
        ...fields,
        current_period_start: 1_790_000_000,
        current_period_end: 1_792_592_000,
        plan: { id: 'price_1', object: 'plan', amount: 900 },
        ...(version === '2020-08-27' ? {} : { items: items }),
      };
      await core.deliver(eventOf('customer.subscription.updated', old, { version, previous: { status: 'trialing' } }));
      await core.rest();
      expect(await core.row('subscriptions', id)).toMatchObject({ data: pinned, proven_at: expect.any(Date) });
    },
  );
});

describe('the event types of the catalog', () => {
  const ours = { account: 'acct_1', livemode: false, platform: 'acct_1' };
  const arrivalFor = (type: string, object: string) => {
    const entry = catalogOf(object);
    const data: Json = { id: `id_of_${object}`, object };
    if (entry?.key === 'customer') data['customer'] = 'cus_1';
    for (const { field, references } of entry?.columns ?? [])
      if (references) data[field] ??= `id_of_${references[0] ?? ''}`;
    for (const path of entry?.nestedRetrieve ?? [])
      for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) data[name] ??= `id_of_${name}`;
    const event = eventOf(type, data);
    return arrivalOf(JSON.stringify(event), () => ({ source: ours, quarantine: null }), 'webhook');
  };
  const pairs = Object.entries(events).flatMap(([type, names]) => names.map((name) => [type, name] as const));

  test('are 275, and every one is about an object of the catalog', () => {
    expect(Object.keys(events)).toHaveLength(275);
    for (const [, name] of pairs) expect(objects.map(({ object }) => object)).toContain(name);
  });

  test('an invoice that there will be has no id: it is not an odd event, and hints at nothing', () => {
    const told = (type: string) => {
      const event = eventOf(type, { object: 'invoice', customer: 'cus_1' });
      return arrivalOf(JSON.stringify(event), () => ({ source: ours, quarantine: null }), 'webhook');
    };
    expect(told('invoice.upcoming')).toMatchObject({ quarantine: null, hints: [], snapshot: null });
    expect(told('invoice.paid')).toMatchObject({ quarantine: 'object', hints: [], snapshot: null });
  });

  test('each leads to its object, or to those that carry it, or is kept as it was reported', () => {
    for (const [type, name] of pairs) {
      const entry = catalogOf(name);
      const arrival = arrivalFor(type, name);
      expect(arrival, type).toBeDefined();
      expect(arrival?.quarantine, type).toBeNull();
      if (entry === undefined || entry.table === null) continue; // kept in the inbox
      const hinted = arrival?.hints.map((hint) => `${hint.type} ${hint.id}`) ?? [];
      if (isReadable(entry)) {
        const id = entry.key === 'singleton' ? name : entry.key === 'customer' ? 'cus_1' : `id_of_${name}`;
        expect(hinted, type).toEqual([`${name} ${id}`]);
      } else {
        expect(arrival?.snapshot?.reportedOnly, type).toBe(true);
        for (const hint of arrival?.hints ?? []) expect(ownedObjects.has(hint.type), type).toBe(false);
      }
    }
  });

  test('a deletion is never shown, for every type that has one', () => {
    const deletions = pairs.filter(([type, name]) => type.endsWith('.deleted') && name !== 'subscription');
    expect(deletions.length).toBeGreaterThanOrEqual(18);
    for (const [type, name] of deletions) {
      const snapshot = arrivalFor(type, name)?.snapshot;
      expect(snapshot?.showable ?? false, type).toBe(false);
    }
  });
});

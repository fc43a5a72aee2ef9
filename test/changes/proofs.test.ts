// The change feed has a row for each proof that changed an object, and for nothing else.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChanges, type Changes, type KeptChange } from '../../src/changes/changes.js';
import type { Change as HookChange } from '../../src/hooks/hook.js';
import { createMarks } from '../../src/inbox/marks.js';
import { applyListed } from '../../src/listing/apply.js';
import { judge, listedOn } from '../../src/listing/judge.js';
import { createHooks } from '../../src/hooks/registry.js';
import { sql } from '../../src/store/sql.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { customer, eventOf, startCore, subscription, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { changesAreReadable } from '../support/readable-changes.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

/** A version that is not ours: nothing is shown, only the read counts. */
const FOREIGN_VERSION = '2020-08-27';

describe.each(databases)('the change feed on %s', (kind) => {
  const heard: HookChange<'customer'>[] = [];
  let core: Core;
  let changes: Changes;

  beforeAll(async () => {
    const hooks = createHooks();
    hooks.onChange('customer', (change) => void heard.push(change), { backfill: true, timeoutMs: 20_000 });
    core = await startCore({
      kind,
      hooks,
      prepare: (database) =>
        database.script(`
          create table refused (id text);
          create function refuse() returns trigger language plpgsql as $$
          begin
            if exists (select from refused r where r.id = old.id) then raise exception 'refused' using errcode = '23514'; end if;
            return old;
          end $$;
          create trigger refuse before delete on lockstep.dirty for each row execute function refuse()`),
    });
    changes = createChanges(core.database);
  });
  afterAll(() => core.stop());

  const readable = async (): Promise<KeptChange[]> => {
    await changesAreReadable(core.database);
    return changes.after('oldest', 1_000);
  };
  const of = async (id: string) =>
    (await readable()).filter((one) => one.id === id).map(({ kind: how, changed }) => [how, changed]);
  let drawn = 0;
  const event = (type: string, object: Json, more: Parameters<typeof eventOf>[2] = {}): Json => {
    drawn += 1;
    return eventOf(type, object, { id: `evt_${drawn}`, version: FOREIGN_VERSION, ...more });
  };
  /** Stripe has it so, and an event says that it changed. */
  const becomes = async (id: string, fields: Json | null): Promise<void> => {
    const path = `/v1/customers/${id}`;
    if (fields === null) core.stripe.remove(path);
    else core.stripe.put(path, customer(id, fields));
    await core.deliver(event(fields === null ? 'customer.deleted' : 'customer.updated', customer(id, fields ?? {})));
    await core.rest();
  };

  test('names what was created, changed and deleted, and says nothing of a proof that changed nothing', async () => {
    const id = 'cus_life';
    await becomes(id, { name: 'first' });
    await becomes(id, { name: 'first' });
    await becomes(id, { name: 'second', metadata: { plan: 'pro' }, phone: '1' });
    await becomes(id, null);
    await becomes(id, null);
    expect(await of(id)).toEqual([
      ['created', []],
      ['updated', ['name', 'metadata', 'phone']],
      ['deleted', []],
    ]);
  });

  test('agrees with a hook on every change', async () => {
    await becomes('cus_both', { name: 'a' });
    await becomes('cus_both', { name: 'b' });
    await becomes('cus_both', { name: 'b\0' }); // which cannot be stored
    await becomes('cus_both', { name: 'b\0' });
    await becomes('cus_both', null);
    await becomes('cus_both', { name: 'back' });
    const told = heard.map(({ key, before, after }) => [
      key.id,
      after === null ? 'deleted' : before === null ? 'created' : 'updated',
    ]);
    const customers = (await readable()).filter(({ type }) => type === 'customer');
    expect(customers.map(({ id, kind: how }) => [id, how])).toEqual(told);
    expect(await of('cus_both')).toEqual([
      ['created', []],
      ['updated', ['name']],
      ['updated', ['name']],
      ['deleted', []],
      ['created', []],
    ]);
  });

  test('has the source, the time of the proof, and the events that led to it', async () => {
    const id = 'cus_events';
    core.stripe.put(`/v1/customers/${id}`, customer(id));
    const held = core.stripe.hold(`/v1/customers/${id}`);
    await core.deliver(event('customer.created', customer(id), { id: 'evt_one' }));
    await held.arrived;
    await Promise.all([
      core.deliver(event('customer.updated', customer(id), { id: 'evt_two', version: API_VERSION })),
      core.deliver(event('customer.updated', customer(id), { id: 'evt_three', version: API_VERSION })),
    ]);
    held.release(customer(id));
    await core.rest();
    const [change] = (await readable()).filter((one) => one.id === id);
    expect(change).toMatchObject({
      account: core.engine.source.account,
      livemode: false,
      type: 'customer',
      kind: 'created',
      provenAt: expect.any(Date),
    });
    expect([...(change?.events ?? [])].sort()).toEqual(['evt_one', 'evt_three', 'evt_two']);
    await becomes(id, { name: 'later' });
    expect((await readable()).filter((one) => one.id === id).at(-1)?.events).toEqual([`evt_${drawn}`]);
  });

  test('speaks of an object, not of its children, whose change is one of the object', async () => {
    const id = 'sub_items';
    core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 1));
    await core.deliver(event('customer.subscription.created', subscription(id, 1)));
    await core.rest();
    core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 2));
    await core.deliver(event('customer.subscription.updated', subscription(id, 2)));
    await core.rest();
    expect(await of(id)).toEqual([
      ['created', []],
      ['updated', ['items']],
    ]);
    expect((await readable()).filter(({ type }) => type === 'subscription_item')).toEqual([]);
  });

  test('says of a shown snapshot nothing before it is proven', async () => {
    const id = 'cus_shown';
    await becomes(id, { name: 'first' });
    const { as_of: asOf } = (await core.row('customers', id)) as { as_of: Date };
    const held = core.stripe.hold(`/v1/customers/${id}`);
    const created = Math.floor(asOf.getTime() / 1_000) + 2;
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'shown' }), { created, previous: { name: 'first' } }),
    );
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'shown', proven_at: null });
    expect(await of(id)).toHaveLength(1);
    held.release(customer(id, { name: 'first' }));
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'first' }));
    await core.rest();
    expect(await of(id)).toHaveLength(1);
  });

  test('has what a listing found first, without an event', async () => {
    const listed = [customer('cus_listed_1'), customer('cus_listed_2')];
    core.stripe.put('/v1/customers', { object: 'list', has_more: false, data: listed, url: '/v1/customers' });
    await core.engine.operations.backfill({ types: ['customer'] });
    const found = (await readable()).filter(({ id }) => id.startsWith('cus_listed_'));
    expect(found.map(({ id, kind: how, events }) => [id, how, events])).toEqual([
      ['cus_listed_1', 'created', []],
      ['cus_listed_2', 'created', []],
    ]);
  });

  test('a listing has its place in the order before it looks for marks', async () => {
    const { database, engine } = core;
    const { mirror, source } = engine;
    const placed: boolean[] = [];
    const watched: typeof mirror = {
      ...mirror,
      async insertAbsent(tx, rows) {
        const [row] = await tx.query<{ has: boolean }>(sql`select pg_current_xact_id_if_assigned() is not null as has`);
        placed.push(row?.has === true);
        return mirror.insertAbsent(tx, rows);
      },
    };
    const page = { data: [customer('cus_placed')] as never, hasMore: false, readAt: new Date() };
    const judged = await judge(database, mirror, listedOn([{ page, parents: {} }], { source, type: 'customer' }));
    await applyListed(
      { database, marks: createMarks(database), mirror: watched, changes, onInserted: async () => {} },
      judged,
      { source, type: 'customer', now: new Date(), readable: true },
    );
    expect(placed).toEqual([true]);
    expect(await of('cus_placed')).toEqual([['created', []]]);
  });

  // The embedded database has one connection, so nothing happens between two statements of a transaction.
  const atOnce: readonly [string, Json | null, readonly string[]][] =
    kind === 'PGlite'
      ? []
      : [
          [
            'says once that an object was created, if a proof and a listing see it at once',
            { name: 'listed' },
            ['created'],
          ],
          ['says that an object was deleted, if a listing inserts it during the proof', null, ['created', 'deleted']],
        ];
  test.each(atOnce)('%s', async (_, found, kinds) => {
    const { database, engine } = core;
    const id = `cus_at_once_${kinds.length}`;
    if (found !== null) core.stripe.put(`/v1/customers/${id}`, customer(id, found));
    const page = { data: [customer(id, { name: 'listed' })] as never, hasMore: false, readAt: new Date() };
    const judged = await judge(
      database,
      engine.mirror,
      listedOn([{ page, parents: {} }], { source: engine.source, type: 'customer' }),
    );
    const onInserted = async (): Promise<void> => {
      await core.deliver(event(found === null ? 'customer.deleted' : 'customer.created', customer(id)));
      await eventually(async () => {
        const waiting = await database.query(sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
        return waiting.length > 0;
      }, 'the proof waits for the listing');
    };
    await applyListed({ database, marks: createMarks(database), mirror: engine.mirror, changes, onInserted }, judged, {
      source: engine.source,
      type: 'customer',
      now: new Date(),
      readable: true,
    });
    await core.rest();
    expect((await of(id)).map(([how]) => how)).toEqual(kinds);
  });

  test('keeps no change of a proof that was undone', async () => {
    const id = 'cus_undone';
    await core.database.query(sql`insert into refused values (${id})`);
    core.stripe.put(`/v1/customers/${id}`, customer(id));
    await core.deliver(event('customer.created', customer(id)));
    await eventually(async () => {
      const [mark] = await core.database.query<{ attempts: number }>(
        sql`select attempts from lockstep.dirty where id = ${id}`,
      );
      return (mark?.attempts ?? 0) > 0;
    }, 'the proof could not be written');
    expect(await of(id)).toEqual([]);
    await core.database.query(sql`delete from refused`);
    await core.database.query(sql`update lockstep.dirty set due_at = now() - interval '1 s' where id = ${id}`);
    await core.rest();
    expect(await of(id)).toEqual([['created', []]]);
  });
});

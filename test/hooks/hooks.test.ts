import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Change, EventDelivery, HookTransaction } from '../../src/hooks/hook.js';
import { createHooks } from '../../src/hooks/registry.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';

/** A version that is not ours: nothing is shown, only the read counts. */
const FOREIGN_VERSION = '2020-08-27';
/** Of the slow hook alone: the others have the time that a busy machine takes. */
const SLOW = { name: 'slow', timeoutMs: 300 };

type CustomerChange = Change<'customer'> & { tx: HookTransaction };
const nameOf = (object: { name?: string | null } | null): string | null | undefined => object && object.name;

describe.each(databases)('hooks on %s', (kind) => {
  const changes: CustomerChange[] = [];
  const afters: Change<'customer'>[] = [];
  const told: EventDelivery<'customer.updated'>[] = [];
  const behaviour = new Map<string, (change: CustomerChange) => Promise<void>>();
  const afterBehaviour = new Map<string, (change: Change<'customer'>) => Promise<void>>();
  let slow: ((change: CustomerChange) => Promise<void>) | undefined;
  let core: Core;

  const eventBehaviour = new Map<string, () => Promise<void>>();

  beforeAll(async () => {
    const hooks = createHooks();
    const changed = { timeoutMs: 20_000 };
    hooks.onChange(
      'customer',
      async (change) => {
        changes.push(change);
        await behaviour.get(change.key.id)?.(change);
      },
      changed,
    );
    hooks.onChange('customer', async (change) => slow?.(change), SLOW);
    hooks.after('customer', async (change) => {
      afters.push(change);
      await afterBehaviour.get(change.key.id)?.(change);
    });
    hooks.onEvent('customer.updated', async (event) => {
      told.push(event);
      await eventBehaviour.get(nameOf(event.object) ?? '')?.();
    });
    core = await startCore({
      kind,
      hooks,
      prepare: (database) => database.script('create table notes (id text, note text)'),
    });
  });
  afterAll(() => core.stop());

  const of = <T extends Change<'customer'>>(list: readonly T[], id: string): T[] =>
    list.filter(({ key }) => key.id === id);
  const seen = (list: readonly Change<'customer'>[], id: string) =>
    of(list, id).map(({ before, after }) => [nameOf(before), nameOf(after)]);
  const notes = async (id: string): Promise<unknown[]> =>
    (await core.database.query<{ note: string }>(sql`select note from notes where id = ${id} order by note`)).map(
      ({ note }) => note,
    );
  const waiting = (id: string) =>
    core.database.query<{ hook: string; reason: string | null; attempts: number }>(
      sql`select hook, reason, attempts from lockstep.hook_deliveries where id = ${id} and hook <> ${SLOW.name} order by gen`,
    );
  /** Stripe has it so, and an event says that it changed. */
  const becomes = async (id: string, name: string | null): Promise<void> => {
    const path = `/v1/customers/${id}`;
    if (name === null) core.stripe.remove(path);
    else core.stripe.put(path, customer(id, { name }));
    const type = name === null ? 'customer.deleted' : 'customer.created';
    await core.deliver(eventOf(type, customer(id, { name }), { version: FOREIGN_VERSION }));
    await core.rest();
  };
  const note = async ({ key, tx, after }: CustomerChange): Promise<void> =>
    void (await tx.query('insert into notes values ($1, $2)', [key.id, nameOf(after) ?? 'gone']));
  const dueNow = (id: string) =>
    core.database.query(sql`update lockstep.hook_deliveries set due_at = now() - interval '1 s' where id = ${id}`);

  test('a change is what one proof says and the proof before it did not: created, changed, deleted, and no equal one', async () => {
    const id = 'cus_life';
    await becomes(id, 'first');
    await becomes(id, 'first');
    await becomes(id, 'second');
    await becomes(id, null);
    await becomes(id, null);
    expect(seen(changes, id)).toEqual([
      [null, 'first'],
      ['first', 'second'],
      ['second', null],
    ]);
    await eventually(async () => of(afters, id).length === 3, 'the hook after it has run three times');
    expect(seen(afters, id)).toEqual(seen(changes, id));
  });

  test('a snapshot that is shown and not proven is not a change: proof is compared with proof', async () => {
    const id = 'cus_shown';
    await becomes(id, 'first');
    const { as_of: asOf } = (await core.row('customers', id)) as { as_of: Date };
    const held = core.stripe.hold(`/v1/customers/${id}`);
    const created = Math.floor(asOf.getTime() / 1_000) + 2;
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'shown' }), { created, previous: { name: 'first' } }),
    );
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'shown', proven_at: null });
    expect(of(changes, id)).toHaveLength(1);
    held.release(customer(id, { name: 'read' }));
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'read' }));
    await core.rest();
    expect(seen(changes, id)).toEqual([
      [null, 'first'],
      ['first', 'read'],
    ]);
  });

  test('an event is told of with what was proven since, also while an older snapshot is shown over that', async () => {
    const id = 'cus_told';
    const path = `/v1/customers/${id}`;
    const names = () => told.filter(({ object }) => object?.id === id).map(({ object }) => nameOf(object));
    await becomes(id, 'told first');
    eventBehaviour.set('told second', () => Promise.reject(new Error('not yet')));
    core.stripe.put(path, customer(id, { name: 'told second' }));
    await core.deliver(eventOf('customer.updated', customer(id), { version: FOREIGN_VERSION }));
    await core.rest();
    await eventually(async () => (await waiting(id))[0]?.attempts === 1, 'its hook has failed');

    const { as_of: asOf } = (await core.row('customers', id)) as { as_of: Date };
    const created = Math.floor(asOf.getTime() / 1_000) + 2; // so it says; it is of what was before
    const held = core.stripe.hold(path);
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'stale' }), { created, previous: { name: 'told second' } }),
    );
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'stale', proven_at: null });
    eventBehaviour.clear();
    await dueNow(id);
    await eventually(async () => names().length === 2, 'it is told of again');
    expect(names()).toEqual(['told second', 'told second']);
    held.release(customer(id, { name: 'told second' }));
    await core.rest();
    await eventually(async () => names().length === 3, 'the other event is told of');
    expect(names()[2]).toBe('told second');
  });

  test('what a hook writes through its transaction is committed with the row', async () => {
    const id = 'cus_noted';
    behaviour.set(id, async (change) => {
      await note(change);
      const rows = await change.tx.query<{ name: string }>('select name from stripe.customers where id = $1', [id]);
      expect(rows).toEqual([{ name: 'there' }]);
    });
    await becomes(id, 'there');
    expect(await notes(id)).toEqual(['there']);
    expect((await waiting(id)).filter(({ hook }) => hook.startsWith('onChange'))).toEqual([]);
  });

  test('a hook that fails undoes its own writes and not the row; it runs again by itself', async () => {
    const id = 'cus_failing';
    behaviour.set(id, async (change) => {
      await note(change);
      if (of(changes, id).length < 3) throw new Error('not yet');
    });
    await becomes(id, 'proven');
    expect(await core.row('customers', id)).toMatchObject({
      name: 'proven',
      deleted: false,
      proven_at: expect.any(Date),
    });
    expect(await notes(id)).toEqual([]);
    const kept = (await waiting(id)).filter(({ hook }) => hook === 'onChange customer');
    expect(kept).toMatchObject([{ reason: 'not yet', attempts: 1 }]);
    await eventually(async () => (await waiting(id)).length === 0, 'nothing waits any more');
    expect(seen(changes, id)).toEqual([
      [null, 'proven'],
      [null, 'proven'],
      [null, 'proven'],
    ]);
    expect(await notes(id)).toEqual(['proven']);
  });

  test('changes of one object stay in order behind one that failed; another object does not wait', async () => {
    const [stuck, free] = ['cus_stuck', 'cus_free'];
    let fails = true;
    behaviour.set(stuck, async () => {
      if (fails) throw new Error('stuck');
    });
    await becomes(stuck, 'one');
    await becomes(stuck, 'two');
    await becomes(free, 'one');
    expect(seen(changes, free)).toEqual([[null, 'one']]);
    const done = seen(changes, stuck);
    expect(done.every(([, after]) => after === 'one')).toBe(true);
    fails = false;
    await dueNow(stuck);
    await eventually(async () => (await waiting(stuck)).length === 0, 'nothing waits any more');
    expect(seen(changes, stuck).slice(-2)).toEqual([
      [null, 'one'],
      ['one', 'two'],
    ]);
  });

  test.each([
    ['commit', 'commit'],
    ['rollback', ' ROLLBACK'],
    ['savepoint', 'savepoint mine'],
    ['block', '/* by an ORM */ commit'],
    ['line', '-- by an ORM\n;end'],
  ])('a hook may not decide of its transaction: %s', async (name, statement) => {
    const id = `cus_${name}`;
    let error: unknown;
    behaviour.set(id, async ({ tx }) => {
      await tx.query(statement).catch((thrown: unknown) => (error = thrown));
    });
    await becomes(id, 'there');
    await eventually(async () => error !== undefined, 'it was refused');
    expect(error).toMatchObject({ code: 'request_invalid', hint: expect.any(String) });
  });

  test('a hook after the change sees it committed, is tried again where it fails, and becomes a dead letter that can be tried again', async () => {
    const id = 'cus_after';
    let fails = true;
    afterBehaviour.set(id, async () => {
      const [row] = await core.database.query(sql`select name from stripe.customers where id = ${id}`);
      expect(row).toEqual({ name: 'there' });
      if (fails) throw new Error('no mail server');
    });
    await becomes(id, 'there');
    await eventually(async () => (await waiting(id))[0]?.attempts === 1, 'it has failed once');
    await core.database.query(
      sql`update lockstep.hook_deliveries set attempts = 11, due_at = now() - interval '1 s' where id = ${id}`,
    );
    const [letter] = await eventually(async () => {
      const letters = await core.engine.operations.dead.hooks({ id });
      return letters.length > 0 && letters;
    }, 'it is a dead letter');
    expect(letter).toMatchObject({
      hook: 'after customer',
      type: 'customer',
      reason: 'no mail server',
      attempts: 12,
      behind: 0,
    });
    expect((await core.engine.status()).hooks).toMatchObject({
      dead: 1,
      waiting: expect.any(Number),
      since: expect.any(Date),
    });
    expect(core.logged.filter(({ event }) => event === 'hook.dead')).toMatchObject([
      { hook: 'after customer', id, kind: 'Error' },
    ]);
    expect(JSON.stringify(core.logged)).not.toContain('no mail server');
    fails = false;
    expect(await core.engine.operations.dead.retryHooks({ id })).toBe(1);
    await eventually(async () => (await waiting(id)).length === 0, 'it has run');
  });

  test('an event is told once, however often and in whatever form it comes, after the proof of its object', async () => {
    const id = 'cus_event';
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'read' }));
    const held = core.stripe.hold(`/v1/customers/${id}`);
    const event = eventOf('customer.updated', customer(id, { name: 'sent' }), { version: FOREIGN_VERSION });
    const thin = {
      ...{ id: 'evt_thin_1', object: 'v2.core.event', type: 'v1.customer.updated', livemode: false },
      created: new Date().toISOString(),
      snapshot_event: event['id'],
      related_object: { id, type: 'customer', url: `/v1/customers/${id}` },
    };
    expect(await core.deliver(event)).toBe('stored');
    expect(await core.deliver(event)).toBe('duplicate');
    expect(await core.deliver(thin)).toBe('stored');
    await held.arrived;
    const toldOf = () => told.filter(({ event: { id: one } }) => one === event['id'] || one === thin.id);
    // Another event's hook runs meanwhile, so this one had its chance.
    const other = eventOf('customer.updated', customer('cus_other_event'), { version: FOREIGN_VERSION });
    core.stripe.put('/v1/customers/cus_other_event', customer('cus_other_event'));
    await core.deliver(other);
    await eventually(async () => told.some(({ event: one }) => one.id === other['id']), 'the other event was told');
    expect(toldOf()).toEqual([]);
    held.release();
    await eventually(async () => toldOf().length > 0, 'the event was told');
    await core.rest();
    await eventually(async () => (await waiting(id)).length === 0, 'and that is noted');
    expect(toldOf()).toMatchObject([
      {
        event: { id: event['id'], data: { object: { name: 'sent' } } },
        object: { name: 'read' },
        source: { account: core.stripe.account, livemode: false },
      },
    ]);
  });

  test('an event whose object cannot be proven is told without it; one of another account is not told', async () => {
    const [id, foreign] = ['cus_forbidden', 'cus_foreign'];
    core.stripe.fail(`/v1/customers/${id}`, 403, 1_000);
    await core.deliver(
      eventOf('customer.updated', customer(foreign), { version: FOREIGN_VERSION, account: 'acct_foreign' }),
    );
    await core.deliver(eventOf('customer.updated', customer(id), { version: FOREIGN_VERSION }));
    const about = (of: string) => told.filter(({ event }) => event.data.object.id === of);
    await eventually(async () => about(id).length > 0, 'the event was told');
    expect(about(id)).toMatchObject([{ object: null }]);
    expect(about(foreign)).toEqual([]);
    await core.database.query(sql`delete from lockstep.dirty where id = ${id}`);
  });

  test('what stood at Stripe before the hook is not told of at its first sight in a listing, what is newer is', async () => {
    const [old, young] = ['cus_listed_old', 'cus_listed_young'];
    const created = Math.floor(Date.now() / 1_000) + 1;
    const listed = [customer(old), customer(young, { created, name: 'young' })];
    core.stripe.put('/v1/customers', { object: 'list', has_more: false, data: listed, url: '/v1/customers' });
    await core.engine.operations.backfill({ types: ['customer'] });
    expect(await core.row('customers', old)).toBeDefined();
    await eventually(async () => of(afters, young).length + of(changes, young).length === 2, 'the new one was told');
    expect(seen(changes, young)).toEqual([[null, 'young']]);
    expect(await waiting(old)).toEqual([]);
    expect([...of(changes, old), ...of(afters, old)]).toEqual([]);
    await becomes(old, 'changed');
    expect(seen(changes, old)).toEqual([[null, 'changed']]);
  });

  test('a type without hooks keeps nothing', async () => {
    core.stripe.put('/v1/subscriptions/sub_unwatched', subscription('sub_unwatched', 1));
    await core.deliver(eventOf('customer.subscription.created', subscription('sub_unwatched', 1)));
    await core.rest();
    expect(await core.database.query(sql`select 1 from lockstep.hook_deliveries where type = 'subscription'`)).toEqual(
      [],
    );
  });

  test('a hook that takes too long is left to the outbox, its transaction is closed to it, and others are proven', async () => {
    const id = 'cus_slow';
    const runs: string[] = [];
    let late: Promise<unknown> | undefined;
    slow = async ({ key, tx, signal }) => {
      runs.push(key.id);
      if (runs.length > 1) return;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      late = new Promise((resolve) => setImmediate(resolve)).then(() => tx.query('select 1'));
      late.catch(() => {});
      await new Promise(() => {});
    };
    await becomes(id, 'slow');
    expect(await core.row('customers', id)).toMatchObject({ name: 'slow' });
    expect(seen(changes, id)).toEqual([[null, 'slow']]);
    await expect(late).rejects.toMatchObject({ code: 'stopped' });
    await becomes('cus_beside', 'proven');
    await eventually(
      async () => runs.includes('cus_beside') && runs.filter((one) => one === id).length === 2,
      'both were told',
    );
  });
});

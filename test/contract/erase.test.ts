import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createErase, type EraseAsk } from '../../src/engine/erase/erase.js';
import { places } from '../../src/engine/erase/places.js';
import { leaveStubs } from '../../src/engine/erase/remove.js';
import { createHooks } from '../../src/hooks/registry.js';
import { createMarks } from '../../src/inbox/marks.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { explainObject } from '../../src/operate/explain.js';
import type { Database, Queryable } from '../../src/store/database.js';
import { name, sql, type Sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

/** Everything that names the person. */
const SECRETS = ['Lovelace', 'ada@', 'Analytical'];

let drawn = 0;

/** A person's customer and what belongs to it, at the scripted Stripe. */
function person() {
  const n = (drawn += 1);
  const id = `cus_ada${n}`;
  const of = { customer: id, created: 1_790_000_000, livemode: false, metadata: { note: 'Analytical' } };
  const owned: Record<string, Json> = {
    [`/v1/customers/${id}`]: customer(id, { name: 'Ada Lovelace', email: `ada@example${n}.com` }),
    [`/v1/subscriptions/sub_ada${n}`]: subscription(`sub_ada${n}`, 2, { customer: id, description: 'Ada Lovelace' }),
    [`/v1/charges/ch_ada${n}`]: {
      ...{ id: `ch_ada${n}`, object: 'charge', ...of, receipt_email: `ada@example${n}.com` },
      payment_method: `pm_ada${n}`,
    },
    // It names no customer: the charge says whose it is.
    [`/v1/refunds/re_ada${n}`]: {
      ...{ id: `re_ada${n}`, object: 'refund', created: 1_790_000_000, charge: `ch_ada${n}`, amount: 5 },
      ...{ livemode: undefined, metadata: { note: 'for Ada Lovelace' } },
    },
    // It lost its customer when that was deleted: only the charge that was paid with it says whose it was.
    [`/v1/payment_methods/pm_ada${n}`]: {
      ...{ id: `pm_ada${n}`, object: 'payment_method', ...of, customer: null, type: 'card' },
      billing_details: { name: 'Ada Lovelace' },
    },
  };
  return { n, id, owned };
}

describe.each(databases)('a customer is erased, on %s', (kind) => {
  let core: Core;
  const hooks = createHooks();
  hooks.onEvent('customer.updated', () => {
    throw new Error('as tested'); // so that its delivery stays
  });
  beforeAll(async () => {
    core = await startCore({ kind, hooks });
  });
  afterAll(() => core.stop());

  const put = (owned: Record<string, Json>): void => {
    for (const [path, object] of Object.entries(owned)) core.stripe.put(path, object);
  };
  const arrive = async (owned: Record<string, Json>): Promise<void> => {
    for (const object of Object.values(owned))
      await core.deliver(eventOf(`${String(object['object'])}.updated`, object));
    await core.rest();
  };
  /** Everything of a person arrives, and the customer is deleted at Stripe. */
  const settled = async ({ isDeleted = true } = {}) => {
    const ada = person();
    put(ada.owned);
    await arrive(ada.owned);
    if (isDeleted) core.stripe.put(`/v1/customers/${ada.id}`, { id: ada.id, object: 'customer', deleted: true });
    return ada;
  };
  const erase = (customerId: string, more: Partial<EraseAsk> = {}) =>
    core.engine.operations.erase({ customer: customerId, keepOut: false, by: 'ada@console', preview: false, ...more });
  const tables = () =>
    core.database.query<{ schema: string; table: string }>(sql`
      select n.nspname as schema, c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('lockstep', 'stripe') and c.relkind = 'r' order by 1, 2`);
  /** The tables in which a row has one of the texts anywhere, as `schema.table`. */
  const holding = async (...texts: string[]): Promise<string[]> => {
    const pattern = texts.join('|');
    const each = (await tables()).map(
      ({ schema, table }) =>
        sql`select ${`${schema}.${table}`} as place where exists (select from ${name(schema, table)} t where t::text ~ ${pattern})`,
    );
    const [first = sql``, ...others] = each;
    const all = others.reduce((union, one) => sql`${union} union all ${one}`, first);
    return (await core.database.query<{ place: string }>(all)).map(({ place }) => place);
  };
  const rowOf = (table: string, id: string) => core.row(table, id);
  const inbox = (id: string) =>
    core.database.query<{ quarantine: string | null; body: Json }>(
      sql`select quarantine, body from lockstep.inbox where object_id = ${id} order by received_at desc limit 1`,
    );
  const marked = (id: string) => core.database.query(sql`select from lockstep.dirty where id = ${id}`);

  test('nothing in the database names the person any more, and others keep what is theirs', async () => {
    const ada = await settled();
    const grace = { [`/v1/customers/cus_grace${ada.n}`]: customer(`cus_grace${ada.n}`, { name: 'Grace Hopper' }) };
    put(grace);
    await arrive(grace);
    expect(await holding('Lovelace')).toEqual(
      expect.arrayContaining([
        'lockstep.hook_deliveries',
        'stripe.customers',
        'stripe.payment_methods',
        'stripe.refunds',
      ]),
    );
    const changesOf = () => core.database.query(sql`select from lockstep.changes where id = ${ada.id}`);
    expect(await changesOf()).not.toEqual([]);
    const erased = await erase(ada.id);
    expect(await changesOf()).toEqual([]);
    expect(erased).toMatchObject({
      objects: { customers: 1, subscriptions: 1, charges: 1, refunds: 1, payment_methods: 1 },
      removed: { bodies: 5, rows: { hook_deliveries: 1 } },
    });
    expect(await holding(...SECRETS)).toEqual([]);
    // The id alone: on the stubs, and on the events, which are known when they come again.
    expect((await holding(ada.id)).filter((table) => !table.startsWith('lockstep.inbox'))).toEqual(['lockstep.erased']);
    expect(await holding('Hopper')).toContain('stripe.customers');
    for (const [id, type] of [
      [ada.id, 'customer'],
      [`re_ada${ada.n}`, 'refund'],
    ] as const) {
      const story = await explainObject(core.database, 'stripe', id);
      expect(story).toMatchObject({ rows: [], marks: [], erased: [{ type, id, erasedAt: expect.any(Date) }] });
    }
    expect(
      await core.database.query(sql`select from stripe.subscription_items where owner = ${`sub_ada${ada.n}`}`),
    ).toEqual([]);
  });

  test('a preview says the same and changes nothing', async () => {
    const ada = await settled();
    const preview = await erase(ada.id, { preview: true });
    expect(await rowOf('customers', ada.id)).toMatchObject({ name: 'Ada Lovelace' });
    expect(await core.database.query(sql`select from lockstep.erased where customer_id = ${ada.id}`)).toEqual([]);
    expect({ ...(await erase(ada.id)), preview: true }).toEqual(preview);
  });

  test('a customer that Stripe has, or does not know, is not erased, unless it is kept out', async () => {
    const ada = await settled({ isDeleted: false });
    await expect(erase(ada.id)).rejects.toMatchObject({ code: 'customer_not_deleted' });
    core.stripe.remove(`/v1/customers/${ada.id}`);
    await expect(erase(ada.id)).rejects.toMatchObject({ code: 'customer_not_deleted' });
    expect(await rowOf('customers', ada.id)).toMatchObject({ name: 'Ada Lovelace' });
    expect(await erase(ada.id, { keepOut: true })).toMatchObject({ keptOut: true, objects: { customers: 1 } });
    expect(await rowOf('customers', ada.id)).toBeUndefined();
    await expect(erase('cus_nobody')).rejects.toMatchObject({ code: 'option_invalid' });
  });

  describe('what comes of it later is left out:', () => {
    let ada: ReturnType<typeof person>;
    beforeAll(async () => {
      ada = await settled({ isDeleted: false });
      await erase(ada.id, { keepOut: true });
    });

    test('an event about it has no body, no mark and no row', async () => {
      expect(await core.deliver(eventOf('customer.updated', ada.owned[`/v1/customers/${ada.id}`] as Json))).toBe(
        'stored',
      );
      expect(await inbox(ada.id)).toMatchObject([{ quarantine: 'erased' }]);
      expect((await inbox(ada.id))[0]?.body).not.toHaveProperty('data');
      expect(await marked(ada.id)).toEqual([]);
      expect(await rowOf('customers', ada.id)).toBeUndefined();
    });

    test.each([
      ['that names the customer', (id: string) => ({ customer: id })],
      ['that names an erased object and no customer', () => ({ customer: null, payment_method: `pm_ada${ada.n}` })],
    ])('an event about a new object %s', async (_, fields) => {
      drawn += 1;
      const id = `ch_new${drawn}`;
      await core.deliver(eventOf('charge.succeeded', { id, object: 'charge', ...fields(ada.id) }));
      expect(await inbox(id)).toMatchObject([{ quarantine: 'erased' }]);
      expect(await rowOf('charges', id)).toBeUndefined();
    });

    test('a new object of another customer is not left out, though it names an erased one', async () => {
      const id = `ch_other${ada.n}`;
      const object = { id, object: 'charge', customer: 'cus_other', payment_method: `pm_ada${ada.n}`, created: 1 };
      core.stripe.put(`/v1/charges/${id}`, object);
      await core.deliver(eventOf('charge.succeeded', object));
      await core.rest();
      expect(await rowOf('charges', id)).toMatchObject({ customer: 'cus_other' });
    });

    test('a proof leaves a stub where the event did not say whose the object is', async () => {
      const id = `in_new${ada.n}`;
      const object = { id, object: 'invoice', lines: { object: 'list', data: [], has_more: false } };
      core.stripe.put(`/v1/invoices/${id}`, { ...object, customer: ada.id, customer_name: 'Ada Lovelace' });
      const event = { ...eventOf('invoice.created', object), object: 'v2.core.event' };
      await core.deliver({
        ...{ ...event, type: 'v1.invoice.created', created: new Date().toISOString() },
        related_object: { id, type: 'invoice', url: `/v1/invoices/${id}` },
      });
      await core.rest();
      expect(await rowOf('invoices', id)).toBeUndefined();
      expect(await core.database.query(sql`select customer_id as of from lockstep.erased where id = ${id}`)).toEqual([
        { of: ada.id },
      ]);
    });

    test('a listing neither inserts nor marks it, and removes a row of it that should not be there', async () => {
      const charge = `ch_listed${ada.n}`;
      const listed = { id: charge, object: 'charge', customer: ada.id, created: 1_790_000_000 };
      await core.database.query(sql`
        insert into stripe.charges (account, livemode, id, data, proven_at, as_of)
        values ('acct_scripted', false, ${charge}, ${JSON.stringify(listed)}::jsonb, now(), now())`);
      await core.list('charge', { ...listed, amount: 1 });
      await core.list('customer', ada.owned[`/v1/customers/${ada.id}`] as Json);
      expect(await marked(charge)).toEqual([]);
      expect(await marked(ada.id)).toEqual([]);
      expect(await rowOf('charges', charge)).toBeUndefined();
      expect(await rowOf('customers', ada.id)).toBeUndefined();
    });

    test('no hint marks it', async () => {
      const key = { account: 'acct_scripted', livemode: false, type: 'customer', id: ada.id, parents: {} };
      const marks = createMarks(core.database);
      expect(await core.database.transaction((tx) => marks.mark(tx, [key], new Date()))).toEqual([]);
    });

    test('a backfill brings nothing of it, and verify counts it as left out, not as drift', async () => {
      await core.engine.operations.backfill({ types: ['customer', 'charge'] });
      expect(await rowOf('customers', ada.id)).toBeUndefined();
      expect(await rowOf('charges', `ch_ada${ada.n}`)).toBeUndefined();
      const { types } = await core.engine.operations.verify({ types: ['customer'], repair: false, graceMs: 0 });
      expect(types).toMatchObject([{ type: 'customer', missing: 0, extra: 0, different: 0 }]);
      expect(types[0]?.leftOut).toBeGreaterThan(0);
    });
  });

  test('the customer has its stub before anything is looked for', async () => {
    const ada = await settled();
    expect(await interruptedAfter(core, 1, ada.id)).toBe(true);
    expect(await core.database.query(sql`select id from lockstep.erased where customer_id = ${ada.id}`)).toEqual([
      { id: ada.id },
    ]);
    await erase(ada.id);
  });

  test('an interruption anywhere is repaired by running it again', { timeout: 240_000 }, async () => {
    // Each place costs two runs.
    const step = core.database.capabilities.concurrent ? 3 : 9;
    for (let writes = 0; ; writes += step) {
      const ada = await settled();
      const interrupted = await interruptedAfter(core, writes, ada.id);
      if (interrupted) await erase(ada.id);
      expect([writes, await holding(...SECRETS)]).toEqual([writes, []]);
      expect(await rowOf('charges', `ch_ada${ada.n}`)).toBeUndefined();
      if (!interrupted) break;
    }
  });

  test(
    'a customer with thousands of objects, among many more, is erased in seconds',
    { timeout: 180_000 },
    async () => {
      if (!core.database.capabilities.concurrent) return; // the embedded database is not for so many
      const ada = await settled();
      const rows = (prefix: string, owner: string, count: number) => `
      insert into stripe.charges (account, livemode, id, data, proven_at, as_of)
      select 'acct_scripted', false, '${prefix}' || n, jsonb_build_object('id', '${prefix}' || n, 'object', 'charge',
        'customer', '${owner}', 'description', 'Lovelace'), now(), now() from generate_series(1, ${count}) n;
      insert into stripe.refunds (account, livemode, id, data, proven_at, as_of)
      select 'acct_scripted', false, 're_${prefix}' || n, jsonb_build_object('id', 're_${prefix}' || n, 'object', 'refund',
        'charge', '${prefix}' || n, 'description', 'Lovelace'), now(), now() from generate_series(1, ${count}) n;`;
      await core.database.script(rows('ch_hers', ada.id, 3_000) + rows('ch_many', 'cus_other', 40_000));
      const began = performance.now();
      const { objects } = await erase(ada.id);
      expect(objects).toMatchObject({ charges: 3_001, refunds: 3_001 });
      expect(performance.now() - began).toBeLessThan(60_000);
      const [left] = await core.database.query(
        sql`select count(*) as refunds from stripe.refunds where id like 're_ch_many%'`,
      );
      expect(left).toEqual({ refunds: 40_000 });
      await core.database.script(
        `delete from stripe.charges where id like 'ch_many%'; delete from stripe.refunds where id like 're_ch_many%'`,
      );
    },
  );

  test('a writer that has not seen the stub is waited for, and what it wrote is removed', async () => {
    if (!core.database.capabilities.concurrent) return; // one connection: nobody else writes
    const ada = await settled();
    const { mirror } = core.engine;
    const source = { account: 'acct_scripted', livemode: false };
    let isDone = false;
    let wait: Promise<unknown> = Promise.resolve();
    await core.database.transaction(async (tx) => {
      expect(await mirror.leftOut(tx, [{ ...source, ids: [ada.id] }])).toEqual([null]);
      wait = leaveStubs({ ...core, mirror, clock: systemClock, profiles: null }, { ...source, customer: ada.id }, [
        { type: 'customer', id: ada.id },
      ]).then(() => (isDone = true));
      await eventually(async () => {
        const waiting = await core.database.query(
          sql`select from pg_locks where locktype = 'advisory' and not granted`,
        );
        return waiting.length > 0;
      }, 'the stub waits for the writer');
      expect(isDone).toBe(false);
    });
    await wait;
    expect(await core.database.transaction((tx) => mirror.leftOut(tx, [{ ...source, ids: [ada.id] }]))).toEqual([
      ada.id,
    ]);
  });

  test('the log has who did it and how much, and nothing of the person', async () => {
    const ada = await settled();
    await erase(ada.id);
    const line = core.logged.findLast(({ event }) => event === 'customer.erased');
    expect(line).toMatchObject({ by: 'ada@console', keptOut: false, objects: 5 });
    expect(JSON.stringify(line)).not.toContain(ada.id);
  });

  test('every table of schema lockstep is in the list of places', async () => {
    const found = (await tables()).filter(({ schema }) => schema === 'lockstep').map(({ table }) => table);
    const parents = await core.database.query<{ table: string }>(sql`
      select c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'lockstep' and c.relkind = 'p'`);
    const own = [...found.filter((table) => !/^(inbox|changes)_/.test(table)), ...parents.map(({ table }) => table)];
    expect(own.sort()).toEqual(Object.keys(places).sort());
  });
});

/** Erases with a database that fails after so many statements that write, as if the process was killed. False: it came to its end. */
async function interruptedAfter(core: Core, writes: number, id: string): Promise<boolean> {
  let left = writes;
  const killed = new Error('killed, as tested');
  const counting = (queryable: Queryable): Queryable =>
    ({
      script: (text) => queryable.script(text),
      query: (statement: Sql) => {
        const isWrite = !/^\s*select/.test(statement.text);
        if (isWrite && (left -= 1) < 0) return Promise.reject(killed);
        return queryable.query(statement);
      },
    }) as Queryable;
  const limited = (database: Database): Database => ({
    ...counting(database),
    capabilities: database.capabilities,
    transaction: (work) => database.transaction((tx) => work(counting(tx))),
    within: (work) => limited(database.within(work)),
    close: () => database.close(),
  });
  const { mirror, gateway, source } = core.engine;
  const run = createErase({
    ...{ database: limited(core.database), mirror, clock: systemClock, gateways: () => gateway },
    reached: async () => [{ ...source, platform: source.account }],
    profilesOf: () => null,
    log: silent,
  });
  try {
    await run({ customer: id, keepOut: false, by: 'x', preview: false });
    return false;
  } catch (error) {
    if (error === killed) return true;
    throw error;
  }
}

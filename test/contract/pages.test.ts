// Many marks of one type are proven by pages of its list. What a page may not prove is left to a read of its own.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hintAt } from '../../src/inbox/hint.js';
import { createMarks } from '../../src/inbox/marks.js';
import { sql, type Sql } from '../../src/store/sql.js';
import type { PageLimits } from '../../src/sync/pages/page-proofs.js';
import { eventOf, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import type { Held, Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const pages: PageLimits = {
  ...{
    everyMs: 50,
    settledMs: 300,
    waitingMin: 4,
    waitingMax: 100,
    coveredMin: 1,
    poorMax: 3,
    restMs: 300,
    answerMs: 10_000,
  },
  ...{ atOnce: 2, writtenAtOnce: 2 },
};
const LIST = '/v1/coupons';
/** A version that is not ours: nothing is shown, only the read counts. */
const FOREIGN_VERSION = '2020-08-27';
/** As many as pages need: so that all are claimed for the first one, and what is left of them for none. */
const ids = ['co_a', 'co_b', 'co_c', 'co_d'];

const coupon = (id: string, fields: Json = {}): Json => ({
  ...{ id, object: 'coupon', created: 1_790_000_000, livemode: false, name: null, duration: 'once', percent_off: 5 },
  ...fields,
});

/** An engine whose only place for reads is taken until it is let go: until then nothing but pages proves anything. */
async function startBusy(
  kind: (typeof databases)[number],
  more: Partial<PageLimits> = {},
): Promise<{ core: Core; letGo: () => void }> {
  const core = await startCore({ kind, options: { concurrency: 1 }, pages: { ...pages, ...more } });
  const busy = { id: 'prod_busy', object: 'product', created: 1_790_000_000 };
  core.stripe.put('/v1/products/prod_busy', busy);
  const read = core.stripe.hold('/v1/products/prod_busy');
  await core.deliver(eventOf('product.created', busy));
  await read.arrived;
  return { core, letGo: () => read.release() };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(databases)('pages on %s', (kind) => {
  let core: Core;
  let letGo: () => void;
  beforeEach(async () => {
    ({ core, letGo } = await startBusy(kind));
  });
  /** The same with other limits. */
  const restart = async (more: Partial<PageLimits>): Promise<void> => {
    letGo();
    await core.stop();
    ({ core, letGo } = await startBusy(kind, more));
  };
  afterEach(async () => {
    letGo();
    await core.stop();
  });

  const nameOf = async (id: string) => ((await core.row('coupons', id))?.['data'] as Json | undefined)?.['name'];
  const marked = async (): Promise<string[]> =>
    (
      await core.database.query<{ id: string }>(sql`select id from lockstep.dirty where type <> 'product' order by id`)
    ).map(({ id }) => id);
  const readsOf = (id: string): number => core.stripe.reads.filter((path) => path === `${LIST}/${id}`).length;
  const settled = (id: string) =>
    core.logged.flatMap((facts) => (facts['event'] === 'sync.settled' && facts['id'] === id ? [facts['settled']] : []));
  const put = (name: string): void => {
    for (const id of ids) core.stripe.put(`${LIST}/${id}`, coupon(id, { name }));
  };
  const change = async (): Promise<void> => {
    put('changed');
    await Promise.all(ids.map((id) => core.deliver(eventOf('coupon.created', coupon(id, { name: 'shown' })))));
  };
  /** The page that says which objects to claim has been answered; the one that proves them has been asked for, and waits. */
  const claimedFor = async (): Promise<Held> => {
    const looking = core.stripe.hold(LIST);
    const proving = core.stripe.hold(LIST);
    await change();
    await looking.arrived;
    looking.release();
    await proving.arrived;
    return proving;
  };

  test('a page proves what waits, with its Date, and is asked for with the expansions of a read', async () => {
    await change();
    await eventually(async () => (await marked()).length === 0, 'all are proven');
    const rows = await core.database.query<{ name: string; late: boolean }>(sql`
      select name, as_of > now() as late from stripe.coupons where proven_at is not null and as_of > now() - interval '1 m'`);
    expect(rows).toEqual(ids.map(() => ({ name: 'changed', late: false })));
    expect(ids.map(readsOf)).toEqual([0, 0, 0, 0]);
    const query = `${LIST}?expand[]=data.applies_to&expand[]=data.currency_options&created[lte]=1790000000&limit=100`;
    expect(core.stripe.lists).toEqual([query, query]);
  });

  test('a page that was asked for before the claims proves nothing', async () => {
    const looking = core.stripe.hold(LIST);
    await change();
    await looking.arrived;
    put('changed since'); // the answer that is on its way shows the state before
    looking.release();
    await eventually(async () => (await marked()).length === 0, 'all are proven');
    for (const id of ids) expect(await nameOf(id)).toBe('changed since');
  });

  test('an object that is claimed but not on the page gets no tombstone from it: its own read decides', async () => {
    const proving = await claimedFor();
    const [left = '', gone = '', ...others] = ids;
    core.stripe.remove(`${LIST}/${gone}`);
    const members = others.map((id) => coupon(id, { name: 'on the page' }));
    const stub = { id: gone, object: 'coupon', deleted: true };
    proving.release({ object: 'list', url: LIST, has_more: false, data: [...members, stub] });
    await eventually(async () => (await marked()).join() === [left, gone].join(), 'the others are proven');
    expect(await nameOf(left)).toBe('shown');
    expect(core.logged.filter(({ found }) => found === false)).toEqual([]);
    letGo();
    await core.rest();
    expect(await nameOf(left)).toBe('changed');
    expect(await core.row('coupons', gone)).toMatchObject({ deleted: true });
    expect([left, gone].map(readsOf)).toEqual([1, 1]);
  });

  test('a hint that comes while the page is on its way makes the object go one more round', async () => {
    const proving = await claimedFor();
    const [id = ''] = ids;
    await core.deliver(eventOf('coupon.updated', coupon(id), { version: FOREIGN_VERSION }));
    put('hinted at since');
    proving.release();
    await eventually(async () => (await marked()).join() === id, 'the others are proven');
    await eventually(() => Promise.resolve(settled(id).length > 0), 'the page is settled');
    expect([settled(id), await marked()]).toEqual([['again'], [id]]);
    letGo();
    await core.rest();
    expect(settled(id)).toEqual(['again', 'proven']);
    expect(readsOf(id)).toBe(1); // a mark that has outlived a proof is not for pages
  });

  test('an object with children that the page cuts off is not claimed for it, and the pages rest', async () => {
    await restart({ restMs: 60_000 });
    const subscriptions = ids.map((id) => id.replace('co', 'sub'));
    for (const id of subscriptions) {
      core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 12));
      for (let n = 0; n < 12; n += 1) core.stripe.put(`/v1/subscription_items/si_${id}_${n}`, subscriptionItem(id, n));
    }
    const tokens: unknown[] = [];
    const query: typeof core.database.query = core.database.query.bind(core.database);
    core.database.query = async <Row>(statement: Sql) => {
      const rows = await query<Row>(statement);
      if (statement.text.includes('lockstep.claim_mark(')) tokens.push(...rows);
      return rows;
    };
    await Promise.all(
      subscriptions.map((id) => core.deliver(eventOf('customer.subscription.created', subscription(id, 12)))),
    );
    await eventually(async () => core.stripe.lists.length > 0, 'a page was seen');
    await sleep(500);
    expect(tokens).toEqual([]);
    expect(await marked()).toEqual(subscriptions);
    expect(core.stripe.lists).toHaveLength(1);
    letGo();
    await core.rest();
    const counted = await core.database.query<{ owner: string; count: number }>(sql`
      select owner, count(*) as count from stripe.subscription_items where not deleted group by owner order by owner`);
    expect(counted).toEqual(subscriptions.map((owner) => ({ owner, count: 12 })));
  });

  test('a list that always answers with the same page is not read forever', async () => {
    await restart({ restMs: 60_000, atOnce: 1 });
    const empty = { object: 'list', url: LIST, has_more: true, data: [] };
    // It ignores where it should begin, and shows what is younger than all that waits, but only when it is looked at.
    const full = { ...empty, data: ids.map((id) => coupon(id, { created: 1_790_000_100 })) };
    for (let pages = 0; pages < 20; pages += 1)
      for (const answer of [full, empty]) core.stripe.hold(LIST).release(answer);
    await change();
    const pagesSeen = (): number => core.logged.filter(({ event }) => event === 'sync.page').length;
    await eventually(async () => pagesSeen() > 1, 'pages were seen');
    await sleep(1_500);
    expect(pagesSeen()).toBeLessThanOrEqual(4); // as many as wait, since a page should cover one
  });

  test('of a few marks nothing more is looked up', async () => {
    const statements: string[] = [];
    const query: typeof core.database.query = core.database.query.bind(core.database);
    core.database.query = (statement) => (statements.push(statement.text), query(statement));
    const [id = ''] = ids;
    put('changed');
    await core.deliver(eventOf('coupon.created', coupon(id)));
    const looks = (): number => statements.filter((text) => text.includes('lockstep.claimable_marks')).length;
    await eventually(async () => looks() > 20, 'it has looked many times');
    expect(statements.filter((text) => text.includes('m.created'))).toEqual([]);
    await change();
    await eventually(async () => statements.some((text) => text.includes('m.created')), 'there are enough');
  });

  test('nothing more is claimed for pages of an account that is paused while they are read', async () => {
    const looking = core.stripe.hold(LIST);
    await change();
    await looking.arrived;
    await core.engine.operations.holds.pause({ by: 'a test' });
    looking.release();
    const tokens = sql`select 1 from lockstep.dirty where token is not null and type = 'coupon'`;
    await sleep(1_000);
    expect(await core.database.query(tokens)).toEqual([]);
    expect(core.stripe.lists).toHaveLength(1);
    await core.engine.operations.holds.resume({});
    await eventually(async () => (await marked()).length === 0, 'all are proven');
  });

  test('no page is requested while proving is paused, because the key is not accepted', async () => {
    core.stripe.fail('/v1/products/prod_locked', 401, 1);
    const asking = core.stripe.hold('/v1/account');
    await core.deliver(eventOf('product.created', { id: 'prod_locked', object: 'product', created: 1_790_000_000 }));
    letGo();
    await asking.arrived; // whether the key is accepted again
    await change();
    await sleep(1_000);
    expect(core.stripe.lists).toEqual([]);
    asking.release();
    await eventually(async () => (await marked()).length === 0, 'all are proven');
  });

  test('a page does not end a row of 404s: the next one is still asked about', async () => {
    letGo();
    await core.rest();
    const marks = createMarks(core.database);
    const missing = (id: string) => {
      const hints = [hintAt({ ...core.engine.source, type: 'product', id })];
      return core.database.transaction((tx) => marks.mark(tx, hints, new Date()));
    };
    await missing('prod_1');
    await core.rest();
    await core.database.query(sql`update lockstep.missing_runs set length = 19`);
    const last = core.stripe.hold('/v1/products/prod_0');
    letGo = () => last.release();
    await missing('prod_0');
    await last.arrived;
    await change();
    await eventually(async () => (await marked()).length === 0, 'the page has proven all');
    const asked = (): number => core.stripe.reads.filter((path) => path === '/v1/account').length;
    const before = asked();
    letGo();
    await core.rest();
    expect(asked()).toBe(before + 1);
  });

  test.each([403, 429, 500, 'cut'] as const)('where the list fails with %s, each is read by itself', async (status) => {
    core.stripe.fail(LIST, status, 1_000);
    await change();
    await eventually(() => Promise.resolve(core.logged.some(({ event }) => event === 'sync.page_failed')), 'it failed');
    letGo();
    await core.rest();
    for (const id of ids) expect(await nameOf(id)).toBe('changed');
    expect(ids.map(readsOf)).toEqual([1, 1, 1, 1]);
  });

  test('where the page of the claimed objects fails, each is read by itself', async () => {
    const proving = await claimedFor();
    proving.release({ error: { type: 'api_error', message: 'as scripted' } });
    const claimed = sql`select 1 from lockstep.dirty where token is not null and type = 'coupon'`;
    await eventually(async () => (await core.database.query(claimed)).length === 0, 'the claims are given back');
    expect(core.logged).toContainEqual(
      expect.objectContaining({ event: 'sync.page_failed', type: 'coupon', status: 400 }),
    );
    letGo();
    await core.rest();
    expect(ids.map(readsOf)).toEqual([1, 1, 1, 1]);
  });

  test('claims do not wait for a page that does not come', async () => {
    await restart({ answerMs: 2_000, restMs: 60_000 });
    const proving = await claimedFor();
    letGo();
    await core.rest();
    for (const id of ids) expect(await nameOf(id)).toBe('changed');
    expect(core.logged.filter(({ event }) => event === 'sync.page_failed')).toMatchObject([
      { type: 'coupon', reason: 'the page did not come within 2 s' },
    ]);
    proving.release();
  });

  test('a type that fails ends no look at another, and none begins before all have ended', async () => {
    const source = core.engine.source;
    await core.database.script('alter table stripe.promotion_codes rename to elsewhere');
    const looking = core.stripe.hold(LIST);
    put('changed');
    const hints = ids.flatMap((id) => ['coupon', 'promotion_code'].map((type) => hintAt({ ...source, type, id })));
    await core.database.transaction((tx) => createMarks(core.database).mark(tx, hints, new Date()));
    await looking.arrived;
    await sleep(500);
    expect(core.stripe.lists).toHaveLength(1);
    looking.release();
    const coupons = sql`select 1 from lockstep.dirty where type = 'coupon'`;
    await eventually(async () => (await core.database.query(coupons)).length === 0, 'the coupons are proven');
    await core.database.script('alter table stripe.elsewhere rename to promotion_codes');
  });

  test('claims that wait for a page take no place of a read', async () => {
    const proving = await claimedFor();
    letGo();
    const product = { id: 'prod_meanwhile', object: 'product', created: 1_790_000_000 };
    core.stripe.put('/v1/products/prod_meanwhile', product);
    await core.deliver(eventOf('product.created', product));
    await eventually(async () => {
      const [row] = await core.database.query(
        sql`select 1 from stripe.products where id = 'prod_meanwhile' and proven_at is not null`,
      );
      return row !== undefined;
    }, 'another object is read and proven');
    expect(await marked()).toEqual(ids);
    proving.release();
    await core.rest();
  });

  test('a service that stops gives back what it claimed for a page', async () => {
    await claimedFor();
    const held = sql`select 1 from lockstep.dirty where token is not null and type = 'coupon'`;
    expect(await core.database.query(held)).toHaveLength(ids.length);
    const released: unknown[] = [];
    core.database.close = async () => void released.push(...(await core.database.query(held)));
    await core.engine.stop();
    expect(released).toEqual([]);
    expect(core.errors).toEqual([]);
  });
});

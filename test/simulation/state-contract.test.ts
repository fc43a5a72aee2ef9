import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createState, type State } from '../../src/engine/state.js';
import type { DriftFinding } from '../../src/listing/drift/drift-record.js';
import type { DeliveryClaim, NewDelivery } from '../../src/hooks/deliveries.js';
import type { Hook } from '../../src/hooks/hook.js';
import type { Arrival } from '../../src/inbox/arrival.js';
import { hintAt } from '../../src/inbox/hint.js';
import type { Claim } from '../../src/inbox/marks.js';
import { keyText, type ObjectKey, type Source } from '../../src/kernel/source.js';
import type { Row } from '../../src/mirror/row.js';
import type { Queryable } from '../../src/store/database.js';
import type { StripeObject } from '../../src/stripe/gateway.js';
import { databases, openTestDatabase } from '../support/world.js';
import { createMemoryState } from './memory/state.js';

/** One suite, three implementations: what the simulation finds on the store in memory is true of the SQL too. */
describe.each([...databases, 'memory'] as const)('what the core remembers in %s:', (kind) => {
  let state: State;
  let drawn = 0;
  let source: Source & { platform: string };
  let key: ObjectKey;

  beforeAll(async () => {
    state = kind === 'memory' ? createMemoryState() : createState(await openTestDatabase(kind), 'stripe');
  });
  afterAll(() => state.database.close());
  // An account of its own for each test, so that none sees another's rows.
  beforeEach(async () => {
    const account = `acct_${(drawn += 1)}`;
    source = { account, livemode: false, platform: account };
    key = keyOf('customer', 'cus_1');
    await inTx((tx) => state.sources.bind(tx, [source]));
  });

  const keyOf = (type: string, id: string): ObjectKey => ({ account: source.account, livemode: false, type, id });
  const inTx = <T>(work: (tx: Queryable) => Promise<T>): Promise<T> => state.database.transaction(work);
  const at = (second: number): Date => new Date(Date.UTC(2026, 10, 24, 12, 0, second));
  const markOne = async (of: ObjectKey = key, when = at(0)) => {
    const [mark] = await inTx((tx) => state.marks.mark(tx, [hintAt(of)], when));
    if (mark === undefined) throw new Error('nothing was marked');
    return mark;
  };
  const claimAll = (now = at(1), limit = 10): Promise<Claim[]> =>
    state.marks.claim({ limit, now, leaseMs: 30_000, homes: [source] });
  const claimOne = async (now = at(1)): Promise<Claim> => {
    const [claim] = await claimAll(now);
    if (claim === undefined) throw new Error('nothing was claimed');
    return claim;
  };
  const lock = (of: ObjectKey = key) => inTx((tx) => state.marks.lock(tx, of));
  const row = (of: ObjectKey, more: Partial<Row> = {}): Row => ({
    ...{ ...of, owner: null, data: object(of.type, of.id), deleted: false, provenAt: at(2), asOf: at(1) },
    ...more,
  });
  const write = (rows: Row[], childSets: Parameters<State['mirror']['write']>[1]['childSets'] = []) =>
    inTx((tx) => state.mirror.write(tx, { rows, childSets }));
  const read = async (of: ObjectKey) => (await inTx((tx) => state.mirror.read(tx, [of]))).get(keyText(of));
  const arrival = (id: string, more: Partial<Arrival> = {}): Arrival => ({
    ...{ ...source, id, type: 'customer.updated', created: at(0), apiVersion: null, feed: 'webhook', quarantine: null },
    ...{ objectType: 'customer', objectId: 'cus_1', twin: null, hints: [], snapshot: null, ids: [], body: '{}' },
    ...more,
  });
  const store = (...arrivals: Arrival[]) => inTx((tx) => state.events.store(tx, arrivals));

  describe('transactions', () => {
    test('what a transaction wrote is gone when it throws', async () => {
      await markOne();
      await write([row(key)]);
      const failing = inTx(async (tx) => {
        await state.marks.clear(tx, [key]);
        await state.marks.mark(tx, [hintAt(keyOf('customer', 'cus_2'))], at(0));
        await state.mirror.write(tx, { rows: [row(key, { data: object('customer', 'cus_1', 'new') })], childSets: [] });
        await state.events.store(tx, [arrival('evt_undone')]);
        throw new Error('as tested');
      });
      await expect(failing).rejects.toThrow('as tested');
      expect(await state.marks.ids(source, 'customer')).toEqual(['cus_1']);
      expect((await read(key))?.data).toEqual(object('customer', 'cus_1'));
      expect(await store(arrival('evt_undone'))).toHaveLength(1);
    });

    test('gens never go back, not even when their transaction does', async () => {
      const first = await markOne();
      await inTx(async (tx) => {
        await state.marks.mark(tx, [hintAt(key)], at(0));
        throw new Error('as tested');
      }).catch(() => {});
      const later = await markOne();
      expect(later.gen).toBeGreaterThan(first.gen);
      expect((await lock())?.gen).toBe(later.gen);
    });

    test('two transactions that mark the same objects both finish', async () => {
      const hints = ['cus_1', 'cus_2', 'cus_3'].map((id) => hintAt(keyOf('customer', id)));
      await Promise.all([
        inTx((tx) => state.marks.mark(tx, hints, at(0))),
        inTx((tx) => state.marks.mark(tx, hints.toReversed(), at(0))),
      ]);
      expect((await state.marks.ids(source, 'customer')).sort()).toEqual(['cus_1', 'cus_2', 'cus_3']);
    });
  });

  describe('what was erased', () => {
    const leftOut = (...ids: string[]) =>
      inTx((tx) =>
        state.mirror.leftOut(tx, [
          { ...source, ids },
          { ...source, ids: ['cus_2'] },
        ]),
      );
    const erase = (of: ObjectKey, customer: string) =>
      inTx((tx) => state.mirror.leaveOut(tx, [{ ...of, customer }], at(3)));

    test('leaves a stub without a row, without children and without a mark', async () => {
      const of = keyOf('subscription', 'sub_1');
      const child = row(keyOf('subscription_item', 'si_1'), { owner: 'sub_1' });
      await write([row(of), child]);
      await markOne(of);
      await erase(of, 'cus_1');
      expect(await read(of)).toBeUndefined();
      expect((await inTx((tx) => state.mirror.children(tx, [of]))).size).toBe(0);
      expect(await lock(of)).toBeUndefined();
      expect(await leftOut('sub_1')).toEqual(['cus_1', null]);
    });

    test('leaves out what names it, and is never marked again', async () => {
      await erase(key, 'cus_1');
      expect(await leftOut('in_1', 'cus_1')).toEqual(['cus_1', null]);
      expect(await leftOut('in_1')).toEqual([null, null]);
      expect(
        await inTx((tx) => state.marks.mark(tx, [hintAt(key), hintAt(keyOf('customer', 'cus_2'))], at(4))),
      ).toMatchObject([{ id: 'cus_2' }]);
    });

    test('is left out of its own account alone', async () => {
      await erase(key, 'cus_1');
      const elsewhere = { account: 'acct_elsewhere', livemode: false, ids: ['cus_1'] };
      expect(await inTx((tx) => state.mirror.leftOut(tx, [elsewhere]))).toEqual([null]);
    });
  });

  describe('marks', () => {
    test('a first hint makes a mark, a second one moves its gen', async () => {
      const first = await markOne();
      const second = await markOne();
      expect([first.isNew, second.isNew, first.suspended]).toEqual([true, false, false]);
      expect(second.gen).toBeGreaterThan(first.gen);
    });

    test('hints at one object in one call are one mark', async () => {
      const marked = await inTx((tx) => state.marks.mark(tx, [hintAt(key), hintAt(key)], at(0)));
      expect(marked).toHaveLength(1);
      expect(await inTx((tx) => state.marks.mark(tx, [], at(0)))).toEqual([]);
    });

    test('what is known of the parents grows with the hints', async () => {
      const card = keyOf('card', 'card_1');
      const hint = (parents: Record<string, string>) =>
        inTx((tx) => state.marks.mark(tx, [{ ...card, parents }], at(0)));
      await hint({ customer: 'cus_1' });
      await hint({ account: 'acct_9' });
      expect((await claimOne()).parents).toEqual({ customer: 'cus_1', account: 'acct_9' });
    });

    test('a claim draws a token after the gen, and holds until its lease ends', async () => {
      const { gen } = await markOne();
      const claim = await claimOne(at(1));
      expect(claim).toEqual({
        ...{ ...key, platform: source.platform, gen, attempts: 0, parents: {}, hintedAt: at(0), lane: 'backlog' },
        ...{ heard: false, once: true },
        token: expect.any(Number),
      });
      expect(claim.token).toBeGreaterThan(gen);
      expect(await claimAll(at(31))).toEqual([]);
      const again = await claimOne(at(32));
      expect(again.token).toBeGreaterThan(claim.token);
    });

    test('only what is due is claimed, the longest due first, and no more than asked for', async () => {
      await markOne(keyOf('customer', 'cus_late'), at(2));
      await markOne(keyOf('customer', 'cus_early'), at(1));
      await markOne(keyOf('customer', 'cus_future'), at(9));
      const claimed = await claimAll(at(3), 1);
      expect([...claimed, ...(await claimAll(at(3)))].map(({ id }) => id)).toEqual(['cus_early', 'cus_late']);
    });

    const hintOf = (id: string, more: { heard?: true; awaited?: true } = {}) => ({
      ...hintAt(keyOf('customer', id)),
      ...more,
    });
    const mark = (when: Date, ...hints: ReturnType<typeof hintOf>[]) => inTx((tx) => state.marks.mark(tx, hints, when));
    const claimSome = (options: Partial<Parameters<State['marks']['claim']>[0]> = {}) =>
      state.marks.claim({ limit: 10, now: at(9), leaseMs: 30_000, homes: [source], ...options });
    const lanesOf = (claims: readonly Claim[]) => claims.map(({ id, lane }) => `${id} ${lane}`).sort();
    /** One by one, as a worker with a single place does. */
    const inOrder = async (now = at(9)): Promise<string[]> => {
      const claims: Claim[] = [];
      for (;;) {
        const [claim] = await claimSome({ limit: 1, now });
        if (claim === undefined) return claims.map(({ id, lane }) => `${id} ${lane}`);
        claims.push(claim);
      }
    };

    test('what somebody waits for is claimed first, then what an event was about, the latest first, then by age', async () => {
      await mark(
        at(0),
        hintOf('old'),
        hintOf('heard_early', { heard: true }),
        hintOf('waited_early', { awaited: true }),
      );
      await mark(at(1), hintOf('less_old'), hintOf('heard_late', { heard: true }));
      await mark(at(2), hintOf('waited_late', { awaited: true }));
      expect(await inOrder()).toEqual([
        'waited_early urgent',
        'waited_late urgent',
        'heard_late fresh',
        'heard_early fresh',
        'old backlog',
        'less_old backlog',
      ]);
    });

    test('what is suspended is urgent, for nothing of it is shown until it is proven', async () => {
      await mark(at(0), hintOf('heard', { heard: true }), hintOf('doubtful', { heard: true }));
      await inTx((tx) => state.marks.suspend(tx, keyOf('customer', 'doubtful'), at(1)));
      expect(await inOrder()).toEqual(['doubtful urgent', 'heard fresh']);
    });

    test('an event makes an old mark fresh, and half a minute later it waits by age again', async () => {
      await mark(at(0), hintOf('old'), hintOf('renewed'));
      await mark(at(5), hintOf('renewed', { heard: true }));
      await mark(at(6), hintOf('renewed'));
      const [first] = await claimSome({ limit: 1 });
      expect(first).toMatchObject({ id: 'renewed', lane: 'fresh' });
      await state.marks.release(first as Claim);
      expect(lanesOf(await claimSome({ now: at(36) }))).toEqual(['old backlog', 'renewed backlog']);
    });

    test('an event that a wrong clock has dated makes nothing fresh', async () => {
      await mark(at(24 * 60 * 60), hintOf('tomorrow', { heard: true }));
      expect(lanesOf(await claimSome())).toEqual(['tomorrow backlog']);
    });

    test('what failed waits by age, and what failed often does so whatever events come', async () => {
      const fail = async () => {
        const [claim] = await claimSome();
        await state.marks.giveBack(claim as Claim, { now: at(1), due: at(1), soon: at(1), reason: 'x', dead: false });
        return claim?.lane;
      };
      await mark(at(0), hintOf('failing', { heard: true, awaited: true }));
      expect(await fail()).toBe('urgent');
      expect(await fail()).toBe('backlog');
      await mark(at(2), hintOf('failing', { heard: true }));
      expect(await fail()).toBe('fresh');
      await mark(at(2), hintOf('failing', { heard: true }));
      expect(await fail()).toBe('backlog');
      await mark(at(2), hintOf('failing', { awaited: true }));
      expect(await fail()).toBe('urgent');
    });

    test('what is put off waits by age from then on, what is released keeps its place', async () => {
      await mark(at(0), hintOf('one', { heard: true }));
      const [claim] = await claimSome();
      await state.marks.release(claim as Claim, at(5));
      const [again] = await claimSome();
      expect(again?.lane).toBe('fresh');
      await state.marks.postpone(claim as Claim, at(7)); // it has another token by now
      expect(await claimSome()).toEqual([]);
      await state.marks.postpone(again as Claim, at(7));
      expect(await claimSome({ now: at(6) })).toEqual([]);
      expect(lanesOf(await claimSome())).toEqual(['one backlog']);
    });

    test('each lane gives no more than its share, and nothing of a type that it leaves out', async () => {
      const others = ['in_1', 'in_2'].map((id) => hintAt(keyOf('invoice', id)));
      await mark(at(0), hintOf('a'), hintOf('b'), hintOf('c', { heard: true }), hintOf('d', { heard: true }));
      await inTx((tx) => state.marks.mark(tx, others, at(3)));
      const share = (limit: number, ...without: string[]) => ({ limit, without });
      const one = await claimSome({ limit: 4, ahead: share(1), backlog: share(2, 'customer') });
      expect(one.map(({ type, lane }) => `${type} ${lane}`).sort()).toEqual([
        'customer fresh',
        'invoice backlog',
        'invoice backlog',
      ]);
      expect(await claimSome({ ahead: share(9, 'customer'), backlog: share(0) })).toEqual([]);
      // What goes ahead is part of the backlog too: where its own share is full, it goes by age.
      expect(await claimSome({ ahead: share(0), backlog: share(9) })).toHaveLength(3);
    });

    test('two workers that claim at once share what is there', async () => {
      await mark(
        at(0),
        ...Array.from({ length: 12 }, (_, n) => hintOf(`cus_${n}`, n % 2 === 0 ? { heard: true } : {})),
      );
      const claims = (await Promise.all([claimSome({ limit: 6 }), claimSome({ limit: 6 })])).flat();
      expect(new Set(claims.map(({ id }) => id)).size).toBe(12);
    });

    test('a renewed claim holds for another lease, and one that was lost is named no more', async () => {
      await mark(at(0), hintOf('kept'), hintOf('lost'), hintOf('done'));
      const claims = await claimSome({ now: at(1) });
      const of = (id: string) => claims.find((claim) => claim.id === id) as Claim;
      await inTx((tx) => state.marks.clear(tx, [keyOf('customer', 'done')]));
      await state.marks.release(of('lost'));
      const [taken] = await claimSome({ now: at(2) });
      expect(taken).toMatchObject({ id: 'lost' });
      expect(await state.marks.renew(claims, at(20), 30_000)).toEqual([{ token: of('kept').token, renewed: true }]);
      expect(await state.marks.renew([], at(20), 30_000)).toEqual([]);
      expect((await claimAll(at(49))).map(({ id }) => id)).toEqual(['lost']); // the other worker's lease was not touched
      expect((await claimAll(at(51))).map(({ id }) => id)).toEqual(['kept']);
    });

    test('marks of accounts that no home reaches are left alone', async () => {
      await markOne();
      const stranger = { account: 'acct_stranger', livemode: false };
      expect(await state.marks.claim({ limit: 9, now: at(9), leaseMs: 1, homes: [stranger] })).toEqual([]);
      expect(await state.marks.nextDue([stranger], at(2))).toBeUndefined();
    });

    test("a connected account's marks are claimed for its platform", async () => {
      const connected = { account: `${source.account}_c`, livemode: false, platform: source.account };
      await inTx((tx) => state.sources.bind(tx, [connected]));
      await markOne({ ...key, account: connected.account });
      expect((await claimOne()).platform).toBe(source.account);
    });

    test('the next due time is that of the first mark that is neither early nor leased', async () => {
      expect(await state.marks.nextDue([source], at(2))).toBeUndefined();
      await markOne(key, at(1));
      expect(await state.marks.nextDue([source], at(2))).toEqual(at(1));
      await claimOne(at(2));
      expect(await state.marks.nextDue([source], at(2))).toEqual(at(32));
      await markOne(keyOf('customer', 'cus_2'), at(5));
      expect(await state.marks.nextDue([source], at(2))).toEqual(at(5));
    });

    test('a released claim is due at once, or when it is said to be', async () => {
      await markOne();
      await state.marks.release(await claimOne());
      await state.marks.release(await claimOne(), at(20));
      expect(await claimAll(at(19))).toEqual([]);
      expect(await claimAll(at(20))).toHaveLength(1);
    });

    test('a claim that another has taken over can be neither released nor given back', async () => {
      await markOne();
      const old = await claimOne(at(1));
      const { token } = await claimOne(at(40));
      await state.marks.release(old);
      await state.marks.giveBack(old, { now: at(40), due: at(41), soon: at(41), reason: 'old', dead: true });
      expect((await lock())?.token).toBe(token);
      expect(await state.marks.dead(source, 'customer')).toBe(0);
    });

    test('a claim given back is due when it says, counts its attempts, and may be dead', async () => {
      await markOne();
      const how = { now: at(2), due: at(10), soon: at(3), reason: 'forbidden', dead: true };
      await state.marks.giveBack(await claimOne(), how);
      expect(await claimAll(at(9))).toEqual([]);
      expect(await state.marks.dead(source, 'customer')).toBe(1);
      expect((await claimOne(at(10))).attempts).toBe(1);
    });

    test('where a hint came meanwhile, a claim given back is not dead and due soon', async () => {
      await markOne();
      const claim = await claimOne();
      await markOne();
      await state.marks.giveBack(claim, { now: at(2), due: at(10), soon: at(3), reason: 'forbidden', dead: true });
      expect(await state.marks.dead(source, 'customer')).toBe(0);
      expect(await claimAll(at(3))).toHaveLength(1);
    });

    test('a hint revives what failed before: no dead letter, and due at once', async () => {
      await markOne();
      await state.marks.giveBack(await claimOne(), { now: at(2), due: at(50), soon: at(3), reason: 'x', dead: true });
      await markOne(key, at(4));
      expect(await state.marks.dead(source, 'customer')).toBe(0);
      expect(await claimAll(at(4))).toHaveLength(1);
    });

    test('a hint does not hurry what has not failed', async () => {
      await markOne();
      await state.marks.release(await claimOne(), at(20));
      await markOne(key, at(4));
      expect(await claimAll(at(4))).toEqual([]);
    });

    test('a mark keeps the ids of its events: of many, the first ones', async () => {
      const hear = (...events: string[][]) =>
        inTx((tx) =>
          state.marks.mark(
            tx,
            events.map((ids) => ({ ...hintAt(key), events: ids })),
            at(0),
          ),
        );
      await hear(['evt_1', 'evt_2']);
      await hear(['evt_3'], ['evt_4']);
      await markOne();
      expect((await lock())?.events).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4']);
      for (let n = 0; n < 40; n += 1) await hear([`evt_more_${n}`]);
      expect((await lock())?.events).toHaveLength(20);
    });

    test('a locked mark tells gen, token and whether something was shown since the claim', async () => {
      expect(await lock()).toBeUndefined();
      const { gen } = await markOne();
      expect(await lock()).toEqual({
        gen,
        token: null,
        shown: false,
        prior: null,
        heard: false,
        events: [],
        watched: false,
      });
      const note = () => inTx((tx) => state.marks.noteShown(tx, [{ ...key, prior: null }]));
      await note();
      expect((await lock())?.shown).toBe(false); // no read is under way
      const { token } = await claimOne();
      await note();
      expect(await lock()).toEqual({ gen, token, shown: true, prior: null, heard: false, events: [], watched: false });
      await claimOne(at(40));
      expect((await lock())?.shown).toBe(false);
    });

    test('a cleared mark is gone, and the next hint makes a new one', async () => {
      await markOne();
      await inTx((tx) => state.marks.clear(tx, [key, keyOf('customer', 'cus_unknown')]));
      await inTx((tx) => state.marks.clear(tx, []));
      expect(await lock()).toBeUndefined();
      expect((await markOne()).isNew).toBe(true);
    });

    test('one more round: unclaimed, due as said, and no longer suspended', async () => {
      await markOne();
      await inTx((tx) => state.marks.suspend(tx, key, at(3)));
      expect((await markOne()).suspended).toBe(true);
      const claim = await claimOne(at(4));
      const { gen } = await markOne();
      await inTx((tx) => state.marks.again(tx, claim, at(5)));
      expect(await lock()).toEqual({
        gen,
        token: null,
        shown: false,
        prior: null,
        heard: false,
        events: [],
        watched: false,
      });
      expect(await claimAll(at(4))).toEqual([]);
      expect((await claimOne(at(5))).attempts).toBe(0);
      expect((await markOne()).suspended).toBe(false);
    });

    test('suspended: unclaimed, due as said, nothing shown', async () => {
      await markOne();
      await claimOne();
      await inTx((tx) => state.marks.noteShown(tx, [{ ...key, prior: { data: { id: 'cus_1' } } }]));
      await inTx((tx) => state.marks.suspend(tx, key, at(3)));
      expect(await lock()).toMatchObject({ token: null, shown: false });
      expect(await claimAll(at(2))).toEqual([]);
      expect(await claimAll(at(3))).toHaveLength(1);
    });

    test('a write waits for a proof that began after it, and for no other', async () => {
      const mine = await markOne();
      const waiting = { ...key, gen: mine.gen };
      expect(await state.marks.unproven([waiting])).toEqual([key]);
      const claim = await claimOne();
      const later = await markOne();
      await inTx((tx) => state.marks.again(tx, claim, at(2)));
      expect(await state.marks.unproven([waiting, { ...key, gen: later.gen }])).toEqual([key]); // for the later one
      await inTx((tx) => state.marks.clear(tx, [key]));
      await markOne();
      expect(await state.marks.unproven([waiting, { ...key, gen: later.gen }])).toEqual([]);
    });
  });

  describe('events', () => {
    test('an event is stored once', async () => {
      expect(await store(arrival('evt_1'), arrival('evt_2'))).toHaveLength(2);
      const news = { account: source.account, livemode: false, id: 'evt_3', twinKnown: false, watched: false };
      expect(await store(arrival('evt_1'), arrival('evt_3'), arrival('evt_3'))).toEqual([news]);
    });

    test('the second of two twins is recognised, whichever it is', async () => {
      const thin = (id: string, twin: string) => arrival(id, { twin, created: at(1) });
      const known = async (one: Arrival) => (await store(one))[0]?.twinKnown;
      expect(await known(arrival('evt_s1'))).toBe(false);
      expect(await known(thin('evt_t1', 'evt_s1'))).toBe(true);
      expect(await known(thin('evt_t2', 'evt_s2'))).toBe(false);
      expect(await known(arrival('evt_s2'))).toBe(true);
    });

    test('twins in one batch do not know each other, and both hint', async () => {
      const stored = await store(arrival('evt_s'), arrival('evt_t', { twin: 'evt_s' }));
      expect(stored.map(({ twinKnown }) => twinKnown)).toEqual([false, false]);
    });

    test('a quarantined twin hinted at nothing', async () => {
      await store(arrival('evt_s', { quarantine: 'account' }));
      expect((await store(arrival('evt_t', { twin: 'evt_s' })))[0]?.twinKnown).toBe(false);
    });

    test('a deletion is reported by an event of the object that says so', async () => {
      await store(arrival('evt_1'));
      await store(arrival('evt_2', { type: 'customer.deleted', quarantine: 'account' }));
      await store(arrival('evt_3', { type: 'customer.deleted', objectId: 'cus_2' }));
      expect(await state.events.deletionReported(key)).toBe(false);
      await store(arrival('evt_4', { type: 'customer.deleted' }));
      expect(await state.events.deletionReported(key)).toBe(true);
      expect(await state.events.deletionReported({ ...key, type: 'product' })).toBe(false);
    });
  });

  describe('sources', () => {
    test('an account is bound once', async () => {
      const connected = { account: `${source.account}_c`, livemode: false, platform: source.account };
      expect(await inTx((tx) => state.sources.bind(tx, [source, connected]))).toEqual([connected]);
    });

    test('a home reaches itself first, then the accounts connected to it', async () => {
      const connected = { account: 'acct_0', livemode: false, platform: source.account };
      await inTx((tx) => state.sources.bind(tx, [{ ...connected, account: `${source.account}_c` }]));
      await inTx((tx) => state.sources.bind(tx, [{ ...source, livemode: true }]));
      const reached = await state.sources.reachedFrom(state.database, [source]);
      expect(reached).toEqual([source, { ...connected, account: `${source.account}_c` }]);
      expect(await state.sources.reachedFrom(state.database, [])).toEqual([]);
    });
  });

  describe('mirror', () => {
    const subscription = (): ObjectKey => keyOf('subscription', 'sub_1');
    const item = (id: string, more: Partial<Row> = {}): Row =>
      row(keyOf('subscription_item', id), { owner: 'sub_1', ...more });
    const setOf = (...ids: string[]) => ({
      ...keyOf('subscription_item', 'sub_1'),
      ...{ owner: 'sub_1', ids, provenAt: at(4), asOf: at(3) },
    });

    test('a row reads back as it was written, and what is not there does not', async () => {
      await write([row(key)]);
      expect(await read(key)).toEqual({
        data: object('customer', 'cus_1'),
        deleted: false,
        provenAt: at(2),
        asOf: at(1),
      });
      expect(await read(keyOf('customer', 'cus_2'))).toBeUndefined();
      expect(await read(keyOf('product', 'cus_1'))).toBeUndefined();
    });

    test('a row is written over what stands', async () => {
      await write([row(key)]);
      await write([row(key, { data: object('customer', 'cus_1', 'new'), provenAt: null, asOf: at(5) })]);
      expect(await read(key)).toMatchObject({ data: object('customer', 'cus_1', 'new'), provenAt: null, asOf: at(5) });
    });

    test('what is shown takes the place of a proof only where it is younger, and so do its children', async () => {
      await write([row(key), item('si_1')]);
      await write([row(key, { data: object('customer', 'cus_1', 'new'), provenAt: null })]);
      await write([item('si_2', { provenAt: null })], [{ ...setOf('si_2'), provenAt: null, asOf: at(1) }]);
      expect(await read(key)).toMatchObject({ data: object('customer', 'cus_1'), provenAt: at(2) });
      expect(await read(keyOf('subscription_item', 'si_1'))).toMatchObject({ deleted: false });
    });

    test('what is shown is never read as proven, and over a proof it leaves the proven state to be read', async () => {
      const proven = () => state.mirror.readProven(state.database, key);
      const shown = { data: object('customer', 'cus_1', 'shown'), provenAt: null, asOf: at(5) };
      expect(await proven()).toBeNull();
      await write([row(key, shown)]);
      expect(await proven()).toBeNull(); // a snapshot proves nothing
      await markOne();
      await write([row(key, { data: object('customer', 'cus_1', 'proven'), asOf: at(6) })]);
      await inTx((tx) =>
        state.marks.noteShown(tx, [{ ...key, prior: { data: object('customer', 'cus_1', 'proven') } }]),
      );
      await write([row(key, { ...shown, asOf: at(7) })]);
      expect(await proven()).toEqual(object('customer', 'cus_1', 'proven'));
      await write([row(key, { data: object('customer', 'cus_1', 'again'), asOf: at(8) })]);
      expect(await proven()).toEqual(object('customer', 'cus_1', 'again'));
      await write([row(key, { deleted: true, asOf: at(9) })]);
      expect(await proven()).toBeNull();
      expect(await state.mirror.readProven(state.database, keyOf('token', 'tok_1'))).toBeNull();
    });

    test('types without a table have no rows, but may be marked', async () => {
      const token = keyOf('token', 'tok_1');
      await write([row(token)]);
      await markOne(token);
      expect(await read(token)).toBeUndefined();
      expect((await state.mirror.readMarked(state.database, [token])).get(keyText(token))).toEqual({
        ...{ row: undefined, marked: true },
      });
    });

    test('a row and its mark are seen together', async () => {
      const other = keyOf('customer', 'cus_2');
      await write([row(key)]);
      await markOne(other);
      const seen = await state.mirror.readMarked(state.database, [key, other]);
      expect(seen.get(keyText(key))).toMatchObject({ marked: false, row: { deleted: false, asOf: at(1) } });
      expect(seen.get(keyText(other))).toEqual({ marked: true, row: undefined });
    });

    test('rows are inserted where neither a row nor a mark stands', async () => {
      const [standing, marked, absent] = ['cus_standing', 'cus_marked', 'cus_absent'].map((id) =>
        keyOf('customer', id),
      );
      await write([row(standing as ObjectKey, { data: object('customer', 'cus_standing', 'old') })]);
      await markOne(marked);
      const rows = [standing, marked, absent].map((of) => row(of as ObjectKey));
      const inserted = await inTx((tx) => state.mirror.insertAbsent(tx, rows));
      expect([...inserted]).toEqual([keyText(absent as ObjectKey)]);
      expect((await read(standing as ObjectKey))?.data).toEqual(object('customer', 'cus_standing', 'old'));
      expect(await read(marked as ObjectKey)).toBeUndefined();
      expect(await read(absent as ObjectKey)).toMatchObject({ provenAt: at(2) });
      expect(await inTx((tx) => state.mirror.insertAbsent(tx, []))).toEqual(new Set());
    });

    test('a tombstone is a row that nothing is inserted over', async () => {
      await write([row(key, { deleted: true })]);
      expect(await inTx((tx) => state.mirror.insertAbsent(tx, [row(key)]))).toEqual(new Set());
    });

    test('a child that is no longer in its set is a tombstone, others stay', async () => {
      await write([row(subscription()), item('si_1'), item('si_2')], [setOf('si_1', 'si_2')]);
      await write([item('si_2')], [setOf('si_2')]);
      await write([row(keyOf('subscription_item', 'si_9'), { owner: 'sub_9' })]);
      const children = (await state.mirror.children(state.database, [subscription()])).get(keyText(subscription()));
      const stub = { id: 'si_1', object: 'subscription_item', deleted: true };
      expect(children?.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
        { type: 'subscription_item', id: 'si_1', data: stub, deleted: true },
        { type: 'subscription_item', id: 'si_2', data: object('subscription_item', 'si_2'), deleted: false },
      ]);
      expect(await state.mirror.children(state.database, [keyOf('subscription', 'sub_2')])).toEqual(new Map());
    });

    test('a tombstoned child keeps the time of the set that left it out', async () => {
      await write([item('si_1')]);
      await write([], [setOf()]);
      expect(await read(keyOf('subscription_item', 'si_1'))).toMatchObject({
        provenAt: at(4),
        asOf: at(3),
        deleted: true,
      });
      await write([], [{ ...setOf(), asOf: at(9) }]);
      expect(await read(keyOf('subscription_item', 'si_1'))).toMatchObject({ asOf: at(3) });
    });

    test('one child may stand under two owners', async () => {
      await write([item('si_1'), item('si_1', { owner: 'sub_2' })]);
      await write([], [setOf()]);
      const other = keyOf('subscription', 'sub_2');
      expect((await state.mirror.children(state.database, [other])).get(keyText(other))?.[0]?.deleted).toBe(false);
    });

    test('a scan walks through standing rows in the order of their ids', async () => {
      const rows = ['cus_a', 'cus_b', 'cus_c', 'cus_d'].map((id) => row(keyOf('customer', id)));
      await write([...rows, row(keyOf('customer', 'cus_e'), { asOf: at(9) })]);
      await write([row(keyOf('customer', 'cus_b'), { deleted: true })]);
      await markOne(keyOf('customer', 'cus_c'));
      const scan = (after: string, limit: number) =>
        state.mirror.scan(state.database, { source, type: 'customer', after, asOf: at(1), limit });
      expect(await scan('', 2)).toEqual([
        { id: 'cus_a', marked: false },
        { id: 'cus_c', marked: true },
      ]);
      expect(await scan('cus_c', 9)).toEqual([{ id: 'cus_d', marked: false }]);
      expect(await scan('cus_d', 9)).toEqual([]);
    });

    test('owners that neither stand nor are marked leave orphans', async () => {
      const orphans = () => state.mirror.orphans(state.database, source, 'subscription', 'subscription_item');
      await write([row(subscription()), item('si_1')]);
      await write([item('si_2', { owner: 'sub_gone' }), item('si_3', { owner: 'sub_buried' })]);
      await write([
        row(keyOf('subscription', 'sub_buried'), { deleted: true }),
        item('si_4', { owner: 'sub_left', deleted: true }),
      ]);
      expect((await orphans()).sort()).toEqual(['sub_buried', 'sub_gone']);
      await markOne(keyOf('subscription', 'sub_gone'));
      expect(await orphans()).toEqual(['sub_buried']);
      expect(await state.mirror.orphans(state.database, source, 'invoice', 'subscription_item')).toEqual([]);
    });

    test('of several owner types the first is asked about orphans', async () => {
      await write([row(keyOf('item', 'li_1'), { owner: 'plink_1' })]);
      const orphans = (owner: string) => state.mirror.orphans(state.database, source, owner, 'item');
      expect(await orphans('checkout.session')).toEqual(['plink_1']);
      expect(await orphans('payment_link')).toEqual([]);
      await write([row(keyOf('payment_link', 'plink_1'))]);
      expect(await orphans('checkout.session')).toEqual([]);
    });

    test('some object is proven: none that is shown or gone, and one that is marked only for want of another', async () => {
      const some = () => state.mirror.someProven(state.database, source, 'customer');
      await write([row(keyOf('customer', 'cus_shown'), { provenAt: null })]);
      await write([row(keyOf('customer', 'cus_gone'), { deleted: true })]);
      expect(await some()).toBeUndefined();
      await write([row(key)]);
      await markOne();
      expect(await some()).toEqual({ id: 'cus_1', marked: true });
      await write([row(keyOf('customer', 'cus_2'))]);
      expect(await some()).toEqual({ id: 'cus_2', marked: false });
      expect(await state.mirror.someProven(state.database, source, 'token')).toBeUndefined();
    });
  });

  describe('sweeps', () => {
    const all = { type: 'customer', scope: 'all' } as const;
    const swept = { began: at(0), listed: 5, missing: none(), extra: none(), different: none() };
    const last = () => state.sweeps.last([source]);

    test('the last sweep of each type and scope is the one that began last', async () => {
      await state.sweeps.begin({ ...source, ...all }, at(1));
      await state.sweeps.finish({ ...source, ...all }, at(1), at(2), swept);
      await state.sweeps.begin({ ...source, ...all }, at(5));
      await state.sweeps.begin({ ...source, ...all }, at(5));
      await state.sweeps.begin({ ...source, type: 'invoice', scope: 'recent' }, at(3));
      await state.sweeps.fail({ ...source, type: 'invoice', scope: 'recent' }, at(3), at(4), 'stopped');
      const of = { account: source.account, livemode: false };
      expect(await last()).toEqual([
        { ...of, ...all, startedAt: at(5), running: true, note: null },
        { ...of, type: 'invoice', scope: 'recent', startedAt: at(3), running: false, note: 'stopped' },
      ]);
    });

    test('nothing counts of a source that is forgotten', async () => {
      await state.sweeps.begin({ ...source, ...all }, at(1));
      await state.sweeps.forget(source);
      expect(await last()).toEqual([]);
    });

    test('old sweeps are pruned where a later one came to its end', async () => {
      await state.sweeps.begin({ ...source, ...all }, at(1));
      await state.sweeps.begin({ ...source, ...all }, at(2));
      await state.sweeps.prune(at(9));
      await state.sweeps.finish({ ...source, ...all }, at(2), at(3), swept);
      await state.sweeps.prune(at(9));
      expect((await last())[0]?.startedAt).toEqual(at(2));
      await state.sweeps.forget(source);
      await state.sweeps.begin({ ...source, ...all }, at(1));
      expect(await last()).toMatchObject([{ startedAt: at(1) }]);
    });
  });

  describe('drift and its causes', () => {
    const finding = (id: string, more: Partial<DriftFinding> = {}): DriftFinding => ({
      ...{ ...keyOf('customer', id), how: 'different', cause: 'not_received', detail: null, waitsSince: null },
      ...more,
    });
    const open = async (limit = 10) => {
      const all = await state.drift.open(0, 1_000);
      return all.filter(({ account }) => account === source.account).slice(0, limit);
    };

    test('an object that is found again is one finding, with what is known best, until it is closed', async () => {
      await state.drift.note([finding('cus_1'), finding('cus_2')], 'sweep', at(1));
      await state.drift.note([finding('cus_1', { cause: 'unknown', how: 'missing' })], 'verify', at(2));
      await state.drift.note([finding('cus_2', { cause: 'failed' })], 'sweep', at(3));
      const found = await open();
      expect(found).toMatchObject([
        { id: 'cus_1', how: 'missing', cause: 'not_received', foundAt: at(1), seenAt: at(2) },
        { id: 'cus_2', how: 'different', cause: 'failed', foundAt: at(1), seenAt: at(3) },
      ]);
      const [first] = found;
      expect(await state.drift.open(first?.number ?? 0, 1)).toMatchObject([{ id: 'cus_2' }]);
      const number = first?.number ?? 0;
      await state.drift.close([{ number, cause: 'hidden', repairedAt: at(4), repairedBy: 'proof' }]);
      expect(await open()).toMatchObject([{ id: 'cus_2' }]);
      await state.drift.note([finding('cus_1')], 'sweep', at(5));
      expect(await open()).toMatchObject([{ id: 'cus_2' }, { id: 'cus_1', foundAt: at(5) }]);
    });

    test('what a comparison of the type did not see any more is closed, and no other type or account', async () => {
      await state.drift.note([finding('cus_1'), { ...finding('prod_1'), type: 'product' }], 'sweep', at(1));
      await state.drift.note([finding('cus_2')], 'sweep', at(5));
      await state.drift.closeUnseen({ account: 'acct_other', livemode: false }, 'customer', at(4), at(6));
      expect(await open()).toHaveLength(3);
      await state.drift.closeUnseen(source, 'customer', at(4), at(6));
      expect((await open()).map(({ id }) => id).sort()).toEqual(['cus_2', 'prod_1']);
    });

    test('nothing is noted where nothing was found, and what is over is pruned', async () => {
      await state.drift.note([], 'sweep', at(1));
      await state.drift.close([]);
      expect(await state.drift.late([])).toEqual(new Set());
      await state.drift.note([finding('cus_1')], 'sweep', at(1));
      await state.drift.prune(at(1));
      expect(await open()).toHaveLength(1);
      await state.drift.prune(at(2));
      expect(await open()).toEqual([]);
    });

    const evidenceOf = async (of: ObjectKey) => (await state.evidence.ofObjects(state.database, [of])).get(keyText(of));
    const nothing = { mark: null, row: 'absent', asOf: null, isOrphaned: false, isHeard: false };

    test('what is stored about an object: its row, its mark, and its events', async () => {
      expect(await evidenceOf(key)).toMatchObject({ ...nothing, ignored: null, refused: null });
      await write([row(key)]);
      await store(arrival('evt_taken'));
      await store(arrival('evt_ignored', { quarantine: 'account', created: at(3) }));
      await store(arrival('evt_ignored_before', { quarantine: 'livemode', created: at(2) }));
      await store(arrival('evt_other', { objectId: 'cus_2' }));
      await markOne(key, at(6));
      expect(await evidenceOf(key)).toEqual({
        mark: { hintedAt: at(6), attempts: 0, reason: null, deadSince: null },
        row: 'as_proven',
        asOf: at(1),
        isOrphaned: false,
        isHeard: true,
        ignored: { id: 'evt_ignored', reason: 'account', createdAt: at(3) },
        refused: null,
      });
      await write([row(key, { provenAt: null, asOf: at(9) })]);
      expect(await evidenceOf(key)).toMatchObject({ row: 'undigested', asOf: at(9) });
      expect(await evidenceOf(keyOf('token', 'tok_1'))).toBeUndefined();
    });

    test('parts whose object is not there are orphaned, and those of one that is are not', async () => {
      const owner = keyOf('subscription', 'sub_1');
      await write([row(keyOf('subscription_item', 'si_1'), { owner: 'sub_1' })]);
      expect(await evidenceOf(owner)).toMatchObject({ row: 'absent', isOrphaned: true });
      await write([row(owner)]);
      expect(await evidenceOf(owner)).toMatchObject({ row: 'as_proven', isOrphaned: false });
    });

    test('a type is loaded by a backfill or by a whole comparison, which also says when it was equal', async () => {
      const ofType = async (type: string) => {
        const { equalAt, isLoaded } = await state.evidence.ofType(state.database, source, type);
        return { equalAt, isLoaded };
      };
      expect(await ofType('customer')).toEqual({ equalAt: null, isLoaded: false });
      await state.backfills.open(source, 'customer', at(0));
      expect(await ofType('customer')).toEqual({ equalAt: null, isLoaded: false });
      await state.backfills.finish(source, 'customer', at(1), null);
      expect(await ofType('customer')).toEqual({ equalAt: null, isLoaded: true });
      const swept = { began: at(2), listed: 5, missing: none(), extra: none(), different: none() };
      const recent = { ...source, type: 'invoice', scope: 'recent' } as const;
      await state.sweeps.begin(recent, at(2));
      await state.sweeps.finish(recent, at(2), at(3), swept);
      expect(await ofType('invoice')).toEqual({ equalAt: null, isLoaded: false });
      const all = { ...recent, scope: 'all' } as const;
      await state.sweeps.begin(all, at(2));
      await state.sweeps.finish(all, at(2), at(3), swept);
      expect(await ofType('invoice')).toEqual({ equalAt: at(2), isLoaded: true });
    });
  });

  describe('cursors and backfills', () => {
    test('a cursor moves forward only', async () => {
      expect(await state.cursors.position(source, 'poll')).toBeUndefined();
      await state.cursors.advance(source, 'poll', at(5));
      await state.cursors.advance(source, 'poll', at(3));
      expect(await state.cursors.position(source, 'poll')).toEqual(at(5));
      expect(await state.cursors.position(source, 'other')).toBeUndefined();
    });

    test('an interrupted backfill goes on where it was, a finished one begins anew', async () => {
      const position = { way: 0, pass: 1, parent: '', after: 'cus_9' };
      const beginning = { position: null, listed: 0, inserted: 0 };
      expect(await state.backfills.open(source, 'customer', at(0))).toEqual(beginning);
      await state.backfills.advance(source, 'customer', { position, listed: 7, inserted: 3 });
      expect(await state.backfills.open(source, 'customer', at(1))).toEqual({ position, listed: 7, inserted: 3 });
      await state.backfills.finish(source, 'customer', at(2), null);
      expect(await state.backfills.open(source, 'customer', at(3))).toEqual(beginning);
    });
  });

  describe('hooks', () => {
    const hookOf = (kind: Hook['kind'], topic: string): Hook => ({
      ...{ name: `${kind} ${topic} ${source.account}`, kind, topic, timeoutMs: 1_000, backfill: false },
      run: () => {},
    });
    const known = async (...hooks: Hook[]) => state.hookRegistrations.register(hooks, at(0));
    const delivery = (hook: Hook, id: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
      ...{ ...keyOf('customer', id), hook: hook.name, payload: { before: null, after: { id } }, reason: null },
      ...{ madeAt: at(0), dueAt: at(0), ...more },
    });
    const keep = (...kept: NewDelivery[]) => inTx((tx) => state.deliveries.keep(tx, kept));
    const claim = async (hook: Hook, now = at(1)) => {
      const due = await state.deliveries.due([hook, hookOf('after', 'nothing')], now);
      const claims = await state.deliveries.claim(hook, 10, now, 30_000);
      expect([...due]).toEqual(claims.length === 0 ? [] : [hook.name]);
      return claims;
    };
    const idsOf = async (claims: Promise<DeliveryClaim[]>) => (await claims).map(({ id }) => id).sort();

    test('a hook watches objects of its type, and says since when and whether earlier changes wait', async () => {
      const hook = hookOf('after', 'customer');
      await known(hook);
      await known(hook);
      await keep(delivery(hook, 'cus_1'));
      const watching = await inTx((tx) => state.hookRegistrations.watching(tx, [key, keyOf('customer', 'cus_2')]));
      expect(watching.filter(({ name }) => name === hook.name)).toEqual([
        { key, name: hook.name, kind: 'after', backfill: false, since: at(0), waiting: true },
        {
          key: keyOf('customer', 'cus_2'),
          name: hook.name,
          kind: 'after',
          backfill: false,
          since: at(0),
          waiting: false,
        },
      ]);
      expect(await state.hookRegistrations.forget(at(1))).toContain(hook.name);
      expect(await claim(hook)).toEqual([]);
    });

    test('of one object the first delivery is claimed, of each object one, until it is done or the lease ends', async () => {
      const hook = hookOf('after', 'customer');
      await known(hook);
      await keep(delivery(hook, 'cus_1'), delivery(hook, 'cus_2'), delivery(hook, 'cus_1', { payload: { after: 2 } }));
      const [one, other] = (await claim(hook)).sort((a, b) => (a.id < b.id ? -1 : 1));
      expect([one?.id, other?.id, one?.payload.after]).toEqual(['cus_1', 'cus_2', { id: 'cus_1' }]);
      expect(await claim(hook)).toEqual([]);
      expect(await idsOf(claim(hook, at(32)))).toEqual(['cus_1', 'cus_2']);
      expect(await inTx((tx) => state.deliveries.lock(tx, one as DeliveryClaim))).toBe(false);
      const again = (await claim(hook, at(64))).find(({ id }) => id === 'cus_1') as DeliveryClaim;
      await inTx(async (tx) => {
        expect(await state.deliveries.lock(tx, again)).toBe(true);
        await state.deliveries.done(tx, again);
      });
      expect((await claim(hook, at(65)))[0]?.payload).toEqual({ after: 2 });
    });

    test('a delivery that failed is due when it says and counts its attempts; the next of its object waits behind it', async () => {
      const hook = hookOf('change', 'customer');
      await known(hook);
      await keep(delivery(hook, 'cus_1'), delivery(hook, 'cus_1'));
      const [one] = await claim(hook);
      await state.deliveries.failed(one as DeliveryClaim, { now: at(1), due: at(20), reason: 'as tested', dead: true });
      expect(await claim(hook, at(19))).toEqual([]);
      const [again] = await claim(hook, at(20));
      expect(again).toMatchObject({ gen: one?.gen, attempts: 1 });
      await state.deliveries.release(again as DeliveryClaim);
      expect(await claim(hook, at(20))).toMatchObject([{ gen: one?.gen, attempts: 1 }]);
    });

    test('times that only a wrong clock can have written are past', async () => {
      const hook = hookOf('after', 'customer');
      const tomorrow = at(24 * 60 * 60);
      await known(hook);
      await keep(delivery(hook, 'cus_1'), delivery(hook, 'cus_2', { dueAt: tomorrow }));
      await state.deliveries.claim(hook, 1, tomorrow, 30_000);
      expect(await idsOf(claim(hook))).toEqual(['cus_1', 'cus_2']);
    });

    test('an event is delivered to each hook of its topic once its object is proven', async () => {
      const hook = hookOf('event', `customer.updated`);
      await known(hook);
      const mark = await markOne();
      await inTx((tx) =>
        state.deliveries.keepEvents(
          tx,
          [{ ...key, topic: 'customer.updated', event: 'evt_1', body: '{"id":"evt_1"}' }],
          at(0),
        ),
      );
      expect(await claim(hook)).toEqual([]);
      await inTx((tx) => state.marks.clear(tx, [mark]));
      expect(await claim(hook)).toMatchObject([{ id: 'cus_1', event: 'evt_1', payload: { event: { id: 'evt_1' } } }]);
    });

    test('events and marks know whether some hook is about them', async () => {
      await known(hookOf('event', 'product.created'), hookOf('change', 'product'));
      const product = keyOf('product', 'prod_1');
      expect(await store(arrival('evt_watched', { type: 'v1.product.created' }))).toMatchObject([{ watched: true }]);
      expect(await store(arrival('evt_not_watched', { type: 'account.updated' }))).toMatchObject([{ watched: false }]);
      await markOne(product);
      expect(await lock(product)).toMatchObject({ watched: true });
    });
  });
});

test('the store in memory speaks no SQL', async () => {
  const { database } = createMemoryState();
  await expect(database.query({ text: 'select 1', values: [] })).rejects.toThrow('no SQL');
  await expect(database.script('select 1')).rejects.toThrow('no SQL');
});

test('a transaction in memory that is over can no longer be written in', async () => {
  const { database, marks } = createMemoryState();
  const late = await database.transaction(async (tx) => tx);
  await expect(marks.ids({ account: 'acct_1', livemode: false }, 'customer')).resolves.toEqual([]);
  await expect(marks.mark(late, [], new Date(0))).rejects.toThrow('over');
});

function object(type: string, id: string, name = 'as written'): StripeObject {
  return { id, object: type, name };
}

function none() {
  return { count: 0, hints: [] };
}

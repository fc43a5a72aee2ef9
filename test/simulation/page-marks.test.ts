import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createState, type State } from '../../src/engine/state.js';
import { hintAt, type Hint } from '../../src/inbox/hint.js';
import type { Claim } from '../../src/inbox/marks.js';
import type { ObjectKey, Source } from '../../src/kernel/source.js';
import type { Queryable } from '../../src/store/database.js';
import { databases, openTestDatabase } from '../support/world.js';
import { createMemoryState } from './memory/state.js';

/** As `state-contract.test.ts`: one suite, three implementations. */
describe.each([...databases, 'memory'] as const)('what pages ask of the marks in %s:', (kind) => {
  let state: State;
  let drawn = 0;
  let source: Source & { platform: string };

  beforeAll(async () => {
    state = kind === 'memory' ? createMemoryState() : createState(await openTestDatabase(kind), 'stripe');
  });
  afterAll(() => state.database.close());
  beforeEach(async () => {
    const account = `acct_${(drawn += 1)}`;
    source = { account, livemode: false, platform: account };
    await inTx((tx) => state.sources.bind(tx, [source]));
  });

  const inTx = <T>(work: (tx: Queryable) => Promise<T>): Promise<T> => state.database.transaction(work);
  const at = (second: number): Date => new Date(Date.UTC(2026, 10, 24, 12, 0, second));
  const keyOf = (id: string, type = 'invoice'): ObjectKey => ({ account: source.account, livemode: false, type, id });
  const hint = (id: string, more: Partial<Hint> = {}) =>
    inTx((tx) => state.marks.mark(tx, [{ ...hintAt(keyOf(id)), ...more }], at(0)));
  const claim = (ids: readonly string[], upTo: number, now = at(1)): Promise<Claim[]> => {
    const keys = ids.map((id) => ({ ...keyOf(id), platform: source.platform }));
    return state.pageMarks.claim(keys, { now, leaseMs: 30_000, upTo });
  };
  const idsOf = (found: readonly { id: string }[]): string[] => found.map(({ id }) => id).sort();
  const claimAlone = async (): Promise<Claim> => {
    const [one] = await state.marks.claim({ limit: 1, now: at(1), leaseMs: 30_000, homes: [source] });
    if (one === undefined) throw new Error('nothing was claimed');
    return one;
  };

  test('a claim for a page is as any other, and holds until its lease ends', async () => {
    const [mark] = await hint('in_1', { heard: true, parents: { customer: 'cus_1' } });
    await hint('in_2');
    const upTo = await state.pageMarks.tick();
    const [first, ...others] = await claim(['in_1', 'in_9'], upTo);
    expect(first).toEqual({
      ...{ ...keyOf('in_1'), platform: source.platform, gen: mark?.gen, attempts: 0, parents: { customer: 'cus_1' } },
      ...{ hintedAt: at(0), lane: 'backlog', heard: true, once: true, token: expect.any(Number) },
    });
    expect(others).toEqual([]);
    expect(first?.token).toBeGreaterThan(upTo);
    expect(idsOf(await claim(['in_1', 'in_2'], upTo, at(30)))).toEqual(['in_2']);
    expect(await state.marks.renew([first as Claim], at(30), 30_000)).toMatchObject([{ renewed: true }]);
    expect(await claim(['in_1'], upTo, at(59))).toEqual([]);
    expect(idsOf(await claim(['in_1'], upTo, at(61)))).toEqual(['in_1']);
    expect((await inTx((tx) => state.marks.lock(tx, keyOf('in_1'))))?.token).not.toBe(first?.token);
  });

  test('what a hint has moved since the gen was drawn is not claimed for a page', async () => {
    await hint('in_1');
    await hint('in_2');
    const upTo = await state.pageMarks.tick();
    await hint('in_2');
    await hint('in_3');
    expect(idsOf(await state.pageMarks.waiting({ now: at(1), homes: [source], upTo, limit: 10 }))).toEqual(['in_1']);
    expect(idsOf(await claim(['in_1', 'in_2', 'in_3'], upTo))).toEqual(['in_1']);
  });

  test('a mark that has outlived a proof is not claimed for a page: the read may have been later than the list is', async () => {
    await hint('in_1');
    const alone = await claimAlone();
    await hint('in_1');
    await inTx((tx) => state.marks.again(tx, alone, at(1)));
    const upTo = await state.pageMarks.tick();
    expect(await state.pageMarks.waiting({ now: at(2), homes: [source], upTo, limit: 10 })).toEqual([]);
    expect(await claim(['in_1'], upTo, at(2))).toEqual([]);
    expect((await claimAlone()).id).toBe('in_1');
  });

  test('what is urgent is left to a read of its own', async () => {
    await hint('in_awaited', { awaited: true });
    await hint('in_doubt');
    await inTx((tx) => state.marks.suspend(tx, keyOf('in_doubt'), at(0)));
    const upTo = await state.pageMarks.tick();
    expect(await state.pageMarks.waiting({ now: at(1), homes: [source], upTo, limit: 10 })).toEqual([]);
    expect(await claim(['in_awaited', 'in_doubt'], upTo)).toEqual([]);
  });

  test('what is not due, and what is claimed, waits for no page', async () => {
    await hint('in_claimed');
    await claimAlone();
    await hint('in_future');
    const upTo = await state.pageMarks.tick();
    const before = new Date(at(0).getTime() - 1_000);
    expect(await claim(['in_claimed', 'in_future'], upTo, before)).toEqual([]);
    expect(await claim(['in_claimed'], upTo)).toEqual([]);
    expect(idsOf(await state.pageMarks.waiting({ now: at(1), homes: [source], upTo, limit: 10 }))).toEqual([
      'in_future',
    ]);
  });

  test('so many of each type wait at most, and none of another account', async () => {
    for (const id of ['in_1', 'in_2', 'in_3']) await hint(id);
    await inTx((tx) => state.marks.mark(tx, [hintAt(keyOf('cus_1', 'customer'))], at(0)));
    const upTo = await state.pageMarks.tick();
    const asked = { now: at(1), upTo, limit: 2 };
    const waiting = await state.pageMarks.waiting({ ...asked, homes: [source] });
    expect(waiting).toHaveLength(3);
    expect(waiting).toContainEqual({ ...keyOf('cus_1', 'customer'), platform: source.platform });
    expect(await state.pageMarks.waiting({ ...asked, homes: [{ ...source, account: 'acct_other' }] })).toEqual([]);
  });

  test('of the objects that have a row it is known when they were made', async () => {
    const object = { object: 'invoice', created: 1_790_000_000 };
    const standing = { owner: null, deleted: false, provenAt: null, asOf: at(0) };
    const rows = [
      { ...keyOf('in_1'), data: { ...object, id: 'in_1' }, ...standing },
      { ...keyOf('in_2'), data: { ...object, id: 'in_2', created: 1_790_000_060 }, ...standing },
    ];
    await inTx((tx) => state.mirror.write(tx, { rows, childSets: [] }));
    const found = await state.pageMarks.created(source, 'invoice', ['in_1', 'in_2', 'in_3']);
    expect([...found].sort()).toEqual([
      ['in_1', 1_790_000_000],
      ['in_2', 1_790_000_060],
    ]);
    expect(await state.pageMarks.created(source, 'unheard_of', ['in_1'])).toEqual(new Map());
  });
});

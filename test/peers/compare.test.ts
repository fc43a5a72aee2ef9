import { describe, expect, test } from 'vitest';
import { chanceOf } from './chance.js';
import { compare, type MirrorRow } from './compare.js';
import type { Truth } from './fake-stripe.js';
import { birth, nextChange } from './life.js';
import { childrenOf, rendered, type Kind, type StripeObject } from './object.js';

const born = (kind: Kind, id: string, children = 2): StripeObject => birth({ kind, id, created: 1, children }).after;
const truthOf = (object: StripeObject): Truth => ({ kind: object.object, id: object.id, object });
const faithful = (object: StripeObject, children: MirrorRow['children'] = null): MirrorRow => {
  const list = { object: 'list', data: childrenOf(object), has_more: false };
  return {
    ...{ kind: object.object, id: object.id, deleted: false, children },
    object: { ...object, ...(object.object === 'invoice' ? { lines: list } : { items: list }) },
  };
};
const judge = (truth: readonly Truth[], mirror: readonly MirrorRow[]): (readonly [string, string])[] =>
  compare(truth, mirror, new Set(truth.map(({ id }) => id))).map(({ id, fault }) => [id, fault] as const);

describe('the comparer', () => {
  test('finds nothing where every row is as Stripe has it, and where what is deleted is gone or called deleted', () => {
    const customer = born('customer', 'cus_1');
    const invoice = born('invoice', 'in_1', 12);
    const gone: Truth[] = [
      { kind: 'price', id: 'price_1', object: null },
      { kind: 'product', id: 'prod_1', object: null },
    ];
    const tombstone: MirrorRow = { kind: 'product', id: 'prod_1', deleted: true, object: {}, children: null };
    const rows = [faithful(customer), faithful(invoice, childrenOf(invoice)), tombstone];
    expect(judge([truthOf(customer), truthOf(invoice), ...gone], rows)).toEqual([]);
  });

  test.each(['customer', 'product', 'price', 'subscription', 'invoice'] as const)(
    'calls a %s stale whose last change is missing',
    (kind) => {
      const before = born(kind, 'one');
      const { after } = nextChange(before, chanceOf('stale', kind), 1, false);
      expect(judge([truthOf(after)], [faithful(before)])).toEqual([['one', 'stale']]);
    },
  );

  test('calls a row missing that is not there, or called deleted while Stripe has it', () => {
    const [one, two] = [born('customer', 'cus_1'), born('customer', 'cus_2')];
    const rows = [{ ...faithful(two), deleted: true }];
    expect(judge([truthOf(one), truthOf(two)], rows)).toEqual([
      ['cus_1', 'missing'],
      ['cus_2', 'missing'],
    ]);
  });

  test('calls a row extra that Stripe has deleted or never had', () => {
    const [back, invented] = [born('product', 'prod_1'), born('product', 'prod_2')];
    const truth: Truth[] = [{ kind: 'product', id: 'prod_1', object: null }];
    expect(judge(truth, [faithful(back), faithful(invented)])).toEqual([
      ['prod_1', 'extra'],
      ['prod_2', 'extra'],
    ]);
  });

  test('notices children cut off at ten, in the object and in a table of their own', () => {
    const subscription = born('subscription', 'sub_1', 11);
    const cut = { ...faithful(subscription), object: rendered(subscription) };
    expect(judge([truthOf(subscription)], [cut])).toEqual([['sub_1', 'children']]);
    const tableCut = faithful(subscription, childrenOf(subscription).slice(0, 10));
    expect(judge([truthOf(subscription)], [tableCut])).toEqual([['sub_1', 'children']]);
  });
});

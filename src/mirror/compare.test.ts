import { describe, expect, test } from 'vitest';
import { compare, differingFields } from './compare.js';

const customer = { id: 'cus_1', object: 'customer', name: 'Ada', balance: 0, metadata: { plan: 'pro' }, phone: null };

describe('a listed object and its row', () => {
  test('are equal, in whatever order their fields come', () => {
    const other = Object.fromEntries(Object.entries(customer).reverse()) as typeof customer;
    expect(compare('customer', customer, other)).toBe('equal');
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['a value', { name: 'Bea' }, ['name']],
    ['a value in a nested object', { metadata: { plan: 'basic' } }, ['metadata']],
    ['null instead of a value', { name: null }, ['name']],
    ['a value instead of null', { phone: {} }, ['phone']],
    ['a number instead of its text', { balance: '0' }, ['balance']],
    ['a field that the other lacks', { tax_exempt: 'none' }, ['tax_exempt']],
  ])('differ by %s, from both sides', (_, changes, fields) => {
    const changed = { ...customer, ...changes };
    expect(compare('customer', customer, changed)).toBe('different');
    expect(compare('customer', changed, customer)).toBe('different');
    expect(differingFields('customer', changed, customer)).toEqual(fields);
  });

  test('differ if each has a field that the other lacks', () => {
    expect(compare('customer', { ...customer, one: 1 }, { ...customer, other: 1 })).toBe('different');
  });

  test('of a subscription: only a read can tell whether items differ that a list cuts off', () => {
    const items = (has_more: boolean, ...ids: string[]) => ({
      object: 'list',
      data: ids.map((id) => ({ id })),
      has_more,
    });
    const listed = { id: 'sub_1', object: 'subscription', items: items(true, 'si_1') };
    const row = { ...listed, items: items(false, 'si_1', 'si_2') };
    expect(compare('subscription', listed, row)).toBe('cut');
    expect(compare('subscription', { ...listed, items: items(false, 'si_1') }, row)).toBe('different');
  });
});

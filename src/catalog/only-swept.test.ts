import { expect, test } from 'vitest';
import { catalogOf, objects } from './catalog.js';
import { onlySwept, onlySweptReason, type OnlySwept } from './only-swept.js';

test('only types without any event are left to the sweeps as a whole', () => {
  const heard = Object.entries(onlySwept as Readonly<Record<string, OnlySwept>>)
    .filter(([, { fields, unless, status, missing }]) => (fields ?? unless ?? status ?? missing) === undefined)
    .filter(([type]) => (catalogOf(type)?.events.length ?? 0) > 0);
  expect(heard).toEqual([]);
});

test('a type that is not in the list has no such reason', () => {
  expect(onlySweptReason('customer')).toBeUndefined();
  expect(onlySweptReason('tax_code')).toMatch(/no event/);
});

const txn = { id: 'txn_1', object: 'balance_transaction', status: 'pending', amount: 900, source: 'ch_1' };

test.each([
  ['one that became available', { ours: txn, theirs: { ...txn, status: 'available' } }, true],
  ['one with another amount', { ours: txn, theirs: { ...txn, status: 'available', amount: 1 } }, false],
  ['a missing one that a charge names', { ours: null, theirs: txn }, false],
  ['a missing one of Stripe’s own', { ours: null, theirs: { ...txn, source: null } }, true],
])('of balance transactions a sweep alone finds: %s', (_, difference, found) => {
  expect(onlySweptReason('balance_transaction', difference) !== undefined).toBe(found);
});

test('a checkout session that is open is missed by nobody; one that ended has had its event', () => {
  const session = { id: 'cs_1', object: 'checkout.session', status: 'open' };
  expect(onlySweptReason('checkout.session', { ours: null, theirs: session })).toMatch(/until it ends/);
  expect(
    onlySweptReason('checkout.session', { ours: null, theirs: { ...session, status: 'complete' } }),
  ).toBeUndefined();
  expect(onlySweptReason('checkout.session', { ours: session, theirs: null })).toBeUndefined();
});

test.each([
  ['a connected account that was just created', 'account', { ours: null, theirs: { id: 'acct_2' } }, true],
  ['a connected account that is gone', 'account', { ours: { id: 'acct_2' }, theirs: null }, false],
  ['an item whose amount was edited', 'invoiceitem', { ours: { amount: 1 }, theirs: { amount: 2 } }, true],
  ['an item that was billed', 'invoiceitem', { ours: { invoice: null }, theirs: { invoice: 'in_1' } }, false],
  [
    'a payment that succeeded',
    'payment_intent',
    { ours: { status: 'processing' }, theirs: { status: 'succeeded' } },
    false,
  ],
  ['a card of nobody', 'payment_method', { ours: null, theirs: { id: 'pm_1', customer: null } }, true],
  ['a card of a customer', 'payment_method', { ours: null, theirs: { id: 'pm_1', customer: 'cus_1' } }, false],
])('whether a sweep alone finds %s', (_, type, difference, found) => {
  expect(onlySweptReason(type, difference) !== undefined).toBe(found);
});

test('no consequence leads to a type that is left to the sweeps as a whole', () => {
  const led = new Set(objects.flatMap(({ consequences }) => consequences.map(({ type }) => type as string)));
  const whole = Object.keys(onlySwept).filter((type) => onlySweptReason(type) !== undefined);
  // What an object names is read when it is named first; that it changes later only a sweep finds.
  expect(whole.filter((type) => led.has(type))).toEqual([
    'billing.alert',
    'entitlements.feature',
    'issuing.physical_bundle',
    'payment_record',
    'radar.value_list',
    'shipping_rate',
    'tax_code',
    'terminal.location',
    'treasury.transaction',
  ]);
});

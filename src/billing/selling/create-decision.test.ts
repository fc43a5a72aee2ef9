import { expect, test } from 'vitest';
import { decide, type OpenSubscription, type RequestedSubscription } from './create-decision.js';

const wanted: RequestedSubscription = {
  groups: ['default'],
  fingerprint: 'f1',
  request: undefined,
  items: [{ price: 'price_1' }],
  plain: true,
  several: false,
};
const paid: OpenSubscription = {
  id: 'sub_1',
  open: false,
  groups: ['default'],
  fingerprint: 'f1',
  request: undefined,
  items: [{ price: 'price_1', quantity: 1 }],
};
const open: OpenSubscription = { ...paid, open: 'incomplete' };
const foreign: OpenSubscription = { ...open, fingerprint: undefined };

test.each<[string, OpenSubscription[], Partial<RequestedSubscription>, object]>([
  ['the first is made', [], {}, { do: 'make', instead: [] }],
  ['one to be paid is taken up again', [open], {}, { do: 'reuse', id: 'sub_1' }],
  ['one whose card is missing is taken up again', [{ ...open, open: 'setup' }], {}, { do: 'reuse', id: 'sub_1' }],
  ['a paid one of the group is in the way', [paid], {}, { do: 'refuse', why: 'already_subscribed', id: 'sub_1' }],
  ['one of another group is not', [{ ...paid, groups: ['addons'] }], {}, { do: 'make', instead: [] }],
  ['none is in the way where several are allowed', [paid], { several: true }, { do: 'make', instead: [] }],
  ['one left unpaid for another plan is ended', [open], { fingerprint: 'f2' }, { do: 'make', instead: ['sub_1'] }],
  [
    'a trial of another plan is in the way',
    [{ ...open, open: 'setup' }],
    { fingerprint: 'f2' },
    { do: 'refuse', why: 'already_subscribed', id: 'sub_1' },
  ],
  ['an open one made elsewhere will do where nothing special is asked', [foreign], {}, { do: 'reuse', id: 'sub_1' }],
  ['but not where a trial or a coupon is', [foreign], { plain: false }, { do: 'make', instead: ['sub_1'] }],
  [
    'nor with another quantity',
    [foreign],
    { items: [{ price: 'price_1', quantity: 2 }] },
    { do: 'make', instead: ['sub_1'] },
  ],
  [
    'who asks again with the same key gets the same, paid or not',
    [{ ...paid, request: 'k' }],
    { request: 'k' },
    { do: 'reuse', id: 'sub_1' },
  ],
  [
    'and nothing else with that key',
    [{ ...paid, request: 'k' }],
    { request: 'k', fingerprint: 'f2' },
    { do: 'refuse', why: 'idempotency_conflict', id: 'sub_1' },
  ],
])('%s', (_, standing, more, decision) => {
  expect(decide(standing, { ...wanted, ...more })).toEqual(decision);
});

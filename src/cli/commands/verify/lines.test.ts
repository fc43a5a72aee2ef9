import { expect, test } from 'vitest';
import type { VerifyReport } from '../../../engine/operations.js';
import type { VerifiedType } from '../../../listing/verified-type.js';
import { linesOf } from './lines.js';

const type = (name: string, more: Partial<VerifiedType>): VerifiedType => ({
  ...{
    account: 'acct_1',
    livemode: false,
    type: name,
    rows: 4,
    leftOut: 0,
    missing: 0,
    extra: 0,
    different: 0,
    onlySwept: 0,
  },
  ...{
    nextSweepAt: null,
    repaired: 0,
    objects: [],
    waiting: 0,
    notChecked: [],
    notApplicable: [],
    causes: {},
    excused: [],
  },
  ...{ provenAt: new Date(), note: null },
  ...more,
});
const lost = { cause: 'not_received', causeDetail: null } as const;
const report = (outcome: VerifyReport['outcome'], ...types: VerifiedType[]): string[] =>
  linesOf({ types, notMirrored: [], profiles: null, schema: [], outcome, ms: 3_000 }, false);

test('drift: each object with its fields, how many more there are, and what repairs them', () => {
  const lines = report(
    'drift',
    type('customer', {
      ...{ missing: 1, extra: 1, different: 23, provenAt: null, causes: { not_received: 2, edited: 23 } },
      objects: [
        { id: 'cus_1', how: 'missing', fields: [], moreFields: 0, onlySwept: null, ...lost },
        { id: 'cus_2', how: 'extra', fields: [], moreFields: 0, onlySwept: null, ...lost },
        {
          ...{ id: 'cus_3', how: 'different', moreFields: 2, onlySwept: null, ...lost, cause: 'edited' },
          fields: [
            { path: 'metadata.plan', ours: 'a', stripe: 'b' },
            { path: 'phone', stripe: '1' },
          ],
        },
      ],
    }),
  );
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^ +customers +4 +1 +1 +23 +0 +not proven$/),
    '  customers cus_1 is at Stripe but not in the mirror: no event came',
    '  customers cus_2 is in the mirror but not at Stripe: no event came',
    '  customers cus_3 differs: the row was changed here',
    '    metadata.plan: "a" in the mirror, "b" at Stripe',
    '    phone: absent in the mirror, "1" at Stripe',
    '    and 2 more fields',
    '  customers: and 22 more',
    '  why: the row was changed here 23, no event came 2',
    '  drift: 25 differences in 4 objects, 3 s; run lockstep verify --repair to fix',
  ]);
});

test('what waits and what only a sweep finds have lines of their own, and are in step', () => {
  const today = new Date(Date.now() + 1_000);
  const lines = report(
    'in_step',
    type('customer', { waiting: 5 }),
    type('shipping_rate', { onlySwept: 16, provenAt: null, nextSweepAt: today }),
  );
  expect(lines.slice(3)).toEqual([
    '  5 objects wait to be read from Stripe: customers 5',
    expect.stringMatching(/^ {2}16 rows of types without events, next sweep \S.*: shipping_rates 16$/),
    '  in step: no drift in 8 objects, 3 s',
  ]);
});

test('what is not equal and is no drift is named with the reason', () => {
  const excused = [
    { id: 'cus_1', how: 'different', cause: 'failed', causeDetail: 'the key may not read it' },
    { id: 'cus_2', how: 'extra', cause: 'hidden', causeDetail: null },
  ] as const;
  const lines = report('in_step', type('customer', { excused: [...excused], causes: { failed: 1, hidden: 1 } }));
  expect(lines.slice(2)).toEqual([
    '  customers cus_1 differs (no drift: its event came and failed (the key may not read it))',
    '  customers cus_2 is at Stripe and in the mirror (no drift: Stripe did not list it)',
    '  why: its event came and failed 1, Stripe did not list it 1',
    '  in step: no difference in 4 objects, 3 s',
  ]);
});

test('what was not checked is named with its reason, and so is what there is nothing to check of', () => {
  const parent = { type: 'account', id: 'acct_2', reason: 'Stripe returned 400.' };
  const lines = report(
    'unproven',
    type('customer', { provenAt: null, note: 'Stripe returned 500 while listing customers (req_1). Run it again.' }),
    type('card', { provenAt: null, notChecked: [parent] }),
    type('bank_account', { notApplicable: [parent] }),
  );
  expect(lines.slice(4)).toEqual([
    '  customers: Stripe returned 500 while listing customers (req_1). Run it again.',
    '  cards: account acct_2 not checked. Stripe returned 400.',
    '  bank_accounts: account acct_2 not applicable. Stripe returned 400.',
    '  0 differences in 12 objects; 1 type, 1 object not checked (3 s)',
  ]);
  expect(lines[1]).toMatch(/customers .* not checked$/);
});

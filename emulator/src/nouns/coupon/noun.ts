import type { Noun } from '../../state/noun.js';
import { couponOperations } from './operations.js';
import type { CouponRow } from './row.js';
import { isValid } from './valid.js';

export const coupon: Noun<CouponRow> = {
  title: 'coupon',
  prefix: '',
  created: [{ name: 'coupon.created' }],
  updated: [{ name: 'coupon.updated' }],
  deleted: [{ name: 'coupon.deleted' }],
  // Which products it is for is shown only when asked for by `expand`.
  view: ({ applies_to: _appliesTo, ...shown }, unit) => ({
    ...shown,
    valid: isValid(unit, shown),
  }),
  searched: ['name'],
  operations: couponOperations,
  expansions: {
    parts: { applies_to: (id, unit) => unit.need('coupon', id).applies_to ?? null, currency_options: () => ({}) },
  },
};

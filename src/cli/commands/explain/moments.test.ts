import { expect, test } from 'vitest';
import type { StoryDrift } from '../../../operate/explain.js';
import { momentsOf } from './moments.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 30, 12, minute));
const key = { account: 'acct_1', livemode: false, type: 'customer', id: 'cus_1' };
const found = (more: Partial<StoryDrift>): StoryDrift => ({
  ...key,
  foundAt: at(2),
  by: 'sweep',
  how: 'different',
  cause: 'not_received',
  detail: null,
  repairedAt: null,
  repairedBy: null,
  ...more,
});

test('when it differed, why, and what made it right again stand in order of time', () => {
  const moments = momentsOf({
    ...{ id: 'cus_1', rows: [], marks: [], hooks: [], events: [], sweeps: [] },
    drift: [
      found({ by: 'verify', foundAt: at(8), how: 'extra', cause: 'edited', repairedAt: at(9), repairedBy: 'verify' }),
      found({ how: 'missing', cause: 'refused', detail: 'refused (old_signature)', repairedAt: at(3) }),
      found({ foundAt: at(5), repairedAt: at(6), repairedBy: 'proof' }),
      found({ foundAt: at(10) }),
    ],
    refusals: [{ at: at(1), reason: 'old_signature', event: 'evt_1' }],
    erased: [{ ...key, erasedAt: at(11) }],
  });
  expect(moments.map(({ what }) => what)).toEqual([
    'a delivery that named it was refused: evt_1 came signed at a time far from ours',
    'a sweep found that it was not in the mirror: its event was not taken (refused (old_signature))',
    'a later comparison found no difference',
    'a sweep found that it differed: no event came',
    'right again, by a proof',
    'verify found that Stripe did not list it: the row was changed here',
    'right again, by verify --repair',
    'a sweep found that it differed: no event came',
    'erased, with what was stored of it',
  ]);
});

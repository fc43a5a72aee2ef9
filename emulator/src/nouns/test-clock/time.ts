import { text } from '../../api/params.js';
import type { Json, RowType } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

/** The types that live in a test clock, themselves or through their customer, by the beginning of their ids. */
const TIMED: Readonly<Record<string, RowType>> = {
  clock: 'test_helpers.test_clock',
  credgr: 'billing.credit_grant',
  cus: 'customer',
  in: 'invoice',
  pi: 'payment_intent',
  qt: 'quote',
  seti: 'setup_intent',
  si: 'subscription_item',
  sub: 'subscription',
  sub_sched: 'subscription_schedule',
};
const NAMES = ['id', 'customer', 'subscription', 'invoice', 'test_clock', 'from_subscription'] as const;

/** The frozen time of the test clock behind a call's address or parameters; undefined when none is. */
export function timeOfCall(unit: Unit, at: Readonly<Record<string, string>>, params: Json): number | undefined {
  for (const name of NAMES) {
    for (const id of [at[name], params[name]]) {
      const time = typeof id === 'string' ? timeOf(unit, id) : undefined;
      if (time !== undefined) return time;
    }
  }
  return undefined;
}

/** The frozen time of the test clock that an object lives in. */
export function timeOf(unit: Unit, id: string): number | undefined {
  const clock = unit.find('test_helpers.test_clock', clockOf(unit, id));
  return clock?.frozen_time;
}

/** The test clock that an object lives in. */
export function clockOf(unit: Unit, id: string): string | null {
  const type = TIMED[id.slice(0, id.lastIndexOf('_'))];
  const row = type === undefined ? undefined : (unit.find(type, id) as Timed | undefined);
  if (type === undefined || row === undefined) return null;
  if (type === 'test_helpers.test_clock') return id;
  if (typeof row.test_clock === 'string') return row.test_clock;
  const owner = idOf(row.customer) ?? (type === 'subscription_item' ? (row.subscription ?? null) : null);
  return owner === null ? null : clockOf(unit, owner);
}

/**
 * Lists leave out what lives in a test clock, unless they ask for the clock or for its customer. The `only` and the filter
 * of such a list.
 */
export const clockFilter = {
  param: text(),
  always: true,
  test: (
    row: { test_clock?: unknown },
    wanted: string | undefined,
    _unit: Unit,
    asked: Readonly<Record<string, unknown>>,
  ) => (wanted === undefined ? !row.test_clock || asked.customer !== undefined : row.test_clock === wanted),
};

interface Timed {
  test_clock?: unknown;
  customer?: string | { id: string } | null;
  subscription?: string;
}

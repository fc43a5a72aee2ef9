import type { Expansions, ExpansionTable } from '../api/expand.js';
import type { Json, RowType } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { chargesOf } from '../nouns/charge/list.js';
import { BASIL, CHARGES, CLOVER } from './dates.js';

/** What could be expanded in a type before a version, and what came only with it. */
interface OlderExpansions {
  until: string;
  of: string;
  parts?: NonNullable<Expansions['parts']>;
  gone?: readonly string[];
}

const shown = (unit: Unit, type: RowType, id: string | null | undefined): Json | null =>
  id === null || id === undefined ? null : unit.show(type, id);

const paymentOf = (id: string, unit: Unit): string | null => unit.need('invoice', id).hidden.payment_intent;

const older: readonly OlderExpansions[] = [
  { until: CLOVER, of: 'discount', gone: ['source.coupon'] },
  { until: CLOVER, of: 'promotion_code', gone: ['promotion.coupon'] },
  {
    until: BASIL,
    of: 'invoice',
    parts: {
      charge: (id, unit) =>
        shown(unit, 'charge', idOf(unit.find('payment_intent', paymentOf(id, unit))?.latest_charge)),
      payment_intent: (id, unit) => shown(unit, 'payment_intent', paymentOf(id, unit)),
      subscription: (id, unit) => shown(unit, 'subscription', unit.need('invoice', id).hidden.subscription),
    },
    gone: ['confirmation_secret', 'payments', 'parent.subscription_details.subscription'],
  },
  {
    until: BASIL,
    of: 'payment_intent',
    parts: { invoice: (id, unit) => shown(unit, 'invoice', unit.need('payment_intent', id).hidden.invoice) },
  },
  { until: CHARGES, of: 'payment_intent', parts: { charges: chargesOf } },
  {
    until: BASIL,
    of: 'charge',
    parts: {
      invoice: (id, unit) => {
        const payment = idOf(unit.need('charge', id).payment_intent);
        return shown(unit, 'invoice', unit.find('payment_intent', payment)?.hidden.invoice);
      },
    },
  },
  { until: BASIL, of: 'invoiceitem', gone: ['pricing.price_details.price'] },
  { until: BASIL, of: 'line_item', gone: ['pricing.price_details.price'] },
];

/** What `expand[]` can do in an older version; made once for each. */
export function expansionsOf(version: string, current: ExpansionTable): ExpansionTable {
  const date = version.slice(0, 10);
  const table: Record<string, Expansions> = { ...current };
  for (const { until, of, parts = {}, gone = [] } of older) {
    if (date >= until) continue;
    const { ids = {}, parts: others = {} } = table[of] ?? {};
    table[of] = { ids: without(ids, gone), parts: { ...without(others, gone), ...parts } };
  }
  return table;
}

const without = <T>(all: Readonly<Record<string, T>>, gone: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !gone.includes(name)));

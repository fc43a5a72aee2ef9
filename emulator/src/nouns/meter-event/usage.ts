import type { Unit } from '../../state/unit.js';
import type { MeterEventRow } from './row.js';

const FORMULAS: Readonly<Record<string, (values: readonly MeterEventRow[]) => number>> = {
  count: (rows) => rows.length,
  last: (rows) => [...rows].sort((one, other) => one.timestamp - other.timestamp).at(-1)?.hidden.value ?? 0,
  sum: (rows) => rows.reduce((sum, { hidden }) => sum + hidden.value, 0),
};

/** What a customer used from a moment until before another; null when nothing was reported. */
export function usageOf(
  unit: Unit,
  meterId: string,
  customer: string,
  { from, to }: { from: number; to: number },
): number | null {
  const { formula } = unit.need('billing.meter', meterId).default_aggregation;
  const rows = unit
    .all('billing.meter_event', 'hidden.customer', customer)
    .filter(({ hidden, timestamp: at }) => hidden.meter === meterId && at >= from && at < to);
  return rows.length === 0 ? null : (FORMULAS[formula]?.(rows) ?? 0);
}

import { randomUUID } from 'node:crypto';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, integer, mapOf, needed, oneOf, text, timestamp } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';
import type { MeterEventRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { activeMeter } from '../meter/operations.js';
import { timeOf } from '../test-clock/time.js';

const DAY = 86_400;
/** Usage may be reported for the last 35 days and five minutes ahead (https://docs.stripe.com/api/billing/meter-event). */
const REPORTABLE = { before: 35 * DAY, after: 300 };

export const meterEventOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing/meter_events',
    { event_name: needed(text(100)), identifier: text(100), payload: needed(mapOf(text(100))), timestamp: timestamp() },
    ({ unit, params }) => {
      const meter = activeMeter(unit, params.event_name);
      if (meter === undefined)
        throw invalid(`No active meter found for event name ${params.event_name}.`, 'event_name');
      const customer = params.payload[meter.customer_mapping.event_payload_key];
      const value =
        params.payload[meter.value_settings.event_payload_key] ??
        (meter.default_aggregation.formula === 'count' ? '1' : undefined);
      if (customer === undefined || value === undefined) {
        const key =
          customer === undefined ? meter.customer_mapping.event_payload_key : meter.value_settings.event_payload_key;
        throw invalid(`Missing required payload key: ${key}.`, 'payload', 'parameter_missing');
      }
      unit.need('customer', customer, `payload[${meter.customer_mapping.event_payload_key}]`);
      if (!/^-?\d+(\.\d+)?$/.test(value)) throw invalid('The value must be a number.', 'payload');
      const now = timeOf(unit, customer) ?? unit.now;
      const at = params.timestamp ?? now;
      if (at < now - REPORTABLE.before || at > now + REPORTABLE.after) {
        throw invalid('The timestamp must be within the last 35 days and at most five minutes ahead.', 'timestamp');
      }
      const id = params.identifier ?? randomUUID();
      if (unit.find('billing.meter_event', id) !== undefined) {
        throw invalid(`An event already exists with identifier ${id}.`, 'identifier', 'resource_already_exists');
      }
      const row = unit.insert('billing.meter_event', {
        id,
        object: 'billing.meter_event',
        created: unit.now,
        event_name: params.event_name,
        identifier: id,
        livemode: false,
        payload: params.payload,
        timestamp: at,
        hidden: { meter: meter.id, customer, value: Number(value) },
      });
      return unit.view('billing.meter_event', row);
    },
  ),
  operation(
    'POST /v1/billing/meter_event_adjustments',
    {
      cancel: needed(hash({ identifier: needed(text(100)) })),
      event_name: needed(text(100)),
      type: needed(oneOf('cancel')),
    },
    ({ unit, params }) => {
      const { identifier } = params.cancel;
      const row = unit.find('billing.meter_event', identifier);
      if (row?.event_name !== params.event_name) throw missing('meter event', identifier, 'cancel[identifier]', 400);
      if (row.created < unit.now - DAY)
        throw invalid('Only events of the last 24 hours can be canceled.', 'cancel[identifier]');
      unit.remove('billing.meter_event', row.id);
      return {
        object: 'billing.meter_event_adjustment',
        cancel: { identifier },
        event_name: params.event_name,
        livemode: false,
        status: 'pending',
        type: 'cancel',
      };
    },
  ),
  operation(
    'GET /v1/billing/meters/:id/event_summaries',
    {
      customer: needed(text()),
      end_time: needed(timestamp()),
      ending_before: text(),
      limit: integer(1, 100),
      start_time: needed(timestamp()),
      starting_after: text(),
      value_grouping_window: oneOf('day', 'hour'),
    },
    ({ unit, at, params }) => {
      const { id } = unit.need('billing.meter', at.id ?? '');
      unit.need('customer', params.customer, 'customer');
      const { start_time: start, end_time: end } = params;
      const step =
        params.value_grouping_window === undefined ? end - start : params.value_grouping_window === 'day' ? DAY : 3600;
      if (step <= 0 || start % 60 !== 0)
        throw invalid('start_time must be before end_time and at a full minute.', 'start_time');
      const windows: Json[] = [];
      for (let from = start; from < end && windows.length < (params.limit ?? 10); from += step) {
        const value = usageOf(unit, id, params.customer, { from, to: Math.min(from + step, end) });
        if (value === null && params.value_grouping_window !== undefined) continue;
        windows.push({
          id: `mtrusg_test_${id.slice(-8)}${from}`,
          object: 'billing.meter_event_summary',
          aggregated_value: value ?? 0,
          end_time: Math.min(from + step, end),
          livemode: false,
          meter: id,
          start_time: from,
        });
      }
      return {
        object: 'list',
        data: windows.reverse(),
        has_more: false,
        url: `/v1/billing/meters/${id}/event_summaries`,
      };
    },
  ),
];

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

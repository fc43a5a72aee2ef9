import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, integer, mapOf, needed, oneOf, text, timestamp } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';
import { report, takeBack } from './report.js';
import { usageOf } from './usage.js';

const DAY = 86_400;

export const meterEventOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing/meter_events',
    { event_name: needed(text(100)), identifier: text(100), payload: needed(mapOf(text(100))), timestamp: timestamp() },
    ({ unit, params }) => unit.view('billing.meter_event', report(unit, params)),
  ),
  operation(
    'POST /v1/billing/meter_event_adjustments',
    {
      cancel: needed(hash({ identifier: needed(text(100)) })),
      event_name: needed(text(100)),
      type: needed(oneOf('cancel')),
    },
    ({ unit, params }) => {
      const { event_name, cancel } = params;
      takeBack(unit, event_name, cancel.identifier);
      return {
        object: 'billing.meter_event_adjustment',
        cancel,
        event_name,
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

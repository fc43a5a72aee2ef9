import { randomUUID } from 'node:crypto';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Param } from '../../api/params.js';
import { hash, listOf, mapOf, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { randomText } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { MeterEventRow } from './row.js';
import { report, takeBack } from './report.js';

const QUARTER_HOUR = 900;

/** The second API writes times as text: `2026-01-31T12:00:00.000Z`. Read as epoch seconds. */
const isoTime = (): Param<number> => ({
  needed: false,
  read: (raw, at) => {
    const ms = typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
    if (Number.isNaN(ms)) throw invalid('Invalid timestamp: must be an RFC 3339 date and time', at);
    return Math.floor(ms / 1000);
  },
});

const eventFields = {
  event_name: needed(text(100)),
  identifier: text(100),
  payload: needed(mapOf(text(100))),
  timestamp: isoTime(),
};

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

const shown = ({ created, event_name, identifier, payload, timestamp }: MeterEventRow): Json => ({
  object: 'v2.billing.meter_event',
  created: iso(created),
  event_name,
  identifier,
  livemode: false,
  payload,
  timestamp: iso(timestamp),
});

/**
 * Usage by the second API (https://docs.stripe.com/api/v2/billing-meter). The token of a session is a key like any other here:
 * it opens the stream, and does not end after the fifteen minutes that it names.
 */
export const meterEventV2Operations: readonly Operation[] = [
  operation('POST /v2/billing/meter_events', eventFields, ({ unit, params }) => shown(report(unit, params))),
  operation(
    'POST /v2/billing/meter_event_adjustments',
    {
      cancel: needed(hash({ identifier: needed(text(100)) })),
      event_name: needed(text(100)),
      type: needed(oneOf('cancel')),
    },
    ({ unit, params }) => {
      takeBack(unit, params.event_name, params.cancel.identifier);
      return {
        id: `mtr_adj_${randomText(16)}`,
        object: 'v2.billing.meter_event_adjustment',
        cancel: params.cancel,
        created: iso(unit.now),
        event_name: params.event_name,
        livemode: false,
        status: 'pending',
        type: 'cancel',
      };
    },
  ),
  operation('POST /v2/billing/meter_event_session', {}, ({ unit }) => ({
    id: randomUUID(),
    object: 'v2.billing.meter_event_session',
    authentication_token: `sk_test_meter_${randomText(32)}`,
    created: iso(unit.now),
    expires_at: iso(unit.now + QUARTER_HOUR),
    livemode: false,
  })),
  operation(
    'POST /v2/billing/meter_event_stream',
    { events: needed(listOf(hash(eventFields), 100)) },
    ({ unit, params }) => {
      for (const one of params.events) report(unit, one);
      return {};
    },
  ),
];

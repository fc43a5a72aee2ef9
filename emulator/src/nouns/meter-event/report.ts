import { randomUUID } from 'node:crypto';
import { invalid, missing } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import { triggerAlerts } from '../billing-alert/trigger.js';
import { activeMeter } from '../meter/operations.js';
import { noteThresholds } from '../subscription/threshold.js';
import { timeOf } from '../test-clock/time.js';
import type { MeterEventRow } from './row.js';

const DAY = 86_400;
/** Usage may be reported for the last 35 days and five minutes ahead (https://docs.stripe.com/api/billing/meter-event). */
const REPORTABLE = { before: 35 * DAY, after: 300 };

export interface UsageSent {
  event_name: string;
  identifier?: string;
  payload: Record<string, string>;
  timestamp?: number;
}

/** Usage of a customer, in either API. @throws Problem for a meter, customer, value or time that cannot be */
export function report(unit: Unit, sent: UsageSent): MeterEventRow {
  const meter = activeMeter(unit, sent.event_name);
  if (meter === undefined) throw invalid(`No active meter found for event name ${sent.event_name}.`, 'event_name');
  const customer = sent.payload[meter.customer_mapping.event_payload_key];
  const value =
    sent.payload[meter.value_settings.event_payload_key] ??
    (meter.default_aggregation.formula === 'count' ? '1' : undefined);
  if (customer === undefined || value === undefined) {
    const key =
      customer === undefined ? meter.customer_mapping.event_payload_key : meter.value_settings.event_payload_key;
    throw invalid(`Missing required payload key: ${key}.`, 'payload', 'parameter_missing');
  }
  unit.need('customer', customer, `payload[${meter.customer_mapping.event_payload_key}]`);
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw invalid('The value must be a number.', 'payload');
  const now = timeOf(unit, customer) ?? unit.now;
  const at = sent.timestamp ?? now;
  if (at < now - REPORTABLE.before || at > now + REPORTABLE.after) {
    throw invalid('The timestamp must be within the last 35 days and at most five minutes ahead.', 'timestamp');
  }
  const id = sent.identifier ?? randomUUID();
  if (unit.find('billing.meter_event', id) !== undefined) {
    throw invalid(`An event already exists with identifier ${id}.`, 'identifier', 'resource_already_exists');
  }
  const row = unit.insert('billing.meter_event', {
    id,
    object: 'billing.meter_event',
    created: unit.now,
    event_name: sent.event_name,
    identifier: id,
    livemode: false,
    payload: sent.payload,
    timestamp: at,
    hidden: { meter: meter.id, customer, value: Number(value) },
  });
  triggerAlerts(unit, row);
  noteThresholds(unit, customer, now);
  return row;
}

/** Usage that was reported by mistake. */
export function takeBack(unit: Unit, name: string, identifier: string): void {
  const row = unit.find('billing.meter_event', identifier);
  if (row?.event_name !== name) throw missing('meter event', identifier, 'cancel[identifier]', 400);
  if (row.created < unit.now - DAY) {
    throw invalid('Only events of the last 24 hours can be canceled.', 'cancel[identifier]');
  }
  unit.remove('billing.meter_event', row.id);
}

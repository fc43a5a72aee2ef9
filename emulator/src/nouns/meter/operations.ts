import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

export const meterOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing/meters',
    {
      customer_mapping: hash({ event_payload_key: needed(text(100)), type: needed(oneOf('by_id')) }),
      default_aggregation: needed(hash({ formula: needed(oneOf('count', 'last', 'sum')) })),
      display_name: needed(text(250)),
      event_name: needed(text(100)),
      event_time_window: oneOf('day', 'hour'),
      value_settings: hash({ event_payload_key: needed(text(100)) }),
    },
    ({ unit, params }) => {
      if (activeMeter(unit, params.event_name) !== undefined) {
        throw invalid(`An active meter with the event name '${params.event_name}' already exists.`, 'event_name');
      }
      const row: Stripe.Billing.Meter = {
        id: newId('mtr_test'),
        object: 'billing.meter',
        created: unit.now,
        customer_mapping: params.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
        default_aggregation: params.default_aggregation,
        display_name: params.display_name,
        event_name: params.event_name,
        event_time_window: params.event_time_window ?? null,
        livemode: false,
        status: 'active',
        status_transitions: { deactivated_at: null },
        updated: unit.now,
        value_settings: params.value_settings ?? { event_payload_key: 'value' },
      };
      return unit.view('billing.meter', unit.insert('billing.meter', row));
    },
  ),
  retrieveOperation('/v1/billing/meters', 'billing.meter'),
  operation('POST /v1/billing/meters/:id', { display_name: text(250) }, ({ unit, at, params }) => {
    const row = unit.need('billing.meter', at.id ?? '');
    const patch = given({ display_name: params.display_name, updated: unit.now });
    return unit.view('billing.meter', unit.update('billing.meter', row.id, patch));
  }),
  operation('POST /v1/billing/meters/:id/deactivate', {}, ({ unit, at }) =>
    switched(unit, at.id ?? '', 'inactive', 'billing.meter.deactivated'),
  ),
  operation('POST /v1/billing/meters/:id/reactivate', {}, ({ unit, at }) =>
    switched(unit, at.id ?? '', 'active', 'billing.meter.reactivated'),
  ),
  listOperation('/v1/billing/meters', {
    type: 'billing.meter',
    filters: { status: { param: oneOf('active', 'inactive'), field: 'status' } },
  }),
];

function switched(unit: Unit, id: string, status: 'active' | 'inactive', event: string): Json {
  const row = unit.need('billing.meter', id);
  if (row.status === status) throw invalid(`The meter is ${status} already.`);
  const status_transitions = { deactivated_at: status === 'inactive' ? unit.now : null };
  return unit.view(
    'billing.meter',
    unit.update('billing.meter', id, { status, status_transitions, updated: unit.now }, [{ name: event }]),
  );
}

/** The meter that counts events of a name. */
export function activeMeter(unit: Unit, eventName: string): Stripe.Billing.Meter | undefined {
  for (const row of unit.store.tables['billing.meter'].walk()) {
    if (row.status === 'active' && row.event_name === eventName) return row;
  }
  return undefined;
}

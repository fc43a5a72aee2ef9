import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, integer, listOf, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { AlertRow } from './row.js';

type Status = 'active' | 'archived' | 'inactive';

/** Becomes another status; an archived one stays so. */
const change = (verb: string, status: Status): Operation =>
  operation(`POST /v1/billing/alerts/:id/${verb}`, {}, ({ unit, at }) => {
    const row = unit.need('billing.alert', at.id ?? '');
    if (row.status === 'archived') throw invalid('The alert is archived.');
    return unit.view('billing.alert', unit.update('billing.alert', row.id, { status }));
  });

/** A message when a customer's usage passes a threshold (https://docs.stripe.com/api/billing/alert). */
export const alertOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing/alerts',
    {
      alert_type: needed(oneOf('usage_threshold')),
      title: needed(text(256)),
      usage_threshold: hash({
        filters: listOf(hash({ customer: text(), type: needed(oneOf('customer')) }), 10),
        gte: needed(integer(1)),
        meter: text(),
        recurrence: needed(oneOf('one_time')),
      }),
    },
    ({ unit, params }) => {
      const { usage_threshold: sent } = params;
      if (sent?.meter === undefined) {
        const at = 'usage_threshold[meter]';
        throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
      }
      unit.need('billing.meter', sent.meter, 'usage_threshold[meter]');
      for (const { customer } of sent.filters ?? []) {
        if (customer !== undefined) unit.need('customer', customer, 'usage_threshold[filters]');
      }
      const row: AlertRow = {
        id: newId('alrt'),
        object: 'billing.alert',
        alert_type: 'usage_threshold',
        livemode: false,
        status: 'active',
        title: params.title,
        usage_threshold: {
          filters: sent.filters?.map(({ customer, type }) => ({ customer: customer ?? null, type })) ?? null,
          gte: sent.gte,
          meter: sent.meter,
          recurrence: 'one_time',
        },
        hidden: { told: [] },
      };
      return unit.view('billing.alert', unit.insert('billing.alert', row));
    },
  ),
  retrieveOperation('/v1/billing/alerts', 'billing.alert'),
  change('activate', 'active'),
  change('archive', 'archived'),
  change('deactivate', 'inactive'),
  listOperation('/v1/billing/alerts', {
    type: 'billing.alert',
    filters: {
      alert_type: { param: oneOf('usage_threshold'), field: 'alert_type' },
      meter: { param: text(), field: 'usage_threshold.meter' },
    },
  }),
];

import type { OperationCall, Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  emptyable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
  webAddress,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { thinEvent } from '../../delivery/thin.js';
import { given } from '../../api/standard.js';
import { v2List } from '../../api/v2-list.js';
import { newId, randomText } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { DestinationRow } from './row.js';
import type { Unit } from '../../state/unit.js';

const include = listOf(oneOf('webhook_endpoint.signing_secret', 'webhook_endpoint.url'));

const fields = {
  description: text(),
  enabled_events: listOf(text(), 400),
  include,
  metadata: metadata(),
  name: text(),
  webhook_endpoint: hash({ url: needed(webAddress()) }),
};

export const eventDestinationOperations: readonly Operation[] = [
  operation(
    'POST /v2/core/event_destinations',
    {
      ...fields,
      enabled_events: needed(listOf(text(), 400)),
      event_payload: needed(oneOf('snapshot', 'thin')),
      events_from: listOf(text()),
      name: needed(text()),
      snapshot_api_version: text(),
      type: needed(oneOf('amazon_eventbridge', 'azure_event_grid', 'webhook_endpoint')),
      ...unbuiltAll('amazon_eventbridge', 'azure_event_grid'),
    },
    ({ unit, params }) => {
      const url = params.webhook_endpoint?.url;
      if (params.type !== 'webhook_endpoint' || url === undefined) {
        throw invalid(
          'Only destinations of type webhook_endpoint can be made here; they need a URL.',
          'webhook_endpoint',
        );
      }
      const row = unit.insert('v2.core.event_destination', {
        id: newId('ed_test'),
        object: 'v2.core.event_destination',
        created: isoOf(unit),
        description: params.description ?? '',
        enabled_events: checked(params.enabled_events, params.event_payload),
        event_payload: params.event_payload,
        events_from: params.events_from ?? ['self'],
        livemode: false,
        metadata: mergeMetadata(null, params.metadata),
        name: params.name,
        ...(params.event_payload === 'snapshot' && params.snapshot_api_version !== undefined
          ? { snapshot_api_version: params.snapshot_api_version }
          : {}),
        status: 'enabled',
        type: 'webhook_endpoint',
        updated: isoOf(unit),
        webhook_endpoint: { url },
        hidden: { secret: `whsec_${randomText(32)}` },
      });
      return including(row, unit, params.include);
    },
  ),
  operation('GET /v2/core/event_destinations/:id', { include }, (call) =>
    including(destinationOf(call), call.unit, call.params.include),
  ),
  operation('POST /v2/core/event_destinations/:id', { ...fields, description: emptyable(text()) }, (call) => {
    const { unit, params } = call;
    const row = destinationOf(call);
    const patch = given({
      description: params.description ?? undefined,
      enabled_events: params.enabled_events && checked(params.enabled_events, row.event_payload),
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata ?? null, params.metadata),
      name: params.name,
      updated: isoOf(unit),
      webhook_endpoint: params.webhook_endpoint,
    });
    return including(unit.update('v2.core.event_destination', row.id, patch), unit, params.include);
  }),
  operation('DELETE /v2/core/event_destinations/:id', {}, (call) => {
    const { id } = destinationOf(call);
    call.unit.remove('v2.core.event_destination', id);
    return { id, object: 'v2.core.event_destination', deleted: true };
  }),
  operation('POST /v2/core/event_destinations/:id/disable', {}, (call) =>
    setStatus(call.unit, destinationOf(call), 'disabled'),
  ),
  operation('POST /v2/core/event_destinations/:id/ping', {}, (call) => {
    const row = destinationOf(call);
    if (row.status === 'disabled') throw invalid('The event destination is disabled.', 'id');
    const { id, created, request, type } = call.unit.tell(
      'v2.core.event_destination.ping',
      call.unit.view('v2.core.event_destination', row),
    );
    return thinEvent({ id, created, request, type, object_type: row.object, object_id: row.id });
  }),
  operation('POST /v2/core/event_destinations/:id/enable', {}, (call) =>
    setStatus(call.unit, destinationOf(call), 'enabled'),
  ),
  operation(
    'GET /v2/core/event_destinations',
    { include, limit: integer(1, 100), page: text() },
    ({ unit, params }) => {
      const rows = [...unit.store.tables['v2.core.event_destination'].walk()];
      return v2List('/v2/core/event_destinations', rows, params, (row) => including(row, unit, params.include));
    },
  ),
];

const destinationOf = ({ unit, at: { id = '' } }: Pick<OperationCall, 'at' | 'unit'>): DestinationRow =>
  unit.need('v2.core.event_destination', id);

function setStatus(unit: Unit, row: DestinationRow, status: 'disabled' | 'enabled'): Json {
  const patch: Partial<DestinationRow> = { status, updated: isoOf(unit) };
  if (status === 'disabled') patch.status_details = { disabled: { reason: 'user' } };
  else patch.status_details = {};
  return unit.view('v2.core.event_destination', unit.update('v2.core.event_destination', row.id, patch));
}

const isoOf = (unit: Unit): string => new Date(unit.now * 1000).toISOString();

/** Secret and address are shown only when asked for. */
function including(row: DestinationRow, unit: Unit, wanted: readonly string[] = []): Json {
  return {
    ...unit.view('v2.core.event_destination', row),
    webhook_endpoint: {
      ...(wanted.includes('webhook_endpoint.signing_secret') ? { signing_secret: row.hidden.secret } : {}),
      ...(wanted.includes('webhook_endpoint.url') ? { url: row.webhook_endpoint.url } : {}),
    },
  };
}

function checked(names: string[], payload: string): string[] {
  for (const name of names) {
    if (name === '*' || /^v[12]\./.test(name) === (payload === 'thin')) continue;
    throw invalid(
      `The event type '${name}' cannot be sent with the payload '${payload}'; thin events begin with v1. or v2.`,
      'enabled_events',
    );
  }
  return names;
}

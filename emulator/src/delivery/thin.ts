import { generated } from '../../../src/catalog/generated/objects.js';
import type { Json } from '../state/rows.js';
import type { EventRow } from '../nouns/event/row.js';

const ADDRESSES = new Map(generated.map(({ object, retrieve }) => [object as string, retrieve]));

/** The id of an event's thin twin, and back. */
export const thinId = (id: string): string => `evt_thin_${id.slice('evt_'.length)}`;
export const snapshotId = (id: string): string => `evt_${id.slice('evt_thin_'.length)}`;

/** An event that only the second API has, without a snapshot. */
export const isThinOnly = (type: string): boolean => type.startsWith('v2.');

/** An event's type as the second API writes it. */
export const thinType = (type: string): string => (isThinOnly(type) ? type : `v1.${type}`);

/** The same event for the second API: what happened to which object, without the object. */
export function thinEvent(row: Omit<EventRow, 'api_version' | 'data' | 'pending'>): Json {
  const address = ADDRESSES.get(row.object_type) ?? null;
  return {
    id: thinId(row.id),
    object: 'v2.core.event',
    created: new Date(row.created * 1000).toISOString(),
    livemode: false,
    ...(row.request.id === null
      ? {}
      : {
          reason: {
            type: 'request',
            request: { id: row.request.id, idempotency_key: row.request.idempotency_key ?? '' },
          },
        }),
    related_object:
      address === null || row.object_id === ''
        ? null
        : { id: row.object_id, type: row.object_type, url: address.replace('{id}', row.object_id) },
    ...(isThinOnly(row.type) ? {} : { snapshot_event: row.id }),
    type: thinType(row.type),
  };
}

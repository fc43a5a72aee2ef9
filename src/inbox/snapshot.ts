import { API_VERSION } from '../catalog/generated/api-version.js';
import { catalogOf, isReadable, type CatalogObject } from '../catalog/catalog.js';
import { isComplete } from '../mirror/row.js';
import type { Snapshot } from '../mirror/show.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { SnapshotEvent } from './stripe-event.js';

/** The object in the event, and what may be done with it. */
export function snapshotOf(event: SnapshotEvent, objectType: string): Snapshot {
  const data = event.data.object as StripeObject;
  const entry = catalogOf(objectType);
  const reportedOnly = entry !== undefined && !isReadable(entry);
  const deletion = isDeletion(event.type, entry) || data.deleted === true;
  return {
    data,
    created: new Date(event.created * 1_000),
    previous: event.data.previous_attributes ?? undefined,
    showable: !reportedOnly && event.api_version === API_VERSION && !deletion && isComplete(objectType, data),
    reportedOnly: reportedOnly && event.api_version === API_VERSION,
    deletion,
  };
}

function isDeletion(eventType: string, entry: CatalogObject | undefined): boolean {
  return eventType.endsWith('.deleted') && entry?.deletionIsChange !== true;
}

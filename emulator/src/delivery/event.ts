import type { Json } from '../state/rows.js';
import type { EventRow } from '../nouns/event/row.js';
import { previousAttributes } from '../state/previous.js';
import type { Lookup } from '../versions/older.js';
import { inVersion, isOlder } from '../versions/older.js';

/** The event as it is sent, to endpoints and in `/v1/events`. */
export function eventText(row: EventRow, version = row.api_version, data = row.data): string {
  return (
    `{"id":"${row.id}","object":"event",${row.account === undefined ? '' : `"account":"${row.account}",`}"api_version":${JSON.stringify(version)},"created":${row.created},` +
    `"data":${data},"livemode":false,"pending_webhooks":${row.pending},` +
    `"request":${JSON.stringify(row.request)},"type":"${row.type}"}`
  );
}

/** The event as an endpoint of this version is sent it. */
export function eventTextIn(version: string | null, row: EventRow, lookup: () => Lookup): string {
  if (version === null || version === row.api_version) return eventText(row);
  const { current_data: data = row.data } = row;
  return eventText(row, version, dataIn(version, data, lookup));
}

/** What an event tells, from the current version's text. */
export function dataIn(version: string, data: string, lookup: () => Lookup): string {
  return isOlder(version) ? olderData(data, version, lookup()) : data;
}

function olderData(text: string, version: string, lookup: Lookup): string {
  const { object, previous_attributes: previous } = JSON.parse(text) as { object: Json; previous_attributes?: Json };
  const now = inVersion(version, object, lookup);
  if (previous === undefined) return JSON.stringify({ object: now });
  const before = inVersion(version, merged(object, previous), lookup);
  return JSON.stringify({ object: now, previous_attributes: previousAttributes(before, now) ?? {} });
}

/** The object before the change: hashes in `previous_attributes` are partial, everything else is whole. */
function merged(object: Json, previous: Json): Json {
  const before = { ...object };
  for (const [key, value] of Object.entries(previous)) {
    const now = object[key];
    before[key] = isHash(now) && isHash(value) ? merged(now, value) : value;
  }
  return before;
}

const isHash = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

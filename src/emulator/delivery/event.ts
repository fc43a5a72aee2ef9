import type { EventRow } from '../state/rows.js';

/** The event as it goes over the wire, here and in `/v1/events`. */
export function eventText(row: EventRow): string {
  return (
    `{"id":"${row.id}","object":"event",${row.account === undefined ? '' : `"account":"${row.account}",`}"api_version":${JSON.stringify(row.api_version)},"created":${row.created},` +
    `"data":${row.data},"livemode":false,"pending_webhooks":${row.pending},` +
    `"request":${JSON.stringify(row.request)},"type":"${row.type}"}`
  );
}

import type { EventRow, WebhookEndpointRow } from '../state/rows.js';
import type { Store } from '../state/store.js';
import type { Happening } from '../state/unit.js';

export interface PublisherOptions {
  store: Store;
  apiVersion: string;
  send: (event: EventRow, endpoint: WebhookEndpointRow) => void;
  /** Told of every event, for the live stream. */
  heard: (event: EventRow) => void;
}

const KEPT_SECONDS = 30 * 86_400;
const KEPT_MAX = 500_000;

/** Turns what happened into stored events and hands them to the endpoints that want them. */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  publish(happenings: readonly Happening[]): void {
    const { store, apiVersion, send, heard } = this.options;
    if (happenings.length === 0) return;
    const endpoints = [...store.tables.webhook_endpoint.walk({ oldestFirst: true })];
    for (const { id, created, type, request, objectType, objectId, data } of happenings) {
      const wanting = endpoints.filter((endpoint) => wants(endpoint, type));
      const event: EventRow = {
        id,
        created,
        type,
        api_version: wanting[0]?.api_version ?? apiVersion,
        request,
        pending: wanting.length,
        data,
        object_type: objectType,
        object_id: objectId,
      };
      store.tables.event.put(event);
      heard(event);
      for (const endpoint of wanting) send(event, endpoint);
    }
    this.#expire(happenings[0]?.created ?? 0);
  }

  /** Sends an event again, to all endpoints that want it or to one. Returns how many. */
  resend(event: EventRow, only?: string): number {
    const { store, send } = this.options;
    const endpoints = [...store.tables.webhook_endpoint.walk({ oldestFirst: true })].filter(
      (endpoint) =>
        endpoint.status === 'enabled' && (only === undefined ? wants(endpoint, event.type) : endpoint.id === only),
    );
    for (const endpoint of endpoints) send(event, endpoint);
    return endpoints.length;
  }

  #expire(now: number): void {
    const events = this.options.store.tables.event;
    for (const event of events.walk({ oldestFirst: true })) {
      if (events.count <= KEPT_MAX && now - event.created <= KEPT_SECONDS) return;
      events.remove(event.id);
    }
  }
}

function wants(endpoint: WebhookEndpointRow, type: string): boolean {
  if (endpoint.status !== 'enabled') return false;
  // Stripe sends some kinds only to endpoints that name them; none of those is made here yet.
  return endpoint.enabled_events.some((wanted) => wanted === '*' || wanted === type);
}

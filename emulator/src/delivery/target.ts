import type { DestinationRow } from '../nouns/event-destination/row.js';
import type { Secrets, WebhookEndpointRow } from '../nouns/webhook-endpoint/row.js';
import type { Store } from '../state/store.js';
import { isThinOnly, thinType } from './thin.js';

/** Where events go: a webhook endpoint, or an event destination of the second API, which may want thin events. */
export interface DeliveryTarget {
  id: string;
  url: string;
  enabled: boolean;
  /** Thin: the event names its object and nothing more. */
  thin: boolean;
  apiVersion: string | null;
  /** As endpoints write them: `customer.created`, for thin ones `v1.customer.created`, or `*`. */
  events: readonly string[];
  secrets: Secrets;
}

/** Where the events of an account may go: to its own targets, and to those that its platform has for connected accounts. */
export function targetsOf(store: Store): DeliveryTarget[] {
  const endpoints = [
    ...endpointsOf(store, false),
    ...(store.platform === undefined ? [] : endpointsOf(store.platform, true)),
  ];
  const destinations = [...store.tables['v2.core.event_destination'].walk({ oldestFirst: true })].map(ofDestination);
  return [...endpoints, ...destinations];
}

const endpointsOf = ({ tables }: Store, connect: boolean): DeliveryTarget[] =>
  [...tables.webhook_endpoint.walk({ oldestFirst: true })]
    .filter(({ hidden }) => (hidden.connect ?? false) === connect)
    .map(ofEndpoint);

export function targetOf(store: Store, id: string): DeliveryTarget | undefined {
  const endpoint = store.tables.webhook_endpoint.get(id);
  if (endpoint !== undefined) return ofEndpoint(endpoint);
  const destination = store.tables['v2.core.event_destination'].get(id);
  return destination === undefined ? undefined : ofDestination(destination);
}

const ofEndpoint = (row: WebhookEndpointRow): DeliveryTarget => ({
  id: row.id,
  url: row.url,
  enabled: row.status === 'enabled',
  thin: false,
  apiVersion: row.api_version,
  events: row.enabled_events,
  secrets: row.hidden,
});

const ofDestination = (row: DestinationRow): DeliveryTarget => ({
  id: row.id,
  url: row.webhook_endpoint.url,
  enabled: row.status === 'enabled',
  thin: row.event_payload === 'thin',
  apiVersion: row.snapshot_api_version ?? null,
  events: row.enabled_events,
  secrets: row.hidden,
});

/** Whether a target is sent events of a type. */
export function wants(target: DeliveryTarget, type: string): boolean {
  if (!target.enabled || isThinOnly(type)) return false;
  // Stripe sends some kinds only to endpoints that name them; none of those is made here yet.
  const name = target.thin ? thinType(type) : type;
  return target.events.some((wanted) => wanted === '*' || wanted === name);
}

/** The secrets that sign at a moment: while a new one is rolled in, the old one still does. */
export function secretsAt({ secret, old }: Secrets, now: number): string[] {
  return old !== undefined && old.until > now ? [secret, old.secret] : [secret];
}

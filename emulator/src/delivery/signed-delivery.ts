import { LockstepError } from '../../../src/kernel/error.js';
import type { EventRow } from '../nouns/event/row.js';
import type { Store } from '../state/store.js';
import { allStores } from '../state/store.js';
import { eventTextIn } from './event.js';
import { signature } from './sign.js';
import type { DeliveryTarget } from './target.js';
import { secretsAt, targetOf, targetsOf, wants } from './target.js';
import { isThinOnly, thinEvent } from './thin.js';

/** Which event is wanted, and how it is to be signed. */
export interface SignedDeliveryWanted {
  /** `evt_…`. Default: the newest event, of the given type if there is one. */
  event?: string;
  /** A type of events, such as `invoice.paid`. Default: any. */
  type?: string;
  /** `we_…`: its secret and its API version. Default: the first endpoint that wants the event. */
  endpoint?: string;
  /** `whsec_…`: signs with this secret, with or without an endpoint. Default: the endpoint's. */
  secret?: string;
}

/** An event as it would be delivered. Post the body to your handler with these headers. */
export interface SignedDelivery {
  /** The event's id. */
  event: string;
  /** The event's type. */
  type: string;
  /** The JSON that is signed. Pass exactly these bytes. */
  body: string;
  /** `content-type`, `stripe-signature`, and what else Stripe sends. */
  headers: Record<string, string>;
}

/** The headers of a delivery. @param seconds the real time: a receiver compares it with its own */
export const headersOf = (secrets: readonly string[], body: string, seconds: number): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(Buffer.byteLength(body)),
  'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  accept: '*/*; q=0.5, application/xml',
  'cache-control': 'no-cache',
  'stripe-signature': signature(secrets, body, seconds),
});

/** What an endpoint is sent of an event. */
export function bodyFor(
  event: EventRow,
  { thin, apiVersion }: Pick<DeliveryTarget, 'apiVersion' | 'thin'>,
  lookup: Parameters<typeof eventTextIn>[2],
): string {
  const isThin = thin || isThinOnly(event.type);
  return isThin ? JSON.stringify(thinEvent(event)) : eventTextIn(apiVersion, event, lookup);
}

/**
 * An event, signed and not sent.
 * @throws LockstepError `event_not_found`, `request_invalid`
 */
export function signedDelivery(
  own: Store,
  wanted: SignedDeliveryWanted,
  { here, real, lookup }: { here: number; real: number; lookup: (store: Store) => Parameters<typeof eventTextIn>[2] },
): SignedDelivery {
  const { event, store } = eventOf(own, wanted);
  const target = targetFor(store, event, wanted);
  const secrets = wanted.secret === undefined ? target && secretsAt(target.secrets, here) : [wanted.secret];
  if (secrets === undefined) throw noSecret(event);
  const body = bodyFor(event, target ?? { thin: false, apiVersion: null }, lookup(store));
  return { event: event.id, type: event.type, body, headers: headersOf(secrets, body, real) };
}

function eventOf(own: Store, { event: id, type }: SignedDeliveryWanted): { event: EventRow; store: Store } {
  for (const store of allStores(own)) {
    const { event: events } = store.tables;
    const event = id === undefined ? newest(events.walk(), type) : events.get(id);
    if (event !== undefined) return { event, store };
  }
  throw new LockstepError(
    'event_not_found',
    `There is no event${(id ?? type === undefined) ? '' : ` ${id ?? type ?? ''}`}`,
    {
      hint: 'create or change the object first; GET /v1/events lists what there is',
    },
  );
}

function newest(events: Iterable<EventRow>, type: string | undefined): EventRow | undefined {
  for (const event of events) if (type === undefined || event.type === type) return event;
  return undefined;
}

function targetFor(store: Store, event: EventRow, { endpoint }: SignedDeliveryWanted): DeliveryTarget | undefined {
  if (endpoint === undefined) return targetsOf(store).find((target) => wants(target, event.type));
  const target = targetOf(store, endpoint) ?? (store.platform && targetOf(store.platform, endpoint));
  if (target !== undefined) return target;
  throw new LockstepError('request_invalid', `There is no endpoint ${endpoint}`, {
    hint: 'GET /v1/webhook_endpoints lists them',
  });
}

const noSecret = ({ type }: EventRow): LockstepError =>
  new LockstepError('request_invalid', `No endpoint wants ${type}, so there is no secret to sign with`, {
    hint: 'pass the secret that your handler checks with: secret: "whsec_…"',
  });

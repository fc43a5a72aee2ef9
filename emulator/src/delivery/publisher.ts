import { newId } from '../state/id.js';
import type { EventRow } from '../nouns/event/row.js';
import type { Store } from '../state/store.js';
import { storeOf } from '../state/store.js';
import type { Lookup } from '../versions/older.js';
import { dataIn } from './event.js';
import type { DeliveryTarget } from './target.js';
import { targetsOf, wants } from './target.js';
import { isThinOnly } from './thin.js';
import type { Happening } from '../state/happening.js';

export interface PublisherOptions {
  /** In which events are rendered. */
  apiVersion: string;
  lookup: (store: Store) => Lookup;
  send: (event: EventRow, endpoint: DeliveryTarget) => void;
  /** Receives every event, for the live stream. */
  heard: (event: EventRow) => void;
  /** What happens to this event on purpose: a second one is made of it, lists have it this much later. */
  trouble: () => { twin: boolean; hiddenMs: number };
}

const KEPT_SECONDS = 30 * 86_400;
const KEPT_MAX = 500_000;

/** Turns what happened into stored events and hands them to the endpoints that want them. */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** @param store of the account in which it happened */
  publish(happenings: readonly Happening[], store: Store): void {
    if (happenings.length === 0) return;
    const targets = targetsOf(store);
    for (const happening of happenings) {
      const { twin, hiddenMs } = this.options.trouble();
      const owner = ownerOf(happening, store);
      const endpoints = owner === store ? targets : targetsOf(owner);
      this.#publish(happening, owner, endpoints, hiddenMs);
      if (twin) this.#publish({ ...happening, id: newId('evt') }, owner, endpoints, hiddenMs);
    }
    expire(store, happenings[0]?.created ?? 0);
  }

  #publish(
    { id, created, type, request, objectType, objectId, data }: Happening,
    store: Store,
    endpoints: readonly DeliveryTarget[],
    hiddenMs: number,
  ): void {
    const { apiVersion, lookup, send, heard } = this.options;
    // A ping goes to the destination it is about, whatever events that has chosen.
    const wanting = endpoints.filter((endpoint) =>
      isThinOnly(type) ? endpoint.enabled && endpoint.id === objectId : wants(endpoint, type),
    );
    const shown = dataIn(apiVersion, data, () => lookup(store));
    const event: EventRow = {
      id,
      created,
      type,
      ...(store.platform === undefined ? {} : { account: store.identity.account }),
      api_version: apiVersion,
      request,
      pending: wanting.length,
      ...(shown === data ? { data } : { data: shown, current_data: data }),
      object_type: objectType,
      object_id: objectId,
      ...(hiddenMs === 0 ? {} : { hidden_until: created + Math.ceil(hiddenMs / 1000) }),
    };
    store.tables.event.put(event);
    heard(event);
    for (const endpoint of wanting) send(event, endpoint);
  }

  /** Sends an event again, to all endpoints that want it or to one. Returns how many. */
  resend(event: EventRow, store: Store, only?: string): number {
    const { send } = this.options;
    const endpoints = targetsOf(store).filter(
      (target) => target.enabled && (only === undefined ? wants(target, event.type) : target.id === only),
    );
    for (const endpoint of endpoints) send(event, endpoint);
    return endpoints.length;
  }
}

/** What happens to a connected account is an event of that account, not of the platform that did it. */
const ownerOf = ({ account, objectType, objectId }: Happening, store: Store): Store => {
  const owner = objectType === 'account' ? objectId : account;
  return (owner === undefined ? undefined : storeOf(store, owner)) ?? store;
};

function expire({ tables }: Store, now: number): void {
  for (const event of tables.event.walk({ oldestFirst: true })) {
    if (tables.event.count <= KEPT_MAX && now - event.created <= KEPT_SECONDS) return;
    tables.event.expel(event.id);
  }
}

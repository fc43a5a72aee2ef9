import type { Clock } from '../../../src/kernel/clock.js';
import type { Log } from '../../../src/kernel/log.js';
import type { Rules } from '../state/rules.js';
import type { EventRow } from '../nouns/event/row.js';
import type { Store } from '../state/store.js';
import { allStores } from '../state/store.js';
import { lookupIn } from '../versions/lookup.js';
import { Courier } from './courier.js';
import type { Delivery } from './delivery.js';
import { DeliveryLog } from './delivery.js';
import type { FaultSwitch } from './fault.js';
import { Listeners } from './listeners.js';
import { Publisher } from './publisher.js';
import type { SignedDelivery, SignedDeliveryWanted } from './signed-delivery.js';
import { bodyFor, signedDelivery } from './signed-delivery.js';
import { targetOf } from './target.js';

export interface PostOfficeOptions {
  store: Store;
  rules: Rules;
  faults: FaultSwitch;
  apiVersion: string;
  /** The emulator's time, and the outside's. */
  clock: Clock;
  outside: Clock;
  log: Log;
  retryDelaysMs: readonly number[];
  timeoutMs: number;
  /** Receives every event and every delivery, for the live stream. */
  tell: (what: 'change' | 'delivery', data: unknown) => void;
  /** An event got further: all of its endpoints have it when nothing is pending. */
  delivered: (event: EventRow, store: Store) => void;
}

/** Everything between an event and its receivers. */
export class PostOffice {
  readonly deliveries = new DeliveryLog();
  readonly listeners: Listeners;
  readonly publisher: Publisher;
  readonly #courier: Courier;

  constructor(private readonly options: PostOfficeOptions) {
    const { store, rules, faults, apiVersion, clock, outside, log, retryDelaysMs, timeoutMs, tell } = options;
    this.listeners = new Listeners({ clock, outside, report: (delivery) => this.#report(delivery) });
    this.#courier = new Courier({
      clock,
      outside,
      log,
      retryDelaysMs,
      timeoutMs,
      endpoint: (id) => {
        const target = allStores(store).flatMap((one) => targetOf(one, id) ?? [])[0];
        return target?.enabled === true ? target : undefined;
      },
      event: (id) => this.#ownerOf(id)?.tables.event.get(id),
      body: (event, target) => bodyFor(event, target, () => lookupIn(this.#ownerOf(event.id) ?? store, rules)),
      trouble: () => ({
        lost: faults.hits('lose_every'),
        twice: faults.hits('duplicate_every'),
        lateMs: faults.hits('delay_every') ? faults.get().delay_ms : 0,
        heldMs: faults.hits('reorder_every') ? faults.get().delay_ms : 0,
      }),
      report: (delivery) => {
        this.#report(delivery);
        if (delivery.outcome !== 'failed') this.#settle(delivery.event);
      },
    });
    this.publisher = new Publisher({
      apiVersion,
      lookup: (of) => lookupIn(of, rules),
      send: (event, endpoint) => this.#courier.send(event, endpoint),
      heard: (event) => {
        this.listeners.publish(event);
        tell('change', {
          at: clock.now().getTime(),
          event: event.id,
          type: event.type,
          object: event.object_type,
          id: event.object_id,
        });
      },
      trouble: () => ({
        twin: faults.hits('twin_every'),
        hiddenMs: faults.hits('hide_every') ? faults.get().hide_ms : 0,
      }),
    });
  }

  /** Makes all pending deliveries now. Returns the tries, oldest first. */
  async deliverNow(): Promise<Delivery[]> {
    const began = this.deliveries.count;
    await this.#courier.flush();
    return this.deliveries.newest(this.deliveries.count - began).reverse();
  }

  /** @throws LockstepError `event_not_found`, `request_invalid` */
  signed(wanted: SignedDeliveryWanted): SignedDelivery {
    const { store, rules, clock, outside } = this.options;
    const [here, real] = [clock, outside].map((one) => Math.floor(one.now().getTime() / 1000)) as [number, number];
    return signedDelivery(store, wanted, { here, real, lookup: (of) => () => lookupIn(of, rules) });
  }

  /** Forgets all deliveries, those in progress too. */
  clear(): void {
    this.#courier.clear();
    this.deliveries.clear();
  }

  stop(): void {
    this.#courier.stop();
    this.listeners.stop();
  }

  /** The store that has an event. */
  #ownerOf(event: string): Store | undefined {
    return allStores(this.options.store).find((one) => one.tables.event.get(event) !== undefined);
  }

  #report(delivery: Delivery): void {
    this.deliveries.add(delivery);
    this.options.tell('delivery', delivery);
  }

  /** A lost delivery counts as done, because Stripe would not know that it was lost. */
  #settle(id: string): void {
    const store = this.#ownerOf(id);
    const event = store?.tables.event.get(id);
    if (store === undefined || event === undefined || event.pending === 0) return;
    const further = { ...event, pending: event.pending - 1 };
    store.tables.event.put(further);
    this.options.delivered(further, store);
  }
}

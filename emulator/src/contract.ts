import type { Clock } from '../../src/kernel/clock.js';
import type { Log } from '../../src/kernel/log.js';
import type { Permissions } from './api/permission.js';
import type { ClockState } from './clock/emulator-clock.js';
import type { RecordedRequest, RequestFilter } from './control/recorded-request.js';
import type { Delivery } from './delivery/delivery.js';
import type { Faults } from './delivery/fault.js';
import type { SignedDelivery, SignedDeliveryWanted } from './delivery/signed-delivery.js';
import type { Fixture } from './fixture.js';

/** The options of a local Stripe. Each has a default. */
export interface EmulatorOptions {
  /** The port to listen on. Default: 0, which picks a free one. The command's default is 4747. */
  port?: number;
  /** The host to listen on. Default: 127.0.0.1. */
  host?: string;
  /** The folder of the built pages (`dist/web`). Default: the package's own. */
  webDir?: string;
  /** Keeps the state in this file. Default: the state is lost when the emulator stops. */
  dataFile?: string;
  /** The real time. Default: the system's. */
  clock?: Clock;
  /** Where it logs to. Default: nowhere. */
  log?: Log;
  /**
   * The account's id, `acct_…`, for a new state. The keys follow from it. `random` draws one. Default: the same one at
   * every start, so that the database that mirrors this emulator, and the app's configuration, also fit the next one.
   */
  account?: string;
  /**
   * Host names that requests may use besides loopback ones (`localhost`, `127.0.0.1`, `[::1]`), such as the name of this
   * machine in a network of containers. Requests with any other name are refused. Otherwise any web page could reach the
   * emulator, through a name that resolves to this machine. Default: none.
   */
  allowHosts?: readonly string[];
  /**
   * The account's default API version: that of requests that name none, of events and of endpoints without a version of
   * their own, such as `2024-06-20`. Default: that of the pinned SDK.
   */
  apiVersion?: string;
  /** The faults that are on from the start. Default: none. */
  faults?: Partial<Faults>;
  /**
   * Milliseconds to wait before the second, third … try of a delivery, in the emulator's time. Default: 1 s, 5 s, 30 s,
   * 5 min, 30 min, 2 h. Stripe does not publish its own.
   */
  retryDelaysMs?: readonly number[];
  /** How many milliseconds an endpoint may take to answer a delivery. Default: 10,000. */
  deliveryTimeoutMs?: number;
  /**
   * How many namespaces may be open at once, beside the default one. Above it, a request that would open another gets
   * the error `too_many_namespaces`. 0: there are none, and every key is one of the default account. Default: 1,000.
   */
  maxNamespaces?: number;
  /**
   * A namespace without a request for so many milliseconds of real time is dropped, with everything in it, unless its
   * dashboard or the Stripe CLI listens to it. Default: 3,600,000, an hour.
   */
  namespaceIdleMs?: number;
}

/** The emulator's time. It is the real time until it is changed. When it advances, everything that falls due happens. */
export interface ClockControl {
  /** The current time, and how fast it passes. */
  get(): ClockState;
  /** Sets how many seconds pass here in one real second. 0 freezes the time. @throws `option_invalid` */
  setRate(rate: number): void;
  /**
   * Moves the time forward by this many milliseconds. At most ten years at once, and not beyond the year 2199.
   * @throws `option_invalid`
   */
  advance(ms: number): void;
}

/** A webhook endpoint of the emulator's account. */
export interface NewEndpoint {
  /** Where events are posted to: `http://127.0.0.1:3000/stripe-webhooks`. */
  url: string;
  /** The signing secret, `whsec_…`. Default: a random one. */
  secret?: string;
  /** The types of events it receives, such as `['invoice.paid']`. Default: all. */
  enabled_events?: string[];
  /** The API version of its events, such as `2025-03-31.basil`. Default: the account's. */
  api_version?: string;
}

/** A running local Stripe. */
export interface Emulator {
  /** Its URL, without a slash at the end: `http://127.0.0.1:4747`. */
  readonly url: string;
  /** The host it listens on. */
  readonly host: string;
  /** The port it listens on. */
  readonly port: number;
  /** The id of its account, `acct_…`. */
  readonly account: string;
  /** `sk_test_…`. Any other well-formed test key is accepted too. */
  readonly secretKey: string;
  /** `pk_test_…`, for Stripe.js. */
  readonly publishableKey: string;
  /** The API version of a request that names none: that of the option, or of the pinned SDK. */
  readonly apiVersion: string;
  /** For the official SDK: `new Stripe(emulator.secretKey, emulator.sdk)`. */
  readonly sdk: {
    /** As `host`. */
    host: string;
    /** As `port`. */
    port: number;
    /** There is no TLS. */
    protocol: 'http';
  };
  /** Adds an endpoint, for events from now on. `POST /v1/webhook_endpoints` does the same. */
  createWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * Like `createWebhookEndpoint`, for a receiver that registers at each start. If the state already has an endpoint with
   * this secret (without a secret: with this URL), that one is enabled and gets the new URL. Otherwise one is created.
   * Without a secret, it gets one that is always the same for the same account.
   */
  keepWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * Creates a restricted key, `rk_test_…`. What its permissions do not allow is answered 403, with Stripe's message.
   * @param permissions by resource as Stripe names them, e.g. `{ customer: 'read', subscription: 'write' }`
   */
  createRestrictedKey(permissions: Permissions): string;
  /** Its time. */
  readonly clock: ClockControl;
  /** The faults: what goes wrong on purpose. */
  readonly faults: {
    /** All faults with their values. */
    get(): Faults;
    /** Sets the given faults and keeps the others. @throws `option_invalid` unknown fault, or value out of bounds */
    set(changes: Partial<Faults>): Faults;
  };
  /** The tries to deliver events, newest first: at most `limit` (default 50), of all events or of the one given. */
  deliveries(limit?: number, event?: string): Delivery[];
  /**
   * The requests that the app made to the API, oldest first: the newest 500, without those of the dashboard and of
   * fixtures. `expectRequest` of `lockstep/testing` checks them.
   * @param filter which ones. Default: all.
   */
  requests(filter?: RequestFilter): RecordedRequest[];
  /**
   * Makes all pending deliveries now, also those that are late or wait for another try. Resolves when each has its
   * answer, and so has what the receivers caused before they answered.
   * @returns the tries, oldest first
   */
  deliverNow(): Promise<Delivery[]>;
  /**
   * An event as it would be delivered, signed and not sent, for a test that calls its own webhook handler.
   * @param wanted which event, and how to sign it. Default: the newest event, for the first endpoint that wants it.
   * @throws `event_not_found`; `request_invalid` if there is no secret to sign with
   */
  signedDelivery(wanted?: SignedDeliveryWanted): SignedDelivery;
  /**
   * Chooses the ids of the next new objects: after `nextIds('cus_ada')` the next customer is `cus_ada`. A request that
   * fails uses none.
   * @throws `request_invalid`: the id is taken, or does not begin as that of any type. Nothing is chosen then.
   */
  nextIds(...ids: string[]): void;
  /**
   * Creates objects by calling the API, step by step. The format of the steps is that of the Stripe CLI's fixture files.
   * @returns the response of each step, by its name
   * @throws `request_invalid` a step is refused, or refers to something missing. The work of earlier steps stays.
   */
  fixture(fixture: Fixture): Promise<Record<string, Record<string, unknown>>>;
  /**
   * Removes all objects, events, idempotency keys, and deliveries; turns the faults off; goes back to the real time.
   * What a client was configured with stays: the URL, the account, the keys, webhook endpoints, and event destinations.
   */
  reset(): void;
  /** Writes a snapshot of everything that `dataFile` would hold: objects, events, idempotency keys, the time. */
  save(file: string): Promise<void>;
  /**
   * Replaces the whole state by a snapshot, including the account and its keys. Time continues from the snapshot's time.
   * A namespace keeps its own account and keys, so one snapshot can be the beginning of many tests.
   * @throws `emulator_state_unreadable` and changes nothing
   */
  load(file: string): Promise<void>;
  /** Resolves when the state is on disk, or at once if there is no `dataFile`. */
  flush(): Promise<void>;
  /** The address of its dashboard. */
  readonly dashboardUrl: string;
  /**
   * Opens a namespace, or gives the one of this name: an account of its own on this server, such as one for each test.
   * Its keys are `sk_test_ns_NAME` and `pk_test_ns_NAME`. It is kept in memory only.
   * @param name 1 to 40 letters and digits. Default: a random name.
   * @throws `namespace_invalid`, `too_many_namespaces`
   */
  namespace(name?: string): TestNamespace;
  /** Ends every connection and delivery, and writes the state. It can be called more than once. */
  stop(): Promise<void>;
}

/**
 * A namespace of an emulator. It has everything that an emulator has: an account, objects, a clock, faults, webhook
 * endpoints, a request log. What it does not have is unknown in the others. `url` is the one of the emulator: the key
 * says which namespace a request is for. After it was dropped, the next use opens an empty one of the same name.
 */
export interface TestNamespace extends Omit<Emulator, 'flush' | 'namespace' | 'stop'> {
  /** Its name. */
  readonly name: string;
  /** Forgets it with everything in it. Nothing happens if it is not open. */
  drop(): void;
}

import type { Clock } from '../../src/kernel/clock.js';
import type { Log } from '../../src/kernel/log.js';
import type { Permissions } from './api/permission.js';
import type { ClockState } from './clock/emulator-clock.js';
import type { Delivery } from './delivery/delivery.js';
import type { Faults } from './delivery/fault.js';
import type { Fixture } from './fixture.js';

/** How a local Stripe starts. Every option has a default. */
export interface EmulatorOptions {
  /** Default 0, which takes any free one; of the command, 4747. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where the built pages are (`dist/web`). Default: the package's own. */
  webDir?: string;
  /** Keeps the state in this file. Default: everything is forgotten at the end. */
  dataFile?: string;
  /** The outside's time. Default: the system's. */
  clock?: Clock;
  /** Default: silent. */
  log?: Log;
  /**
   * The account's id, `acct_…`, for a new state; its keys follow from it. `random` draws one. Default: the same one at every
   * start, so that a database that mirrors this emulator, and an app's configuration, fit the next one too.
   */
  account?: string;
  /**
   * Host names that requests may use besides loopback ones (`localhost`, `127.0.0.1`, `[::1]`), such as the name of this
   * machine in a network of containers. Any other is refused: a page of anybody could use it by a name of its own. Default: none.
   */
  allowHosts?: readonly string[];
  /** What goes wrong on purpose from the start. Default: nothing. */
  faults?: Partial<Faults>;
  /**
   * Milliseconds to wait before the second, third … try of a delivery, in the emulator's time. Default: 1 s, 5 s, 30 s, 5 min,
   * 30 min, 2 h; Stripe's own are not published.
   */
  retryDelaysMs?: readonly number[];
  /** Milliseconds after which an endpoint's silence is a failure. Default 10,000. */
  deliveryTimeoutMs?: number;
}

/** The emulator's time: as outside until it is moved. Advancing lets everything happen that falls due. */
export interface ClockControl {
  /** What time it is, and how fast it passes. */
  get(): ClockState;
  /** How many seconds pass here while one passes outside; 0 freezes it. @throws `option_invalid`. */
  setRate(rate: number): void;
  /** Forward only, by so many milliseconds: ten years at once, and not beyond the year 2199. @throws `option_invalid`. */
  advance(ms: number): void;
}

/** A webhook endpoint of the emulator's account. */
export interface NewEndpoint {
  /** Where events are posted to: `http://127.0.0.1:3000/stripe-webhooks`. */
  url: string;
  /** `whsec_…`: what deliveries are signed with. Default: a random one. */
  secret?: string;
  /** Which events it is sent, such as `['invoice.paid']`. Default: all. */
  enabled_events?: string[];
  /** The API version its events are written in, such as `2025-03-31.basil`. Default: the emulator's. */
  api_version?: string;
}

/** A running local Stripe. */
export interface Emulator {
  /** Its address, without a slash at the end: `http://127.0.0.1:4747`. */
  readonly url: string;
  /** The host it listens on. */
  readonly host: string;
  /** The port it listens on. */
  readonly port: number;
  /** Its own account, `acct_…`. */
  readonly account: string;
  /** `sk_test_…`; any other well-formed key of test mode is taken too. */
  readonly secretKey: string;
  /** `pk_test_…`, for Stripe.js. */
  readonly publishableKey: string;
  /** The API version that it speaks of itself: the pinned SDK's. */
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
  /** An endpoint more, for events from now on. Made over the API, it is the same. */
  createWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * The endpoint a kept state already has for this receiver (the same secret; none given: the same URL), enabled and
   * pointed at the URL; made where there is none. For receivers that come back at each start, perhaps elsewhere. Without a
   * secret it gets one that is always the same for the same account.
   */
  keepWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * A restricted key, `rk_test_…`: whatever its permissions do not allow is answered 403 in Stripe's words.
   * @param permissions by resource as Stripe names them, e.g. `{ customer: 'read', subscription: 'write' }`
   */
  createRestrictedKey(permissions: Permissions): string;
  /** Its time. */
  readonly clock: ClockControl;
  /** What goes wrong on purpose. */
  readonly faults: {
    /** All of them, as they are set. */
    get(): Faults;
    /** Merges the given ones. @throws `option_invalid` for an unknown fault or a value out of bounds. */
    set(changes: Partial<Faults>): Faults;
  };
  /** The tries to deliver events, newest first: at most `limit` (default 50), of all events or of one. */
  deliveries(limit?: number, event?: string): Delivery[];
  /**
   * Makes objects by calling the API, step by step; the steps are those of the official command line's fixture files.
   * @returns the answers by the steps' names
   * @throws `request_invalid` when a step is refused or refers to what is not there; earlier steps stand.
   */
  fixture(fixture: Fixture): Promise<Record<string, Record<string, unknown>>>;
  /**
   * As new: no objects, no events, no idempotency keys, no deliveries under way or logged, faults off, the outside's time.
   * What a client was configured with stays: the address, the account, the keys, webhook endpoints and event destinations.
   */
  reset(): void;
  /** Writes a snapshot of everything that `dataFile` would hold: objects, events, idempotency keys, the time. */
  save(file: string): Promise<void>;
  /**
   * Puts a snapshot in place of everything there is, the account and its keys included; time continues from where it stood.
   * @throws `emulator_state_unreadable`; then nothing is changed.
   */
  load(file: string): Promise<void>;
  /** The state is on disk when this resolves (at once when there is no `dataFile`). */
  flush(): Promise<void>;
  /** Ends every connection and delivery and writes the state; may be called again. */
  stop(): Promise<void>;
}

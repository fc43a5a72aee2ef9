import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Permissions } from './api/permission.js';
import type { ClockState } from './clock/emulator-clock.js';
import type { Delivery } from './delivery/delivery.js';
import type { Faults } from './delivery/fault.js';
import type { Fixture } from './fixture.js';
import type { Json } from './state/rows.js';

export interface EmulatorOptions {
  /** Default 4747 (embedded: 0); 0 takes any free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where the built pages are (`dist/web`); without it only the API is served. Embedded: the package's own pages. */
  webDir?: string;
  /** Keeps the state in this file; without it everything is forgotten at the end. */
  dataFile?: string;
  /** The outside's time; default the system's. */
  clock?: Clock;
  /** Default: silent. */
  log?: Log;
  /** The account's id, for a new state; default a random one. */
  account?: string;
  /** What goes wrong on purpose from the start; default nothing. */
  faults?: Partial<Faults>;
  /** Waits before the second, third … try of a delivery, in the emulator's time. Default 1 s, 5 s, 30 s, 5 min, 30 min, 2 h. */
  retryDelaysMs?: readonly number[];
  /** After which an endpoint's silence is a failure. Default 10 s. */
  deliveryTimeoutMs?: number;
}

/** The emulator's time: as outside until it is moved. Advancing lets everything happen that falls due. */
export interface ClockControl {
  get(): ClockState;
  /** How many seconds pass here while one passes outside; 0 freezes it. @throws LockstepError `option_invalid`. */
  setRate(rate: number): void;
  /** Forward only. @throws LockstepError `option_invalid`. */
  advance(ms: number): void;
}

export interface NewEndpoint {
  url: string;
  /** `whsec_…`; default a random one. */
  secret?: string;
  /** Default all. */
  enabled_events?: string[];
  /** The version its events are written in; default the emulator's. */
  api_version?: string;
}

/** A running local Stripe. */
export interface Emulator {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly account: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly apiVersion: string;
  /** For the official SDK: `new Stripe(emulator.secretKey, emulator.sdk)`. */
  readonly sdk: { host: string; port: number; protocol: 'http' };
  createWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * The endpoint a kept state already has for this receiver (the same secret; none given: the same URL), enabled and
   * pointed at the URL; made where there is none. For receivers that come back at each start, perhaps elsewhere.
   */
  keepWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * A restricted key, `rk_test_…`: whatever its permissions do not allow is answered 403 in Stripe's words.
   * @param permissions by resource as Stripe names them, e.g. `{ customer: 'read', subscription: 'write' }`
   */
  createRestrictedKey(permissions: Permissions): string;
  readonly clock: ClockControl;
  readonly faults: {
    get(): Faults;
    /** Merges the given ones. @throws LockstepError `option_invalid` for an unknown fault or a value out of bounds. */
    set(changes: Partial<Faults>): Faults;
  };
  /** The tries to deliver events, newest first. */
  deliveries(limit?: number, event?: string): Delivery[];
  /**
   * Makes objects by calling the API, step by step; the steps are those of the official command line's fixture files.
   * @returns the answers by the steps' names
   * @throws LockstepError `request_invalid` when a step is refused or refers to what is not there; earlier steps stand.
   */
  fixture(fixture: Fixture): Promise<Record<string, Json>>;
  /**
   * As new: no objects, no events, no idempotency keys, no deliveries under way or logged, faults off, the outside's time.
   * What a client was configured with stays: the address, the account, the keys, webhook endpoints and event destinations.
   */
  reset(): void;
  /** Writes a snapshot of everything that `dataFile` would hold: objects, events, idempotency keys, the time. */
  save(file: string): Promise<void>;
  /**
   * Puts a snapshot in place of everything there is, the account and its keys included; time goes on from where it stood.
   * @throws LockstepError `emulator_state_unreadable`; then nothing is changed.
   */
  load(file: string): Promise<void>;
  /** The state is on disk when this resolves (at once when there is no `dataFile`). */
  flush(): Promise<void>;
  /** Ends every connection and delivery and writes the state; may be called again. */
  stop(): Promise<void>;
}

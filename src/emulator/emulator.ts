/**
 * The emulator: a stateful local Stripe over HTTP. How it is laid out:
 *
 * - `api/`       a request becomes an answer: key → address → idempotency → parameters → work → expansion. What varies
 *                between endpoints is data: a parameter table, a list's filters, a row of `expansions`.
 * - `resources/` one file per noun: its words and events (a `Resource`), its operations, its few rules.
 * - `state/`     rows in tables with indexes; a `Unit` does one request's work, all or nothing, and makes the events with
 *                their exact `previous_attributes`; `disk` and `keeper` hold it all in a file.
 * - `delivery/`  events to webhook endpoints: signed, retried, recorded, lost on purpose.
 * - `control/`   `/_emulator/*` and the pages.
 *
 * A new object type is a `Resource` in `resources/all.ts`, a row type in `state/rows.ts`, and its operations.
 * It imports nothing of Lockstep but the kernel and facts of the SDK: the referee does not share the player's code.
 */
import type { Clock } from '../kernel/clock.js';
import { systemClock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { silent } from '../kernel/log.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { API_VERSION } from '../catalog/generated/api-version.js';
import type { ClockState } from './clock/emulator-clock.js';
import { EmulatorClock } from './clock/emulator-clock.js';
import { Lifeline } from './clock/lifeline.js';
import { tick } from './clock/tick.js';
import { Api } from './api/api.js';
import { RequestLog } from './control/request-log.js';
import { Stream } from './control/stream.js';
import { Courier } from './delivery/courier.js';
import type { Delivery } from './delivery/delivery.js';
import { DeliveryLog } from './delivery/delivery.js';
import type { Faults } from './delivery/fault.js';
import { FaultSwitch } from './delivery/fault.js';
import { targetOf } from './delivery/target.js';
import { Listeners } from './delivery/listeners.js';
import { Publisher } from './delivery/publisher.js';
import { operationsOf, resources } from './resources/all.js';
import { expansions } from './resources/expansions.js';
import { invoiceTold } from './resources/invoice-life.js';
import { timeOfCall } from './resources/test-clock-time.js';
import { createEndpoint, keepEndpoint } from './resources/webhook-endpoint.js';
import { emulatorServer, listen } from './server.js';
import { loadStore } from './state/disk.js';
import { Keeper } from './state/keeper.js';
import type { EventRow, WebhookEndpointRow } from './state/rows.js';
import type { Store } from './state/store.js';
import { allStores, emptyStore } from './state/store.js';

export interface EmulatorOptions {
  /** Default 4747; 0 takes any free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where the built pages are (`dist/web`); without it only the API is served. */
  webDir?: string;
  /** Keeps the state in this file; without it everything is forgotten at the end. */
  dataFile?: string;
  clock?: Clock;
  log?: Log;
  /** The account's id, for a new state; default a random one. */
  account?: string;
  /** Waits before the second, third … try of a delivery. Default 1 s, 5 s, 30 s, 5 min, 30 min, 2 h. */
  retryDelaysMs?: readonly number[];
  /** After which an endpoint's silence is a failure. Default 10 s. */
  deliveryTimeoutMs?: number;
}

/** The emulator's time: as outside until it is moved. Advancing lets everything happen that falls due. */
export interface ClockControl {
  get(): ClockState;
  /** 0 freezes it. */
  setRate(rate: number): void;
  advance(ms: number): void;
}

export interface NewEndpoint {
  url: string;
  /** `whsec_…`; default a random one. */
  secret?: string;
  /** Default all. */
  enabled_events?: string[];
  api_version?: string;
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  readonly account: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly apiVersion: string;
  createWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  /**
   * The endpoint a kept state already has for this receiver (the same secret; none given: the same URL), enabled and
   * pointed at the URL; made where there is none. For receivers that come back at each start, perhaps elsewhere.
   */
  keepWebhookEndpoint(endpoint: NewEndpoint): { id: string; secret: string };
  readonly clock: ClockControl;
  readonly faults: { get(): Faults; set(changes: Partial<Faults>): Faults };
  /** Newest first. */
  deliveries(limit?: number, event?: string): Delivery[];
  /** The state is on disk when this resolves (at once when there is no file). */
  flush(): Promise<void>;
  /** Ends every connection and delivery and writes the state; may be called again. */
  stop(): Promise<void>;
}

const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 300_000, 1_800_000, 7_200_000];

/**
 * Starts a local Stripe.
 * @throws LockstepError `port_taken`, or `emulator_state_unreadable` when the file is not usable.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 4747, host = '127.0.0.1', webDir, dataFile, log = silent } = options;
  const clock = new EmulatorClock(options.clock ?? systemClock);
  const store = emptyStore(options.account);
  const loaded = dataFile !== undefined && (await loadStore(store, dataFile));
  if (loaded) checkAccount(options.account, store.identity.account);
  const keeper = dataFile === undefined ? undefined : new Keeper(store, dataFile, clock, log);
  const stream = new Stream();
  const lifelines = new Map<Store, Lifeline>();
  const lifelineOf = (of: Store): Lifeline => {
    const known = lifelines.get(of) ?? new Lifeline();
    lifelines.set(of, known);
    return known;
  };
  /** The store that has an event. */
  const owner = (event: string): Store | undefined =>
    allStores(store).find((one) => one.tables.event.get(event) !== undefined);
  const faults = new FaultSwitch();
  const deliveries = new DeliveryLog();

  const report = (delivery: Delivery): void => {
    deliveries.add(delivery);
    stream.send('delivery', delivery);
  };
  const listeners = new Listeners({ clock, report });
  const courier = new Courier({
    clock,
    log,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    timeoutMs: options.deliveryTimeoutMs ?? 10_000,
    endpoint: (id) => {
      const target = allStores(store).flatMap((one) => targetOf(one, id) ?? [])[0];
      return target?.enabled === true ? target : undefined;
    },
    event: (id) => owner(id)?.tables.event.get(id),
    trouble: () => ({
      lost: faults.hits('lose_every'),
      twice: faults.hits('duplicate_every'),
      lateMs: faults.hits('delay_every') ? faults.get().delay_ms : 0,
    }),
    report: (delivery) => {
      report(delivery);
      const of = owner(delivery.event);
      const event = of?.tables.event.get(delivery.event);
      if (of === undefined || event === undefined || delivery.outcome === 'failed' || event.pending === 0) return;
      // A lost delivery counts as done: nothing at Stripe would ever tell that it was lost.
      of.tables.event.put({ ...event, pending: event.pending - 1 });
      if (event.type === 'invoice.created' && event.pending === 1) {
        api.internally((unit) => invoiceTold(unit, event.object_id), of);
      }
      keeper?.changed();
    },
  });
  const publisher = new Publisher({
    apiVersion: API_VERSION,
    send: (event, endpoint) => courier.send(event, endpoint),
    heard: (event: EventRow) => {
      listeners.publish(event);
      stream.send('change', {
        at: clock.now().getTime(),
        event: event.id,
        type: event.type,
        object: event.object_type,
        id: event.object_id,
      });
    },
  });
  const operations = operationsOf({
    resend: (event, of, endpoint) => publisher.resend(event, of, endpoint),
    openSession: (secret, features) => listeners.open(secret, features),
  });
  const api = new Api({
    store,
    resources,
    operations,
    expansions,
    clock,
    log,
    apiVersion: API_VERSION,
    timeOf: timeOfCall,
    latencyMs: () => faults.get().latency_ms,
    refuses: () => (faults.hits('limit_every') ? 429 : faults.hits('error_every') ? 500 : undefined),
    commit: (unit) => {
      publisher.publish(unit.happenings, unit.store);
      lifelineOf(unit.store).note(unit);
      if (unit.changed) keeper?.changed();
    },
  });

  if (loaded) for (const one of allStores(store)) api.internally((unit) => lifelineOf(one).fill(unit), one);
  const live = (): void => {
    for (const [of, lifeline] of lifelines) {
      if (!lifeline.isDue(Math.floor(clock.now().getTime() / 1000))) continue;
      try {
        api.internally((unit) => lifeline.live(unit), of);
      } catch (error) {
        log.error({ event: 'emulator.life.broken', error: messageOf(error) });
      }
    }
  };
  const clockControl: ClockControl = {
    get: () => clock.state,
    setRate: (rate) => clock.setRate(rate),
    advance: (ms) => {
      clock.advance(ms);
      live();
    },
  };
  const stopping = new AbortController();
  const server = emulatorServer({
    api,
    control: {
      api,
      identity: store.identity,
      apiVersion: API_VERSION,
      persisted: dataFile !== undefined,
      deliveries,
      requests: new RequestLog(),
      faults,
      clock: clockControl,
      operations,
    },
    stream,
    listeners,
    webDir,
    clock,
    log,
  });
  const actualPort = await listen(server, port, host).catch((error: unknown) => {
    stream.stop();
    throw error;
  });
  store.origin = `http://${host}:${actualPort}`;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    courier.stop();
    listeners.stop();
    stream.stop();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await keeper?.flush();
    log.info({ event: 'emulator.stopped' });
  };
  // A new state's identity is kept from the first moment, or a restart would be another account.
  if (!loaded) keeper?.changed();
  await keeper?.flush();
  void tick(options.clock ?? systemClock, stopping.signal, live);
  log.info({ event: 'emulator.started', port: actualPort, account: store.identity.account });

  return {
    url: store.origin,
    port: actualPort,
    account: store.identity.account,
    secretKey: store.identity.secretKey,
    publishableKey: store.identity.publishableKey,
    apiVersion: API_VERSION,
    createWebhookEndpoint: (endpoint) => api.internally((unit) => shown(createEndpoint(unit, complete(endpoint)))),
    keepWebhookEndpoint: (endpoint) => api.internally((unit) => shown(keepEndpoint(unit, complete(endpoint)))),
    clock: clockControl,
    faults: { get: () => faults.get(), set: (changes) => faults.set(changes) },
    deliveries: (limit = 50, event) => deliveries.newest(limit, event),
    flush: async () => keeper?.flush(),
    stop: () => (stopped ??= stop()),
  };
}

const complete = (endpoint: NewEndpoint): NewEndpoint & { enabled_events: string[] } => ({
  enabled_events: ['*'],
  ...endpoint,
});

const shown = ({ id, hidden }: WebhookEndpointRow): { id: string; secret: string } => ({ id, secret: hidden.secret });

function checkAccount(wanted: string | undefined, kept: string): void {
  if (wanted === undefined || wanted === kept) return;
  throw new LockstepError('option_invalid', `the emulator's state file belongs to account ${kept}, not ${wanted}`, {
    hint: 'leave the account out, or use another state file',
    facts: { wanted, kept },
  });
}

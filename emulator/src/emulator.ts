/**
 * The emulator: a stateful local Stripe over HTTP. How it is laid out:
 *
 * - `api/`       a request becomes an answer: key → address → idempotency → parameters → work → expansion. What varies
 *                between endpoints is data: a parameter table, a list's filters, a row of `expansions`.
 * - `nouns/`     a folder per noun. Its `noun.ts` says all that is known of the type; the other files are its rules.
 * - `reactions`  what follows from what: a payment succeeded, so its invoice is paid, so its subscription is active.
 * - `state/`     rows in tables with indexes; a `Unit` does one request's work, all or nothing, and makes the events with
 *                their exact `previous_attributes`; `disk` and `keeper` hold it all in a file.
 * - `delivery/`  events to webhook endpoints: signed, retried, recorded, lost on purpose.
 * - `versions/`  how objects looked in older versions of the API.
 * - `control/`   `/_emulator/*` and the built pages.
 * - `pages/`     Checkout, the portal, invoices and 3-D Secure, as the pages that Stripe hosts.
 * - `contract`   what `startEmulator` takes and gives; `index` is the package's entry.
 *
 * A new object type is a folder in `nouns/` and a line in `nouns/all.ts`.
 * It imports nothing of Lockstep but the kernel and facts of the SDK: the referee does not share the player's code.
 */
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openDoor } from '../../src/kernel/door.js';
import { LockstepError, messageOf } from '../../src/kernel/error.js';
import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import { EmulatorClock } from './clock/emulator-clock.js';
import { Lifeline } from './clock/lifeline.js';
import { tick } from './clock/tick.js';
import { Api } from './api/api.js';
import { Idempotency } from './api/idempotency.js';
import { RateLimiter } from './api/rate-limit.js';
import { troubleOf } from './api/trouble.js';
import type { ClockControl, Emulator, EmulatorOptions, NewEndpoint } from './contract.js';
import { RequestLog } from './control/request-log.js';
import { Stream } from './control/stream.js';
import { FaultSwitch } from './delivery/fault.js';
import { PostOffice } from './delivery/post-office.js';
import { loadFixture } from './fixture.js';
import { createKey } from './nouns/api-key/create.js';
import * as nouns from './nouns/all.js';
import { expansions, indexes, operations } from './nouns/tables.js';
import { invoiceTold } from './nouns/invoice/life.js';
import { timeOfCall } from './nouns/test-clock/time.js';
import { reactions } from './reactions.js';
import { createEndpoint, keepEndpoint } from './nouns/webhook-endpoint/operations.js';
import { emulatorServer, listen } from './server.js';
import { readState, restoreState, saveState } from './state/disk.js';
import { Keeper } from './state/keeper.js';
import type { RowType } from './state/rows.js';
import type { WebhookEndpointRow } from './nouns/webhook-endpoint/row.js';
import type { Store } from './state/store.js';
import { allStores, clearStore, emptyStore, typesOf } from './state/store.js';
import { versionsOf } from './versions/versions.js';

export type { Emulator, EmulatorOptions } from './contract.js';

const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 300_000, 1_800_000, 7_200_000];

/** What clients were configured with: a reset leaves it alone. */
const CONFIGURATION: readonly RowType[] = ['api_key', 'v2.core.event_destination', 'webhook_endpoint'];

/**
 * Starts a local Stripe.
 * @throws `port_taken`, `option_invalid`, or `emulator_state_unreadable` when the file is not usable.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 4747, host = '127.0.0.1', webDir, dataFile, log = silent, clock: outside = systemClock } = options;
  const door = openDoor([...(options.allowHosts ?? []), ...ownName(host)]);
  const clock = new EmulatorClock(outside);
  const store = emptyStore(indexes, options.account);
  const state = { store, answers: new Idempotency(), clock };
  const kept = dataFile === undefined ? undefined : await readState(dataFile, typesOf(store));
  if (kept !== undefined) {
    checkAccount(options.account, kept.head.identity.account);
    restoreState(state, kept, 'as if running');
  }
  const keeper = dataFile === undefined ? undefined : new Keeper(state, dataFile, outside, log);
  const stream = new Stream();
  const requests = new RequestLog();
  const faults = new FaultSwitch();
  faults.set(options.faults ?? {});
  const lifelines = new Map<Store, Lifeline>();
  const lifelineOf = (of: Store): Lifeline => {
    const known = lifelines.get(of) ?? new Lifeline();
    lifelines.set(of, known);
    return known;
  };
  const rules = { nouns, reactions };
  const post = new PostOffice({
    store,
    rules,
    faults,
    apiVersion: API_VERSION,
    clock,
    outside,
    log,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    timeoutMs: options.deliveryTimeoutMs ?? 10_000,
    tell: (what, data) => stream.send(what, data),
    delivered: (event, of) => {
      if (event.type === 'invoice.created' && event.pending === 0) {
        api.internally((unit) => invoiceTold(unit, event.object_id), of);
      }
      keeper?.changed();
    },
  });
  const api = new Api({
    store,
    rules,
    operations,
    deliveries: {
      resend: (event, of, endpoint) => post.publisher.resend(event, of, endpoint),
      openSession: (secret, features) => post.listeners.open(secret, features),
    },
    clock,
    log,
    apiVersion: API_VERSION,
    idempotency: state.answers,
    limiter: new RateLimiter(() => faults.get(), outside),
    timeOf: timeOfCall,
    latencyMs: () => faults.get().latency_ms,
    trouble: (verb) => troubleOf(faults, verb),
    versions: versionsOf(rules, expansions),
    commit: (unit) => {
      post.publisher.publish(unit.happenings, unit.store);
      lifelineOf(unit.store).note(unit);
      if (unit.changed) keeper?.changed();
    },
  });

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
  const revive = (): void => {
    lifelines.clear();
    for (const one of allStores(store)) api.internally((unit) => lifelineOf(one).fill(unit), one);
  };
  const clockControl: ClockControl = {
    get: () => clock.state,
    setRate: (rate) => {
      clock.setRate(rate);
      keeper?.changed();
    },
    advance: (ms) => {
      clock.advance(ms);
      live();
      keeper?.changed();
    },
  };
  const reset = (): void => {
    post.clear();
    requests.clear();
    clearStore(store, CONFIGURATION);
    state.answers.clear();
    lifelines.clear();
    faults.clear();
    clock.reset();
    keeper?.changed();
  };
  const fixture: Emulator['fixture'] = (steps) => loadFixture(api, store.identity.secretKey, steps);
  if (kept !== undefined) revive();
  const stopping = new AbortController();
  const server = emulatorServer({
    api,
    control: {
      api,
      store,
      apiVersion: API_VERSION,
      persisted: dataFile !== undefined,
      deliveries: post.deliveries,
      requests,
      faults,
      clock: clockControl,
      operations,
      reset,
      fixture,
    },
    stream,
    listeners: post.listeners,
    door,
    webDir,
    clock,
    log,
  });
  const actualPort = await listen(server, port, host).catch((error: unknown) => {
    stream.stop();
    throw error;
  });
  store.origin = `http://${reachedAt(host)}:${actualPort}`;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    post.stop();
    stream.stop();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await keeper?.flush();
    log.info({ event: 'emulator.stopped' });
  };
  // A new state's identity is kept from the first moment, or a restart would be another account.
  if (kept === undefined) keeper?.changed();
  await keeper?.flush();
  void tick(outside, stopping.signal, live);
  log.info({ event: 'emulator.started', port: actualPort, account: store.identity.account });

  return {
    url: store.origin,
    host,
    port: actualPort,
    get account() {
      return store.identity.account;
    },
    get secretKey() {
      return store.identity.secretKey;
    },
    get publishableKey() {
      return store.identity.publishableKey;
    },
    apiVersion: API_VERSION,
    sdk: { host, port: actualPort, protocol: 'http' },
    createWebhookEndpoint: (endpoint) => api.internally((unit) => shown(createEndpoint(unit, complete(endpoint)))),
    keepWebhookEndpoint: (endpoint) => api.internally((unit) => shown(keepEndpoint(unit, complete(endpoint)))),
    createRestrictedKey: (permissions) => api.internally((unit) => createKey(unit, permissions)),
    clock: clockControl,
    faults: { get: () => faults.get(), set: (changes) => faults.set(changes) },
    deliveries: (limit = 50, event) => post.deliveries.newest(limit, event),
    fixture,
    reset,
    save: (file) => saveState(state, file),
    load: async (file) => {
      const snapshot = await readState(file, typesOf(store));
      if (snapshot === undefined) throw noSnapshot(file);
      post.clear();
      restoreState(state, snapshot, 'where it stood');
      revive();
      keeper?.changed();
    },
    flush: async () => keeper?.flush(),
    stop: () => (stopped ??= stop()),
  };
}

const complete = (endpoint: NewEndpoint): NewEndpoint & { enabled_events: string[] } => ({
  enabled_events: ['*'],
  ...endpoint,
});

const shown = ({ id, hidden }: WebhookEndpointRow): { id: string; secret: string } => ({ id, secret: hidden.secret });

/** Of an address that stands for all of a machine's, the loopback one is the one that is always there. */
function reachedAt(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** An address that it was told to listen on is its own name, unless it stands for every address. */
const ownName = (host: string): string[] => (host === '0.0.0.0' || host === '::' ? [] : [reachedAt(host)]);

function checkAccount(wanted: string | undefined, kept: string): void {
  if (wanted === undefined || wanted === 'random' || wanted === kept) return;
  throw new LockstepError('option_invalid', `The state file belongs to account ${kept}, not ${wanted}`, {
    hint: 'leave the account out, or use another state file',
    facts: { wanted, kept },
  });
}

const noSnapshot = (file: string): LockstepError =>
  new LockstepError('emulator_state_unreadable', `No snapshot at ${file}`, {
    hint: 'write one with save(file) first',
    facts: { file },
  });

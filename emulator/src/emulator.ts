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
 * - `contract`   what `startEmulator` takes and gives; `index` is the package's entry; `parts` puts everything together.
 *
 * A new object type is a folder in `nouns/` and a line in `nouns/all.ts`.
 * It imports nothing of Lockstep but the kernel and facts of the SDK: the referee does not share the player's code.
 */
import { openDoor } from '../../src/kernel/door.js';
import { LockstepError } from '../../src/kernel/error.js';
import { tick } from './clock/tick.js';
import type { ClockControl, Emulator, EmulatorOptions, NewEndpoint } from './contract.js';
import { loadFixture } from './fixture.js';
import { createKey } from './nouns/api-key/create.js';
import { operations } from './nouns/tables.js';
import { createEndpoint, keepEndpoint } from './nouns/webhook-endpoint/operations.js';
import type { WebhookEndpointRow } from './nouns/webhook-endpoint/row.js';
import type { Parts } from './parts.js';
import { openParts } from './parts.js';
import type { ServerOptions } from './server.js';
import { emulatorServer, listen } from './server.js';
import { readState, restoreState, saveState } from './state/disk.js';
import type { RowType } from './state/rows.js';
import { clearStore, typesOf } from './state/store.js';

export type { Emulator, EmulatorOptions } from './contract.js';

/** What clients were configured with: a reset leaves it alone. */
const CONFIGURATION: readonly RowType[] = ['api_key', 'v2.core.event_destination', 'webhook_endpoint'];

/**
 * Starts a local Stripe.
 * @throws `port_taken`, `option_invalid`, or `emulator_state_unreadable` when the file is not usable.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port: wantedPort = 4747, host = '127.0.0.1' } = options;
  const door = openDoor([...(options.allowHosts ?? []), ...ownName(host)]);
  const parts = await openParts(options);
  const { state, keeper, lifelines, post, api, stream, log } = parts;
  const server = emulatorServer(serverOptions(parts, options, door));
  const port = await listen(server, wantedPort, host).catch((error: unknown) => {
    stream.stop();
    throw error;
  });
  state.store.origin = `http://${reachedAt(host)}:${port}`;
  const stopping = new AbortController();
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
  if (parts.isNew) keeper?.changed();
  await keeper?.flush();
  void tick(parts.outside, stopping.signal, () => lifelines.live(api));
  log.info({ event: 'emulator.started', port, account: state.store.identity.account });
  return emulatorOf(parts, { host, port }, () => (stopped ??= stop()));
}

function serverOptions(
  parts: Parts,
  { dataFile, webDir }: EmulatorOptions,
  door: ServerOptions['door'],
): ServerOptions {
  const { state, requests, faults, post, api, stream, log } = parts;
  return {
    api,
    control: {
      api,
      store: state.store,
      apiVersion: parts.apiVersion,
      persisted: dataFile !== undefined,
      deliveries: post.deliveries,
      requests,
      faults,
      clock: clockControl(parts),
      operations,
      reset: () => reset(parts),
      fixture: fixtureOf(parts),
    },
    stream,
    listeners: post.listeners,
    door,
    webDir,
    clock: state.clock,
    log,
  };
}

/** What `startEmulator` gives. */
function emulatorOf(parts: Parts, { host, port }: { host: string; port: number }, stop: Emulator['stop']): Emulator {
  const { state, keeper, faults, post, api } = parts;
  const { store } = state;
  return {
    url: store.origin,
    host,
    port,
    get account() {
      return store.identity.account;
    },
    get secretKey() {
      return store.identity.secretKey;
    },
    get publishableKey() {
      return store.identity.publishableKey;
    },
    apiVersion: parts.apiVersion,
    sdk: { host, port, protocol: 'http' },
    createWebhookEndpoint: (endpoint) => api.internally((unit) => shown(createEndpoint(unit, complete(endpoint)))),
    keepWebhookEndpoint: (endpoint) => api.internally((unit) => shown(keepEndpoint(unit, complete(endpoint)))),
    createRestrictedKey: (permissions) => api.internally((unit) => createKey(unit, permissions)),
    clock: clockControl(parts),
    faults: { get: () => faults.get(), set: (changes) => faults.set(changes) },
    deliveries: (limit = 50, event) => post.deliveries.newest(limit, event),
    fixture: fixtureOf(parts),
    reset: () => reset(parts),
    save: (file) => saveState(state, file),
    load: (file) => load(parts, file),
    flush: async () => keeper?.flush(),
    stop,
  };
}

function clockControl({ state: { clock }, keeper, lifelines, api }: Parts): ClockControl {
  return {
    get: () => clock.state,
    setRate: (rate) => {
      clock.setRate(rate);
      keeper?.changed();
    },
    advance: (ms) => {
      clock.advance(ms);
      lifelines.live(api);
      keeper?.changed();
    },
  };
}

const fixtureOf =
  ({ api, state }: Parts): Emulator['fixture'] =>
  (steps) =>
    loadFixture(api, state.store.identity.secretKey, steps);

function reset({ state, keeper, requests, faults, lifelines, post }: Parts): void {
  post.clear();
  requests.clear();
  clearStore(state.store, CONFIGURATION);
  state.answers.clear();
  lifelines.clear();
  faults.clear();
  state.clock.reset();
  keeper?.changed();
}

async function load({ state, keeper, lifelines, post, api }: Parts, file: string): Promise<void> {
  const snapshot = await readState(file, typesOf(state.store));
  if (snapshot === undefined) throw noSnapshot(file);
  post.clear();
  restoreState(state, snapshot, 'where it stood');
  lifelines.fill(api, state.store);
  keeper?.changed();
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

const noSnapshot = (file: string): LockstepError =>
  new LockstepError('emulator_state_unreadable', `No snapshot at ${file}`, {
    hint: 'write one with save(file) first',
    facts: { file },
  });

import { LockstepError } from '../../src/kernel/error.js';
import type { ClockControl, Emulator, TestNamespace, NewEndpoint } from './contract.js';
import { fits, recorded } from './control/recorded-request.js';
import { loadFixture } from './fixture.js';
import { namespaceOfKey } from './namespaces/name.js';
import { createKey } from './nouns/api-key/create.js';
import { createEndpoint, keepEndpoint } from './nouns/webhook-endpoint/operations.js';
import type { WebhookEndpointRow } from './nouns/webhook-endpoint/row.js';
import type { Parts } from './parts.js';
import { readState, restoreState, saveState } from './state/disk.js';
import type { RowType } from './state/rows.js';
import { clearStore, typesOf } from './state/store.js';

/** What clients were configured with: a reset leaves it alone. */
const CONFIGURATION: readonly RowType[] = ['api_key', 'v2.core.event_destination', 'webhook_endpoint'];

/** Where a server listens, and its address for clients. */
export interface ServerPlace {
  url: string;
  host: string;
  port: number;
}

/** What the default account and a namespace give to a test. */
export type Handle = Omit<TestNamespace, 'drop' | 'name'>;

/** @param of gives the parts at each call: a namespace that was dropped has new ones */
export function handleOf(of: () => Parts, { url, host, port }: ServerPlace): Handle {
  return {
    url,
    host,
    port,
    sdk: { host, port, protocol: 'http' },
    get account() {
      return of().state.store.identity.account;
    },
    get secretKey() {
      return of().state.store.identity.secretKey;
    },
    get publishableKey() {
      return of().state.store.identity.publishableKey;
    },
    get apiVersion() {
      return of().apiVersion;
    },
    get dashboardUrl() {
      return of().state.store.origin;
    },
    createWebhookEndpoint: (endpoint) => of().api.internally((unit) => shown(createEndpoint(unit, complete(endpoint)))),
    keepWebhookEndpoint: (endpoint) => of().api.internally((unit) => shown(keepEndpoint(unit, complete(endpoint)))),
    createRestrictedKey: (permissions) => of().api.internally((unit) => createKey(unit, permissions)),
    clock: clockOf(of),
    faults: { get: () => of().faults.get(), set: (changes) => of().faults.set(changes) },
    deliveries: (limit = 50, event) => of().post.deliveries.newest(limit, event),
    fixture: (steps) => fill(of(), steps),
    ...testOf(of),
    reset: () => reset(of()),
    save: (file) => saveState(of().state, file),
    load: (file) => load(of(), file),
  };
}

/** What a test asks for, in its process or over HTTP. */
export const testOf = (of: () => Parts): Pick<Emulator, 'deliverNow' | 'nextIds' | 'requests' | 'signedDelivery'> => ({
  requests: (filter = {}) =>
    of()
      .requests.whole()
      .map(recorded)
      .filter((request) => fits(request, filter)),
  deliverNow: () => of().post.deliverNow(),
  signedDelivery: (wanted = {}) => of().post.signed(wanted),
  nextIds: (...ids) => of().chosenIds.add(ids),
});

export function clockOf(of: () => Parts): ClockControl {
  return {
    get: () => of().state.clock.state,
    setRate: (rate) => {
      const { state, keeper } = of();
      state.clock.setRate(rate);
      keeper?.changed();
    },
    advance: (ms) => {
      const { state, keeper, lifelines, api } = of();
      state.clock.advance(ms);
      lifelines.live(api);
      keeper?.changed();
    },
  };
}

export const fill = (
  { api, state }: Parts,
  steps: Parameters<Emulator['fixture']>[0],
): ReturnType<typeof loadFixture> => loadFixture(api, state.store.identity.secretKey, steps);

export function reset({ state, keeper, requests, faults, lifelines, chosenIds, post }: Parts): void {
  post.clear();
  requests.clear();
  clearStore(state.store, CONFIGURATION);
  state.answers.clear();
  lifelines.clear();
  faults.clear();
  chosenIds.clear();
  state.clock.reset();
  keeper?.changed();
}

async function load({ state, keeper, lifelines, post, api }: Parts, file: string): Promise<void> {
  const snapshot = await readState(file, typesOf(state.store));
  if (snapshot === undefined) throw noSnapshot(file);
  const { identity } = state.store;
  post.clear();
  restoreState(state, snapshot, 'where it stood');
  // The keys of a namespace name it, so it keeps them.
  if (namespaceOfKey(identity.secretKey) !== undefined) state.store.identity = identity;
  lifelines.fill(api, state.store);
  keeper?.changed();
}

const complete = (endpoint: NewEndpoint): NewEndpoint & { enabled_events: string[] } => ({
  enabled_events: ['*'],
  ...endpoint,
});

const shown = ({ id, hidden }: WebhookEndpointRow): { id: string; secret: string } => ({ id, secret: hidden.secret });

const noSnapshot = (file: string): LockstepError =>
  new LockstepError('emulator_state_unreadable', `No snapshot at ${file}`, {
    hint: 'write one with save(file) first',
    facts: { file },
  });

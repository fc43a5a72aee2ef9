import { API_VERSION } from '../../src/catalog/generated/api-version.js';
import type { Clock } from '../../src/kernel/clock.js';
import { systemClock } from '../../src/kernel/clock.js';
import { LockstepError } from '../../src/kernel/error.js';
import type { Log } from '../../src/kernel/log.js';
import { silent } from '../../src/kernel/log.js';
import { Api } from './api/api.js';
import { Idempotency } from './api/idempotency.js';
import { RateLimiter } from './api/rate-limit.js';
import { Router } from './api/router.js';
import { troubleOf } from './api/trouble.js';
import { EmulatorClock } from './clock/emulator-clock.js';
import { Lifelines } from './clock/lifelines.js';
import type { EmulatorOptions } from './contract.js';
import { RequestLog } from './control/request-log.js';
import { Stream } from './control/stream.js';
import { FaultSwitch } from './delivery/fault.js';
import type { PostOfficeOptions } from './delivery/post-office.js';
import { PostOffice } from './delivery/post-office.js';
import * as nouns from './nouns/all.js';
import { invoiceTold } from './nouns/invoice/life.js';
import { expansions, indexes, operations } from './nouns/tables.js';
import { timeOfCall } from './nouns/test-clock/time.js';
import { reactions } from './reactions.js';
import type { KeptState } from './state/disk.js';
import { ChosenIds } from './state/chosen-ids.js';
import { readState, restoreState } from './state/disk.js';
import { Keeper } from './state/keeper.js';
import type { RowType } from './state/rows.js';
import type { EmulatorState } from './state/state.js';
import type { AccountIdentity } from './state/store.js';
import { emptyStore, newIdentity } from './state/store.js';
import { isKnownVersion } from './versions/known.js';
import { versionsOf } from './versions/versions.js';

const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 300_000, 1_800_000, 7_200_000];
const rules = { nouns, reactions };
/** One for all namespaces. */
const router = new Router(operations);

/** What does not depend on the others. */
interface Basics {
  readonly state: EmulatorState;
  /** The account's default. */
  readonly apiVersion: string;
  /** The time outside of the emulator. */
  readonly outside: Clock;
  readonly log: Log;
  /** Undefined: nothing is kept. */
  readonly keeper: Keeper | undefined;
  readonly stream: Stream;
  readonly requests: RequestLog;
  readonly faults: FaultSwitch;
  readonly lifelines: Lifelines;
  readonly chosenIds: ChosenIds;
}

/** All that an emulator is made of, but for its server; and all that a namespace is made of. */
export interface Parts extends Basics {
  readonly post: PostOffice;
  readonly api: Api;
  /** Whether the state was not read from a file. */
  readonly isNew: boolean;
}

/** @throws `option_invalid`, or `emulator_state_unreadable` when the file is not usable. */
export async function openParts(options: EmulatorOptions): Promise<Parts> {
  const { dataFile } = options;
  const kept = dataFile === undefined ? undefined : await readState(dataFile, Object.keys(indexes) as RowType[]);
  if (kept !== undefined) checkAccount(options.account, kept.head.identity.account);
  return makeParts(options, newIdentity(options.account), kept);
}

/** The same without a file, such as for a namespace. @throws `option_invalid` */
export function makeParts(options: EmulatorOptions, identity: AccountIdentity, kept?: KeptState): Parts {
  const { dataFile, apiVersion = API_VERSION, log = silent, clock: outside = systemClock } = options;
  checkVersion(apiVersion);
  const stream = new Stream();
  const tellState = (): void => stream.send('state', {});
  const clock = new EmulatorClock(outside, tellState);
  const store = emptyStore(indexes, identity);
  const state = { store, answers: new Idempotency(), clock };
  if (kept !== undefined) restoreState(state, kept, 'as if running');
  const basics: Basics = {
    state,
    apiVersion,
    outside,
    log,
    keeper: dataFile === undefined ? undefined : new Keeper(state, dataFile, outside, log),
    stream,
    requests: new RequestLog(),
    faults: new FaultSwitch(tellState),
    lifelines: new Lifelines(clock, log),
    chosenIds: new ChosenIds(store, rules),
  };
  basics.faults.set(options.faults ?? {});
  const post = openPost(basics, options, (event, of) => {
    if (event.type === 'invoice.created' && event.pending === 0) {
      api.internally((unit) => invoiceTold(unit, event.object_id), of);
    }
    basics.keeper?.changed();
  });
  const api = openApi(basics, post);
  if (kept !== undefined) basics.lifelines.fill(api, store);
  return { ...basics, post, api, isNew: kept === undefined };
}

function openPost(basics: Basics, options: EmulatorOptions, delivered: PostOfficeOptions['delivered']): PostOffice {
  const { state, apiVersion, outside, log, stream, faults } = basics;
  return new PostOffice({
    store: state.store,
    rules,
    faults,
    apiVersion,
    clock: state.clock,
    outside,
    log,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    timeoutMs: options.deliveryTimeoutMs ?? 10_000,
    tell: (what, data) => stream.send(what, data),
    delivered,
  });
}

function openApi(basics: Basics, post: PostOffice): Api {
  const { state, apiVersion, outside, log, keeper, faults, lifelines, chosenIds } = basics;
  return new Api({
    store: state.store,
    rules,
    router,
    deliveries: {
      apiVersion,
      resend: (event, of, endpoint) => post.publisher.resend(event, of, endpoint),
      openSession: (secret, features) => post.listeners.open(secret, features),
    },
    clock: state.clock,
    log,
    apiVersion,
    idempotency: state.answers,
    chosenIds,
    limiter: new RateLimiter(() => faults.get(), outside),
    timeOf: timeOfCall,
    latencyMs: () => faults.get().latency_ms,
    trouble: (verb) => troubleOf(faults, verb),
    versions: versionsOf(rules, expansions),
    commit: (unit) => {
      post.publisher.publish(unit.happenings, unit.store);
      lifelines.note(unit);
      if (unit.changed) keeper?.changed();
    },
  });
}

function checkVersion(version: string): void {
  if (isKnownVersion(version)) return;
  throw new LockstepError('option_invalid', `Stripe has no API version ${version}`, {
    hint: `use one of https://docs.stripe.com/changelog, such as 2024-06-20 or ${API_VERSION}`,
    facts: { version },
  });
}

function checkAccount(wanted: string | undefined, kept: string): void {
  if (wanted === undefined || wanted === 'random' || wanted === kept) return;
  throw new LockstepError('option_invalid', `The state file belongs to account ${kept}, not ${wanted}`, {
    hint: 'leave the account out, or use another state file',
    facts: { wanted, kept },
  });
}

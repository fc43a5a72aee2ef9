import type { Billing } from '../billing/billing.js';
import { createChanges, type Changes } from '../changes/changes.js';
import { createChangeWatch, type ChangeWatch } from '../changes/watch.js';
import { createUsers, type Users } from '../billing/users/users.js';
import type { WebhookFeed } from '../feeds/webhook.js';
import { createEndpointHealth } from '../hooks/endpoints/endpoint-health.js';
import { endpointHooks } from '../hooks/endpoints/endpoint-hooks.js';
import type { Hook } from '../hooks/hook.js';
import type { HookRegistry } from '../hooks/registry.js';
import { openHookRuntime } from '../hooks/runtime.js';
import { systemChance, type Chance } from '../kernel/chance.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import { createHealthProbe, type HealthProbe } from '../store/health.js';
import { explainStatement } from '../store/statement-failure.js';
import type { Gateway } from '../stripe/gateway.js';
import { createMeter, type Meter } from '../stripe/meter.js';
import type { PageLimits } from '../sync/pages/page-proofs.js';
import type { Settled } from '../sync/settle.js';
import { limits, type Config } from './config.js';
import { createCore, type Core } from './core.js';
import { createCounters, type Counters } from './counters.js';
import { migrateDatabase, openDatabase } from './database.js';
import { refuseHooksOf } from './left-out.js';
import { createLeases, type Leases } from './leases.js';
import type { ObjectOperations } from './object-operations.js';
import { openBilling } from './open-billing.js';
import { openHomes } from './open-homes.js';
import { openTracing } from './open-telemetry.js';
import { openProfiles, usersOf } from './open-users.js';
import type { Operations } from './operations.js';
import { createProcessRecord, type OwnFacts, type ProcessRecord } from './process-record.js';
import { dutiesOf, RunningEngine } from './running-engine.js';
import { sweepTypesOf } from './schedule.js';
import { createSignKeeper } from './sign-keeper.js';
import { createSigns } from './signs.js';
import { createState } from './state.js';
import type { Status } from './status.js';

/** The change feed and its watch. */
export interface ChangeFeed {
  changes: Changes;
  watch: ChangeWatch;
}

/** What changed in the mirror, as the console and the demo follow it. After the commit. */
export type MirrorChange = ObjectKey & { how: 'shown' | Settled };

export interface Engine {
  readonly config: Config;
  readonly clock: Clock;
  /** The account that the app's own users are customers of. */
  readonly source: Source;
  readonly database: Database;
  readonly mirror: Mirror;
  readonly gateway: Gateway;
  /** null while the feed is `poll`. */
  readonly webhook: WebhookFeed | null;
  /** The app's own users. null where its tables are not configured or not there. */
  readonly users: Users | null;
  /** null where there are no users. */
  readonly billing: Billing | null;
  readonly operations: Operations;
  /** What an operator does with one object. */
  readonly objects: ObjectOperations;
  /** Aborted when the engine begins to stop. */
  readonly stopping: AbortSignal;
  /** Lists the types now and repairs what differs. The profile rows are written again. */
  sweep(types?: readonly string[]): Promise<Swept>;
  /** Reads `/v1/events` once, now. */
  poll(): Promise<number>;
  /**
   * What is otherwise done by itself, now: reads missed events, sweeps what is due, drains. Resolves when
   * that is done or the time is up. For hosts where nothing runs between requests.
   * @throws database_unreachable
   */
  catchUp(options: { forMs: number }): Promise<void>;
  /**
   * Resolves when what is marked is proven and this process's hooks that are due have run, save what failed and is put off.
   * @throws database_unreachable
   */
  drain(): Promise<void>;
  status(): Promise<Status>;
  onChange(listener: (change: MirrorChange) => void): () => void;
  /** Whether the database answers and takes writes. */
  ready(): Promise<boolean>;
  /** The same with the reason why not. Callers within a second share one answer. */
  readonly health: HealthProbe;
  /** What this process counted since it started. */
  readonly counters: Counters;
  /** The change feed, and one look at it for all readers of this process that wait. */
  readonly changes: ChangeFeed;
  /** Takes nothing new, finishes what was accepted, closes. A second call does nothing more. */
  stop(): Promise<void>;
}

export interface EngineParts {
  clock: Clock;
  /** What billing draws its keys and pauses from. Default: the system's. */
  chance?: Chance;
  log: Log;
  /** Opened already; the engine closes it. Default: opened from the configuration. */
  database?: Database;
  /** Whether the database has been migrated. Default false: the engine does. */
  migrated?: boolean;
  /** What the app does on changes. Default: nothing. */
  hooks?: HookRegistry;
  /** What it does by itself. Default: everything. */
  roles?: Roles;
  /** What the service does by itself of which this process is a part: its status is judged by this. Default: `roles`. */
  service?: Roles;
  /** What runs beside it, on its database. Default: nothing. */
  companion?: (deps: CompanionDeps) => Companion | null;
  /** When many marks of one type are proven by pages. Default: `limits.pages`. */
  pages?: PageLimits;
}

export interface CompanionDeps {
  database: Database;
  config: Config;
  clock: Clock;
  log: Log;
}

/** What runs beside the engine, and stops with it. */
export interface Companion {
  start(): void;
  /** What it does by itself, once, now. Never throws. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface Roles {
  /** Proves what is marked: in a loop, or only when something is marked by this process. */
  prove: boolean | 'on demand';
  /** Sweeps as scheduled. */
  sweep: boolean;
  /** Reads `/v1/events`, and keeps the inbox in order. */
  feed: boolean;
  /** Takes deliveries. Default true. */
  receive?: boolean;
}

const allRoles: Roles = { prove: true, sweep: true, feed: true };

export interface Swept {
  listed: number;
  /** Differences that nothing had hinted at. */
  found: number;
}

/** The one composition root: `serve`, the demo and the tests start this. */
export async function startEngine(config: Config, parts: EngineParts): Promise<Engine> {
  const database = parts.database ?? (await openDatabase(config, parts.log));
  try {
    if (parts.migrated !== true) await migrateDatabase(database, config, { clock: parts.clock, log: parts.log });
    return await compose(config, database, parts);
  } catch (error) {
    await database.close();
    throw explainStatement(error);
  }
}

async function compose(config: Config, database: Database, parts: EngineParts): Promise<Engine> {
  const { clock, chance = systemChance, log, roles = allRoles, service = roles } = parts;
  const signs = createSigns(clock);
  const meters = config.sources.map(() => createMeter(clock));
  const counters = createCounters({ clock, feed: config.feed, types: sweepTypesOf(config) });
  const homes = await openHomes(config, { database, clock, log, signs, meters, counters });
  const { source, gateway } = homes[0];
  const state = createState(database, config.mirrorSchema, config.leaveOut);
  const usersConfig = await usersOf(config, database, log);
  const users = usersConfig === null ? null : createUsers(database, usersConfig);
  const profiles = usersConfig === null ? null : await openProfiles(config, usersConfig, { database, source, log });
  const hooks = hooksOf(config, parts, database);
  const hookRuntime = await openHookRuntime({ ...state, hooks, clock, log, onRun: counters.hookRun }, limits.outbox);
  counters.begin(
    homes.map((home) => home.source),
    hooks.map(({ name }) => name),
  );
  const health = createHealthProbe(database.within('accept'), clock);
  const feed = changeFeedOf(config, { database, clock, log });
  const listeners = new Set<(change: MirrorChange) => void>();
  const leases = createLeases(database, clock);
  const core = createCore({
    ...{ state, homes, config, clock, log, signs },
    pages: parts.pages,
    proveOnDemand: roles.prove === 'on demand',
    follow: async (tx, changed) => void (await profiles?.follow(tx, changed)),
    hooks: hookRuntime.keeper,
    counters,
    leases,
    tracing: await openTracing(),
    tell: (change) => {
      hookRuntime.wake();
      if (change.how === 'proven' || change.how === 'again') feed.watch.wake();
      for (const listener of listeners) listener(change);
    },
    onNotStored: () => health.doubt(),
  });
  const life = lifeOf(
    createProcessRecord(database, clock, () => factsOf({ config, roles, core, meters })),
    leases,
    () => begin(feed, log),
  );
  const keeper = createSignKeeper({ core, signs, record: life, database, clock, looks: roles.feed });
  await keeper.exchange();
  await begin(feed, log);
  const { wake } = core.worker;
  const { billing, relinking } = await openBilling(
    users,
    { ...state, source, gateway, clock, chance, log, wake },
    config.billing,
  );
  const engine = new RunningEngine({
    ...{ config, core, source, gateway, users, billing, profiles, relinking },
    changes: feed,
    ...{ hookRuntime, keeper, health, listeners, signs, log, roles, service, counters },
    companion: parts.companion?.({ database, config, clock, log }) ?? null,
  });
  engine.start();
  return engine;
}

/** Those of the app, and those that send to endpoints. A command that proves nothing sends nothing. */
function hooksOf(
  { endpoints, leaveOut }: Config,
  { hooks: registry, roles = allRoles, clock, log }: EngineParts,
  database: Database,
): Hook[] {
  const own = registry?.taken() ?? [];
  const health = createEndpointHealth(database);
  const hooks = roles.prove === false ? own : [...own, ...endpointHooks(endpoints, { health, clock, log })];
  refuseHooksOf(leaveOut, hooks);
  return [...hooks];
}

function changeFeedOf(
  { notifyChanges: notifies }: Config,
  { database, clock, log }: { database: Database; clock: Clock; log: Log },
): ChangeFeed {
  const changes = createChanges(database);
  return { changes, watch: createChangeWatch({ changes, notifies, clock, log }) };
}

async function begin({ changes }: ChangeFeed, log: Log): Promise<void> {
  if (await changes.begin()) log.info({ event: 'changes.begun' });
}

/** What is done every few seconds while this process lives, and at its end. */
function lifeOf(record: ProcessRecord, leases: Leases, beginFeed: () => Promise<void>): ProcessRecord {
  return {
    async beat() {
      await record.beat();
      await leases.renew();
      await beginFeed(); // after a failover, readers need not wait for a restart
    },
    end: async () => void (await Promise.all([record.end(), leases.end()])),
  };
}

interface FactParts {
  config: Config;
  roles: Roles;
  core: Core;
  /** One for each of the configured accounts. */
  meters: readonly Meter[];
}

/** What this process says about itself to `lockstep status`. */
function factsOf({ config, roles, core, meters }: FactParts): OwnFacts {
  return {
    proves: roles.prove === true,
    sweeps: roles.sweep,
    feed: config.feed,
    duties: dutiesOf(config, roles),
    sweepTypes: config.leaveOut.length === 0 ? (config.sweepTypes ?? null) : sweepTypesOf(config),
    leaveOut: config.leaveOut,
    paused: core.worker.paused(),
    budgets: core.homes.map(({ source: { account, livemode } }, index) => ({
      account,
      livemode,
      ratePerEndpoint: config.sources[index]?.ratePerEndpoint ?? 0,
      rateTotal: config.sources[index]?.rateTotal ?? 0,
      perS: meters[index]?.perS() ?? 0,
    })),
  };
}

import { createBilling, type Billing } from '../billing/billing.js';
import { createProfiles, readBlanks, type Profiles } from '../billing/profiles.js';
import { fitUsers, missingPart } from '../billing/fit-users.js';
import { UsersOptions, type UsersConfig } from '../billing/users.js';
import type { WebhookFeed } from '../feeds/webhook.js';
import { openHookRuntime } from '../hooks/runtime.js';
import type { HookRegistry } from '../hooks/registry.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Mirror } from '../mirror/mirror.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { createHealthProbe, type HealthProbe } from '../store/health.js';
import { explainStatement } from '../store/statement-failure.js';
import { createGateway, type Gateway } from '../stripe/gateway.js';
import { observed } from '../stripe/observed.js';
import type { Settled } from '../sync/settle.js';
import * as v from 'valibot';
import { bindSources } from './bind.js';
import { catchUp } from './catch-up.js';
import { limits, type Config } from './config.js';
import { migrateDatabase, openDatabase, schemaDifferences } from './database.js';
import { createCore, type Homes } from './core.js';
import { createOperations, type Operations } from './operations.js';
import { createSignKeeper } from './sign-keeper.js';
import { createSigns, type Signs } from './signs.js';
import { createState } from './state.js';
import { readStatus, type Status } from './status.js';

/** What changed in the mirror, as the console and the demo follow it. After the commit. */
export type MirrorChange = ObjectKey & { how: 'shown' | Settled };

export interface Engine {
  readonly config: Config;
  /** The account that the app's own users are customers of. */
  readonly source: Source;
  readonly database: Database;
  readonly mirror: Mirror;
  readonly gateway: Gateway;
  /** null while the feed is `poll`. */
  readonly webhook: WebhookFeed | null;
  /** null where the app's tables are not configured or not there. */
  readonly billing: Billing | null;
  readonly operations: Operations;
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
  /** Takes nothing new, finishes what was accepted, closes. A second call does nothing more. */
  stop(): Promise<void>;
}

export interface EngineParts {
  clock: Clock;
  log: Log;
  /** Opened already; the engine closes it. Default: opened from the configuration. */
  database?: Database;
  /** Whether the database has been migrated. Default false: the engine does. */
  migrated?: boolean;
  /** What the app does on changes. Default: nothing. */
  hooks?: HookRegistry;
  /** What it does by itself. Default: everything. */
  roles?: Roles;
}

export interface Roles {
  /** Proves what is marked: in a loop, or only when something is marked by this process. */
  prove: boolean | 'on demand';
  /** Sweeps as scheduled. */
  sweep: boolean;
  /** Reads `/v1/events`, and keeps the inbox in order. */
  feed: boolean;
}

const allRoles: Roles = { prove: true, sweep: true, feed: true };

export interface Swept {
  listed: number;
  /** Differences that nothing had hinted at. */
  found: number;
}

/** How long what is under way may take to finish when the engine stops. */
const FINISH_MS = 6_000;
/** Hooks that answer each change with another one never finish. */
const ROUNDS_MAX = 10;

/** The one composition root: `serve`, the demo and the tests start this. */
export async function startEngine(config: Config, parts: EngineParts): Promise<Engine> {
  const database = parts.database ?? (await openDatabase(config, parts.log));
  try {
    if (parts.migrated !== true) await migrateDatabase(database, config);
    return await compose(config, database, parts);
  } catch (error) {
    await database.close();
    throw explainStatement(error);
  }
}

async function compose(config: Config, database: Database, parts: EngineParts): Promise<Engine> {
  const { clock, log, roles = allRoles } = parts;
  const signs = createSigns(clock);
  const homes = await openHomes(config, database, parts, signs);
  const { source, gateway } = homes[0];
  const state = createState(database, config.mirrorSchema);
  const { mirror, marks } = state;
  const usersConfig = await usersOf(config, database, log);
  const profiles = usersConfig === null ? null : await openProfiles(database, config, source, usersConfig, log);
  const hookRuntime = await openHookRuntime({ ...state, hooks: parts.hooks?.taken() ?? [], clock, log });
  const health = createHealthProbe(database.within('accept'), clock);
  const listeners = new Set<(change: MirrorChange) => void>();
  const tell = (change: MirrorChange): void => {
    hookRuntime.wake();
    for (const listener of listeners) listener(change);
  };
  const core = createCore({
    ...{ state, homes, config, clock, log },
    proveOnDemand: roles.prove === 'on demand',
    follow: async (tx, changed) => void (await profiles?.follow(tx, changed)),
    hooks: hookRuntime.keeper,
    signs,
    tell,
    onNotStored: () => health.doubt(),
  });
  const keeper = createSignKeeper({ core, signs, database, clock, looks: roles.feed });
  await keeper.exchange();
  const { worker, inbox, poll, sweep, maintenance } = core;
  const drain = async (): Promise<void> => {
    // What a hook changes at Stripe is proven too, and what that makes due is run.
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      await worker.drain();
      if (!(await hookRuntime.drain())) return;
    }
  };

  if (roles.prove === true) worker.start();
  hookRuntime.start();
  if (roles.sweep) sweep.start();
  if (roles.feed) poll.start();
  if (roles.feed) maintenance.start();
  if (roles.prove === true || roles.feed) keeper.start();
  const everyMs = config.feed === 'poll' ? config.pollEveryMs : config.catchUpEveryMs;
  const duties = {
    webhooks: config.feed === 'webhook',
    pollEveryMs: roles.feed && everyMs > 0 ? everyMs : null,
    sweepEveryMs: roles.sweep && config.sweepEveryMs > 0 ? config.sweepEveryMs : null,
  };
  let catchingUp: Promise<unknown> | undefined;
  let stopping: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    core.interrupt();
    await Promise.all([poll.stop(), sweep.stop(), maintenance.stop()]);
    await inbox.stop();
    await worker.stop();
    await catchingUp?.catch(() => {}); // its caller has the error
    await hookRuntime.stop();
    await keeper.stop();
  };
  const stop = async (): Promise<void> => {
    // A database that does not answer must not hold up the end: what waits for it then fails, and with it each loop ends.
    const finished = new AbortController();
    const finishing = finish().finally(() => finished.abort());
    await Promise.race([finishing, clock.sleep(FINISH_MS, finished.signal)]);
    await database.close();
    await finishing;
  };

  return {
    ...{
      config,
      source,
      database,
      mirror,
      gateway,
      webhook: core.webhook,
      operations: createOperations(core, profiles, () => schemaDifferences(database, config)),
    },
    billing:
      usersConfig === null
        ? null
        : createBilling(
            { database, marks, mirror, gateway, source, clock, log, wake: worker.wake },
            usersConfig,
            config.billing,
          ),
    async sweep(types = core.sweepTypes) {
      const total: Swept = { listed: 0, found: 0 };
      for (const reach of await core.reached()) {
        for (const type of types) {
          const { listed, missing, extra, different } = await sweep.sweep(reach, type);
          total.listed += listed;
          total.found += missing.count + extra.count + different.count;
        }
      }
      if (profiles !== null)
        total.found += await database.within('listing').transaction((tx) => profiles.followAll(tx));
      return total;
    },
    poll: () => poll.poll(),
    async catchUp({ forMs }) {
      catchingUp ??= catchUp(core, drain, log).finally(() => (catchingUp = undefined));
      const over = new AbortController();
      await Promise.race([catchingUp, clock.sleep(forMs, over.signal)]).finally(() => over.abort());
    },
    drain,
    async status() {
      await keeper.exchange();
      const [sources, paused] = [await core.reached(), worker.paused()];
      return readStatus({ database, sources, types: core.sweepTypes, signs, paused, duties, now: clock.now() });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    health,
    ready: async () => (await health.probe()).ok,
    stop: () => (stopping ??= stop()),
  };
}

const STRIPE_API = 'https://api.stripe.com';

async function openHomes(
  config: Config,
  database: Database,
  { clock, log }: EngineParts,
  signs: Signs,
): Promise<Homes> {
  const gateways = config.sources.map(({ stripeKey, stripeApiBase, ratePerEndpoint, rateTotal }) =>
    createGateway(
      {
        secretKey: stripeKey,
        apiBase: stripeApiBase,
        limits: { ...limits.stripe, rates: { perEndpoint: ratePerEndpoint, total: rateTotal } },
      },
      { clock },
    ),
  );
  const keys = config.sources.map(({ stripeAccount, stripeApiBase = STRIPE_API }, index) => ({
    gateway: gateways[index] as Gateway,
    address: stripeApiBase,
    configured: stripeAccount,
  }));
  const sources = await bindSources(database, keys, log);
  const [first, ...others] = config.sources.map((one, index) => ({
    source: sources[index] as Source,
    gateway: observed(gateways[index] as Gateway, {
      answered: () => signs.note(sources[index] as Source, 'answered'),
      unanswered: (detail) => signs.note(sources[index] as Source, 'unanswered', { detail }),
    }),
    connect: one.connect,
    webhookSecrets: one.webhookSecrets,
  }));
  return [first as Homes[0], ...others];
}

async function usersOf(config: Config, database: Database, log: Log): Promise<UsersConfig | null> {
  if (config.users === null) return null;
  const users = config.users ?? v.parse(UsersOptions, {});
  const missing = await missingPart(database, users);
  if (missing === undefined) return fitUsers(database, users, log);
  const { what, near } = missing;
  if (config.users !== undefined) {
    throw new LockstepError('option_invalid', `This database has no ${what}`, {
      hint: near === undefined ? 'correct the option users, or set it to null' : `did you mean ${near}?`,
    });
  }
  log.info({ event: 'users.absent', missing: what });
  return null;
}

async function openProfiles(
  database: Database,
  config: Config,
  source: Source,
  users: UsersConfig,
  log: Log,
): Promise<Profiles> {
  const blanks = await readBlanks(database, users);
  const profiles = createProfiles({ source, mirrorSchema: config.mirrorSchema, config: users, blanks, log });
  await database.within('listing').transaction((tx) => profiles.adopt(tx));
  return profiles;
}

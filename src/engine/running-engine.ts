import type { Billing } from '../billing/billing.js';
import type { Profiles } from '../billing/users/profiles.js';
import type { Relinking } from '../billing/users/relink.js';
import type { Users } from '../billing/users/users.js';
import type { WebhookFeed } from '../feeds/webhook.js';
import type { HookRuntime } from '../hooks/runtime.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { HealthProbe } from '../store/health.js';
import type { Gateway } from '../stripe/gateway.js';
import { catchUp } from './catch-up.js';
import type { Config } from './config.js';
import type { Core } from './core.js';
import type { Counters } from './counters.js';
import { schemaDifferences } from './database.js';
import type { ChangeFeed, Companion, Engine, MirrorChange, Roles, Swept } from './engine.js';
import { createObjectOperations, type ObjectOperations } from './object-operations.js';
import { createOperations, type Operations } from './operations.js';
import type { SignKeeper } from './sign-keeper.js';
import type { Signs } from './signs.js';
import type { LightRecord } from './light.js';
import { readStatus, type Status } from './status.js';

/** What an engine is made of, opened and not started. */
export interface EngineDeps {
  config: Config;
  core: Core;
  source: Source;
  gateway: Gateway;
  users: Users | null;
  billing: Billing | null;
  profiles: Profiles | null;
  relinking: Relinking | null;
  hookRuntime: HookRuntime;
  changes: ChangeFeed;
  keeper: SignKeeper;
  health: HealthProbe;
  listeners: Set<(change: MirrorChange) => void>;
  signs: Signs;
  log: Log;
  roles: Roles;
  counters: Counters;
  /** Of the service as a whole. */
  service: Roles;
  companion: Companion | null;
}

/** How long what is under way may take to finish when the engine stops. */
const FINISH_MS = 6_000;
/** When Stripe is asked again which customers must be linked again. */
const RELINK_AGAIN_MS = 60_000;
/** Hooks that answer each change with another one never finish. */
const ROUNDS_MAX = 10;

/** The parts that run by themselves, together: started, driven by hand, and stopped in order. */
export class RunningEngine implements Engine {
  readonly config: Config;
  readonly clock: Clock;
  readonly source: Source;
  readonly database: Database;
  readonly mirror: Mirror;
  readonly gateway: Gateway;
  readonly webhook: WebhookFeed | null;
  readonly users: Users | null;
  readonly billing: Billing | null;
  readonly operations: Operations;
  readonly objects: ObjectOperations;
  readonly stopping: AbortSignal;
  readonly health: HealthProbe;
  readonly counters: Counters;
  readonly changes: ChangeFeed;
  readonly #deps: EngineDeps;
  readonly #core: Core;
  readonly #ending = new AbortController();
  #catchingUp: Promise<unknown> | undefined;
  #relinked: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(deps: EngineDeps) {
    const { config, core, profiles } = deps;
    const { database, mirror } = core.state;
    this.#deps = deps;
    this.#core = core;
    this.config = config;
    this.clock = core.clock;
    this.source = deps.source;
    this.database = database;
    this.mirror = mirror;
    this.gateway = deps.gateway;
    this.webhook = deps.roles.receive === false ? null : core.webhook;
    this.users = deps.users;
    this.billing = deps.billing;
    this.operations = createOperations(core, profiles, {
      readSchema: () => schemaDifferences(database, config),
      onHold: () => deps.keeper.exchange(),
      log: deps.log,
    });
    this.objects = createObjectOperations(core);
    this.stopping = core.interrupted;
    this.health = deps.health;
    this.counters = deps.counters;
    this.changes = deps.changes;
  }

  /** Begins what the roles say. */
  start(): void {
    const { roles, hookRuntime, keeper, companion } = this.#deps;
    const { worker, sweep, poll, maintenance } = this.#core;
    if (roles.prove === true) worker.start();
    if (roles.prove !== false) hookRuntime.start();
    this.changes.watch.start();
    if (roles.sweep) sweep.start();
    if (roles.feed) poll.start();
    if (roles.feed) maintenance.start();
    if (roles.prove === true || roles.feed) keeper.start();
    if (roles.feed) companion?.start();
    if (roles.feed) this.#relinked ??= this.#relink();
  }

  async #relink(): Promise<void> {
    const { relinking, log } = this.#deps;
    while (!this.#ending.signal.aborted) {
      try {
        return await relinking?.done();
      } catch (error) {
        log.warn({ event: 'customer.relink_failed', reason: messageOf(error) });
        await this.clock.sleep(RELINK_AGAIN_MS, this.#ending.signal);
      }
    }
  }

  async sweep(types = this.#core.sweepTypes): Promise<Swept> {
    const { profiles } = this.#deps;
    const total: Swept = { listed: 0, found: 0 };
    for (const reach of await this.#core.reached()) {
      for (const type of types) {
        const { listed, missing, extra, different } = await this.#core.sweep.sweep(reach, type);
        total.listed += listed;
        total.found += missing.count + extra.count + different.count;
      }
    }
    if (profiles !== null)
      total.found += await this.database.within('listing').transaction((tx) => profiles.followAll(tx));
    return total;
  }

  poll(): Promise<number> {
    return this.#core.poll.poll();
  }

  async catchUp({ forMs }: { forMs: number }): Promise<void> {
    const { log, keeper, companion } = this.#deps;
    const work = async (): Promise<void> => {
      await catchUp(this.#core, () => this.drain(), log);
      if (companion === null) return;
      await keeper.exchange(); // it decides from what is in the database
      await companion.round();
    };
    const round = (this.#catchingUp ??= work().finally(() => {
      this.#catchingUp = undefined;
    }));
    const over = new AbortController();
    await Promise.race([round, this.clock.sleep(forMs, over.signal)]).finally(() => over.abort());
  }

  /** What a hook changes at Stripe is proven too, and what that makes due is run. */
  async drain(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      await this.#core.worker.drain();
      if (!(await this.#deps.hookRuntime.drain())) return;
    }
  }

  async status(): Promise<Status> {
    const { keeper, signs, config, service } = this.#deps;
    await keeper.exchange();
    const sources = await this.#core.reached();
    return readStatus({
      database: this.database,
      sources,
      types: this.#core.sweepTypes,
      signs,
      paused: this.#core.worker.paused(),
      duties: dutiesOf(config, service),
      now: this.clock.now(),
    });
  }

  onChange(listener: (change: MirrorChange) => void): () => void {
    const { listeners } = this.#deps;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async ready(): Promise<boolean> {
    return (await this.health.probe()).ok;
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    // A database that does not answer must not hold up the end: what waits for it then fails, and with it each loop ends.
    const finished = new AbortController();
    const finishing = this.#finish().finally(() => finished.abort());
    await Promise.race([finishing, this.clock.sleep(FINISH_MS, finished.signal)]);
    await this.database.close();
    await finishing;
  }

  async #finish(): Promise<void> {
    const { poll, sweep, maintenance, inbox, worker } = this.#core;
    this.#core.interrupt();
    this.#ending.abort();
    await this.changes.watch.stop();
    await Promise.all([poll.stop(), sweep.stop(), maintenance.stop(), this.#deps.companion?.stop()]);
    await this.#relinked;
    await inbox.stop();
    await worker.stop();
    await this.#catchingUp?.catch(() => {}); // its caller has the error
    await this.#deps.hookRuntime.stop();
    await this.#deps.keeper.stop();
  }
}

/** What this process does by itself, for the status to judge what is late. */
export function dutiesOf(config: Config, roles: Roles): LightRecord['duties'] {
  const everyMs = config.feed === 'poll' ? config.pollEveryMs : config.catchUpEveryMs;
  return {
    webhooks: config.feed === 'webhook',
    pollEveryMs: roles.feed && everyMs > 0 ? everyMs : null,
    sweepEveryMs: roles.sweep && config.sweepEveryMs > 0 ? config.sweepEveryMs : null,
  };
}

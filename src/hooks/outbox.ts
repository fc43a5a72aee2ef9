import { messageOf } from '../kernel/error.js';
import { deliver, type DeliverDeps } from './deliver.js';
import type { DeliveryClaim } from './deliveries.js';
import type { Hook, HookKind } from './hook.js';
import type { Registrations } from './registrations.js';

export interface OutboxDeps extends DeliverDeps {
  /** The hooks of this process. */
  hooks: readonly Hook[];
  registrations: Registrations;
}

export interface OutboxConfig {
  /** How often to check for runs that other processes queued. */
  readonly pollMs: number;
}

/** Runs of one hook at once. Only one if it holds a transaction, because proofs need the connections. */
const places: Readonly<Record<HookKind, number>> = { change: 1, after: 4, event: 4 };
/** How often a drain checks whether the loop is done. */
const DRAIN_CHECK_MS = 10;
/**
 * The reason for the abort that wakes the loop. Without a reason, each abort would create an exception with a stack.
 */
const WOKEN = 'woken';
const DATABASE_AWAY_MS = 1_000;
const REGISTER_EVERY_MS = 60 * 60_000;
/** Stripe keeps events for this long. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 60 * 60_000;

/** Runs the queued runs of this process's hooks. Several outboxes may share one database. */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #config: OutboxConfig;
  /** By the name of the hook. */
  readonly #underWay: ReadonlyMap<string, Set<Promise<void>>>;
  #nap = new AbortController();
  #loop: Promise<void> | undefined;
  #registeredAt: number;
  /** How many runs succeeded. */
  #done = 0;
  /** True between a claim and the start of its run. */
  #isClaiming = false;

  constructor(deps: OutboxDeps, config: OutboxConfig) {
    this.#deps = deps;
    this.#config = config;
    this.#underWay = new Map(deps.hooks.map(({ name }) => [name, new Set()]));
    this.#registeredAt = deps.clock.now().getTime();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Makes the loop check now whether a run is due. */
  readonly wake = (): void => this.#nap.abort(WOKEN);

  /**
   * Resolves when the runs that are due now have ended, with whether any succeeded. It does not wait for a failed run
   * that is tried again later, and not for the runs of other processes.
   */
  async drain(): Promise<boolean> {
    const { clock, stopping } = this.#deps;
    const now = clock.now(); // a run that fails from now on is due later, so the drain does not wait for it
    const before = this.#done;
    while (this.#loop !== undefined && !stopping.aborted && !(await this.#isAtRest(now))) {
      this.wake();
      await clock.sleep(DRAIN_CHECK_MS, stopping);
    }
    return this.#done > before;
  }

  /** Resolves when the last run has ended. The caller has aborted `stopping`. */
  stopped(): Promise<void> {
    this.wake();
    return this.#loop ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    const { clock, log, stopping } = this.#deps;
    while (!stopping.aborted) {
      try {
        await this.#turn();
      } catch (error) {
        log.error({ event: 'hook.turn_failed', reason: messageOf(error) });
        await clock.sleep(DATABASE_AWAY_MS, stopping);
      }
    }
    await Promise.all([...this.#underWay.values()].flatMap((runs) => [...runs]));
  }

  async #turn(): Promise<void> {
    const { clock, stopping } = this.#deps;
    // Before the check, so that a run that is queued during the check does not wait for a poll.
    this.#nap = new AbortController();
    const listening = this.#nap;
    await this.#claim();
    await this.#register();
    if (!listening.signal.aborted && !stopping.aborted) await clock.sleep(this.#config.pollMs, listening.signal);
  }

  async #claim(): Promise<void> {
    const { hooks, deliveries, clock } = this.#deps;
    this.#isClaiming = true;
    const due = await deliveries.due(hooks, clock.now());
    for (const hook of hooks.filter(({ name }) => due.has(name))) {
      const runs = this.#underWay.get(hook.name) as Set<Promise<void>>;
      const free = places[hook.kind] - runs.size;
      // The lease is twice the time limit, so that no other process begins the run while this one may still run it.
      const claims = free > 0 ? await deliveries.claim(hook, free, clock.now(), 2 * hook.timeoutMs) : [];
      for (const claim of claims) this.#track(runs, hook, claim);
    }
    this.#isClaiming = false;
  }

  #track(runs: Set<Promise<void>>, hook: Hook, claim: DeliveryClaim): void {
    const tracked = deliver(this.#deps, hook, claim)
      .then((isDone) => {
        if (isDone) this.#done += 1;
      })
      // The lease ends by itself, and then the hook runs again.
      .catch((error: unknown) => this.#deps.log.error({ event: 'hook.not_noted', reason: messageOf(error) }))
      .finally(() => {
        runs.delete(tracked);
        this.wake();
      });
    runs.add(tracked);
  }

  /** Tells the database every hour that these hooks are still run, and forgets those that no process runs. */
  async #register(): Promise<void> {
    const { hooks, registrations, clock, log } = this.#deps;
    const now = clock.now();
    if (now.getTime() - this.#registeredAt < REGISTER_EVERY_MS) return;
    this.#registeredAt = now.getTime();
    await registrations.register(hooks, now);
    const forgotten = await registrations.forget(new Date(now.getTime() - FORGOTTEN_AFTER_MS));
    if (forgotten.length > 0) log.warn({ event: 'hook.forgotten', hooks: forgotten });
  }

  async #isAtRest(now: Date): Promise<boolean> {
    const { hooks, deliveries } = this.#deps;
    if ((await deliveries.due(hooks, now)).size > 0) return false;
    return !this.#isClaiming && [...this.#underWay.values()].every(({ size }) => size === 0);
  }
}

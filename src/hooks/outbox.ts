import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Deliveries, DeliveryClaim } from './deliveries.js';
import type { Hook, HookKind } from './hook.js';
import type { Registrations } from './registrations.js';
import { kindOf, postpone } from './postpone.js';
import { run } from './run.js';
import { inSavepoint, lend } from './transaction.js';

export interface OutboxOptions {
  database: Database;
  mirror: Mirror;
  hooks: readonly Hook[];
  known: Registrations;
  deliveries: Deliveries;
  clock: Clock;
  log: Log;
  /** How often what other processes kept is looked for. Default 500 ms. */
  pollMs?: number;
  stopping: AbortSignal;
}

/** Runs what is kept for the hooks of this process. Any number of these may share one database. */
export interface Outbox {
  start(): void;
  /** Something may be due: look now. */
  readonly wake: () => void;
  /**
   * Runs what is due now and resolves when that has ended; whether any of it ended well. What failed and is put off is not waited
   * for, nor what another process is at.
   */
  drain(): Promise<boolean>;
  /** Resolves when the last run has ended. The caller has aborted `stopping`. */
  stopped(): Promise<void>;
}

/** Runs of one hook at once; no hook takes another's. In a transaction one alone: connections are few, and proofs need them. */
const places: Readonly<Record<HookKind, number>> = { change: 1, after: 4, event: 4 };
/** How often a drain looks whether the loop is done. */
const LOOK_MS = 10;
/** A reason of its own saves the making of an exception each time. */
const WOKEN = 'woken';
const SAY_EVERY_MS = 60 * 60_000;
/** As long as Stripe keeps an event. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 60 * 60_000;

export function createOutbox(options: OutboxOptions): Outbox {
  const { database, mirror, hooks, known, deliveries, clock, log, pollMs = 500, stopping } = options;
  const running = new Map<string, Set<Promise<void>>>(hooks.map(({ name }) => [name, new Set()]));
  let nap = new AbortController();
  let loop: Promise<void> | undefined;
  let saidAt = clock.now().getTime();
  let done = 0;
  /** Between a claim and the beginning of its run. */
  let claiming = false;

  const wake = (): void => nap.abort(WOKEN);

  const call = async (hook: Hook, claim: DeliveryClaim): Promise<void> => {
    const { account, livemode, type, id, payload } = claim;
    const key = { account, livemode, type, id };
    switch (hook.kind) {
      case 'change':
        return database.transaction(async (tx) => {
          if (!(await deliveries.lock(tx, claim))) return;
          const lent = lend(tx);
          const given = { key, before: payload.before, after: payload.after, tx: lent.tx };
          await inSavepoint(tx, hook.timeoutMs, () => run(hook, given, { clock, stopping }).finally(lent.end));
          await deliveries.done(tx, claim);
        });
      case 'after':
        await run(hook, { key, before: payload.before, after: payload.after }, { clock, stopping });
        return deliveries.done(database, claim);
      case 'event': {
        // An event of an older state may be shown by now; what was proven since this one came is not older than it.
        // A type that Stripe cannot be asked for is never proven: it is as its events show it.
        const object = (await mirror.readProven(database, key)) ?? (await standing(key));
        await run(hook, { event: payload.event, object, source: { account, livemode } }, { clock, stopping });
        return deliveries.done(database, claim);
      }
      default:
        return hook.kind satisfies never;
    }
  };

  const standing = async (key: ObjectKey): Promise<StripeObject | null> => {
    const row = (await mirror.read(database, [key])).get(keyText(key));
    return row === undefined || row.deleted ? null : row.data;
  };

  const deliver = async (hook: Hook, claim: DeliveryClaim): Promise<void> => {
    try {
      await call(hook, claim);
      done += 1;
      log.debug({ event: 'hook.done', hook: hook.name, type: claim.type, id: claim.id });
    } catch (error) {
      if (stopping.aborted) return deliveries.release(claim);
      const failure = postpone(error, claim.attempts, clock.now());
      await deliveries.failed(claim, failure);
      log.warn({
        event: failure.dead ? 'hook.dead' : 'hook.failed',
        ...{ hook: hook.name, type: claim.type, id: claim.id, kind: kindOf(error), attempt: claim.attempts + 1 },
      });
    }
  };

  const track = (under: Set<Promise<void>>, work: Promise<void>): void => {
    const tracked = work
      // The lease runs out by itself, and the run is made again.
      .catch((error: unknown) => log.error({ event: 'hook.not_noted', reason: messageOf(error) }))
      .finally(() => {
        under.delete(tracked);
        wake();
      });
    under.add(tracked);
  };

  const turn = async (): Promise<void> => {
    nap = new AbortController(); // before looking: what is kept between the two must not wait for the next poll
    const listening = nap;
    claiming = true;
    const due = await deliveries.due(hooks, clock.now());
    for (const hook of hooks.filter(({ name }) => due.has(name))) {
      const under = running.get(hook.name) as Set<Promise<void>>;
      const free = places[hook.kind] - under.size;
      // Twice the time of a run, so that no other process begins while this one may still be at it.
      const claims = free > 0 ? await deliveries.claim(hook, free, clock.now(), 2 * hook.timeoutMs) : [];
      for (const claim of claims) track(under, deliver(hook, claim));
    }
    claiming = false;
    await say();
    if (!listening.signal.aborted && !stopping.aborted) await clock.sleep(pollMs, listening.signal);
  };

  const say = async (): Promise<void> => {
    const now = clock.now();
    if (now.getTime() - saidAt < SAY_EVERY_MS) return;
    saidAt = now.getTime();
    await known.register(hooks, now);
    const forgotten = await known.forget(new Date(now.getTime() - FORGOTTEN_AFTER_MS));
    if (forgotten.length > 0) log.warn({ event: 'hook.forgotten', hooks: forgotten });
  };

  const runLoop = async (): Promise<void> => {
    while (!stopping.aborted) {
      try {
        await turn();
      } catch (error) {
        log.error({ event: 'hook.turn_failed', reason: messageOf(error) });
        await clock.sleep(1_000, stopping);
      }
    }
    await Promise.all([...running.values()].flatMap((under) => [...under]));
  };

  const isAtRest = async (now: Date): Promise<boolean> => {
    if ((await deliveries.due(hooks, now)).size > 0) return false;
    return !claiming && [...running.values()].every(({ size }) => size === 0);
  };

  return {
    async drain() {
      const now = clock.now(); // a run that fails from now on is due later, so it does not hold this up
      const before = done;
      while (loop !== undefined && !stopping.aborted && !(await isAtRest(now))) {
        wake();
        await clock.sleep(LOOK_MS, stopping);
      }
      return done > before;
    },
    start: () => void (loop ??= runLoop()),
    wake,
    stopped() {
      wake();
      return loop ?? Promise.resolve();
    },
  };
}

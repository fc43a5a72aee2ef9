import { createOwnWrites } from '../../src/billing/own-writes.js';
import { createCore, type Core } from '../../src/engine/core.js';
import type { State } from '../../src/engine/state.js';
import type { Hook } from '../../src/hooks/hook.js';
import { HookKeeper } from '../../src/hooks/in-transaction.js';
import { Outbox } from '../../src/hooks/outbox.js';
import type { Marks } from '../../src/inbox/marks.js';
import type { Reached } from '../../src/inbox/sources.js';
import type { Clock } from '../../src/kernel/clock.js';
import type { Log } from '../../src/kernel/log.js';
import type { Source } from '../../src/kernel/source.js';
import type { Database, Queryable } from '../../src/store/database.js';
import { stripeFailureOf } from '../../src/stripe/failure.js';
import { limits } from '../../src/engine/config.js';
import { createGateway, type StripeObject } from '../../src/stripe/gateway.js';
import type { PageLimits } from '../../src/sync/pages/page-proofs.js';
import type { Receiving, Transport } from '../../src/stripe/transport.js';
import type { Random } from './random.js';
import type { Asking } from './stripe/stripe.js';
import type { Timeline } from './timeline.js';

/** One process running the core. Killed, it never does anything again, in the middle of whatever it was doing. */
export interface EngineProcess {
  readonly core: Core;
  readonly isDead: () => boolean;
  /** Settles with the work, or never, if the process dies before. */
  outlive<T>(work: Promise<T>): Promise<T>;
  /** The same for whoever goes on without the process: undefined where the work fails or the process dies over it. */
  live<T>(work: Promise<T>): Promise<T | undefined>;
  /**
   * Changes something at Stripe as the app does, and waits until the mirror knows. `gone`: Stripe has no such object.
   * Rejects where it is not known whether it is done, or not in time: to be asked for again with the same key.
   */
  change(change: OwnChange): Promise<'proven' | 'gone'>;
  kill(): void;
}

export interface OwnChange {
  account: Reached;
  type: string;
  path: string;
  parameters: Readonly<Record<string, unknown>>;
  idempotencyKey: string;
}

export interface ProcessOptions {
  state: State;
  source: Source;
  secret: string;
  timeline: Timeline;
  random: Random;
  log: Log;
  ask: (asking: Asking) => Promise<Receiving>;
  /** Our clock's error. */
  skewMs: () => number;
  /** Whether it may die, and stand still for longer than a lease, as a process does that its machine has no time for. */
  hostile: () => boolean;
  /** Of sleeps that only end in a look around: looking seldom where nothing happens any more saves much real time. */
  sleepsAtLeastMs: () => number;
  /** It dies at this one of its awaits. */
  diesAt: number;
  onDeath: () => void;
  poll: 'alone' | 'behind' | 'never';
  leaseMs: number;
  concurrency: number;
  /** Requests a second to one endpoint. */
  ratePerEndpoint: number;
  pages: PageLimits;
  hooks: (life: { step: () => Promise<void>; pause: () => Promise<void> }) => Hook[];
}

/** Shorter sleeps wait for something that is about to happen. */
const IDLE_MS = 500;
/** Deliveries of this process wake its outbox; this is for those of others. */
const HOOKS_POLL_MS = 10_000;

export function startProcess(options: ProcessOptions): EngineProcess {
  const { timeline, random, source, secret, log, skewMs, diesAt, onDeath } = options;
  let dead = false;
  let awaits = 0;
  let die: (reason: Error) => void = () => {};
  const death = new Promise<never>((_, reject) => (die = reject));
  death.catch(() => {});
  const never = new Promise<never>(() => {});

  const kill = (): void => {
    if (dead) return;
    dead = true;
    die(new Error('killed'));
    onDeath();
  };
  const step = async (): Promise<void> => {
    awaits += 1;
    if (awaits >= diesAt && options.hostile()) kill();
    if (dead) await never;
  };
  const outlive = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work;
      await step();
      return result;
    } catch (error) {
      await step();
      throw error;
    }
  };
  /** Takes a moment: other processes come in between. */
  const pause = async (): Promise<void> => {
    await step();
    if (options.hostile() && random.chance(0.01)) await outlive(timeline.sleep(random.between(0, 2 * options.leaseMs)));
    if (random.chance(0.3)) await outlive(timeline.sleep(random.between(0, 30)));
  };

  const clockOf = (lasts: (ms: number) => number): Clock => ({
    now: () => new Date(timeline.now() + skewMs()),
    async sleep(ms, signal) {
      await outlive(
        new Promise<void>((resolve) => {
          if (signal?.aborted === true) return resolve();
          const done = (): void => {
            cancel();
            signal?.removeEventListener('abort', done);
            resolve();
          };
          const cancel = timeline.after(lasts(ms), done);
          signal?.addEventListener('abort', done);
        }),
      );
    },
  });
  const clock = clockOf((ms) => (ms < IDLE_MS ? ms : Math.max(ms, options.sleepsAtLeastMs())));
  /** A request that waits for its rate does not only look around. */
  const exactClock = clockOf((ms) => ms);

  const transport: Transport = ({ url, method, headers, body }) => {
    const asking: Asking = {
      ...{ url: url.href, method, body },
      account: headers['Stripe-Account'],
      idempotencyKey: headers['Idempotency-Key'],
    };
    // Dead, it fails rather than hangs: whoever waits outside of the process must go on.
    return Promise.race([step().then(() => outlive(options.ask(asking))), death]);
  };

  const gateway = createGateway(
    {
      secretKey: 'sk_test_simulated',
      limits: { ...limits.stripe, rates: { perEndpoint: options.ratePerEndpoint, total: 1_000 } },
    },
    { transport, clock: exactClock },
  );
  const own = ofProcess(options.state, { step, pause, outlive, death, timeline });
  const state = random.chance(0.5) ? { ...own, marks: forgetful(own.marks, options.hostile) } : own;
  const { database, mirror, marks, hookRegistrations: registrations, deliveries } = state;
  const hooks = options.hooks({ step, pause });
  const hooking = { registrations, deliveries, clock, log, stopping: new AbortController().signal };
  const outbox = new Outbox({ database, mirror, hooks, ...hooking }, { pollMs: HOOKS_POLL_MS });
  const core = createCore({
    state,
    homes: [{ source, gateway, connect: true, webhookSecrets: options.poll === 'alone' ? [] : [secret] }],
    config: {
      feed: options.poll === 'alone' ? 'poll' : 'webhook',
      ...{ pollEveryMs: 8_000, catchUpEveryMs: options.poll === 'behind' ? 20_000 : 0 },
      ...{ concurrency: options.concurrency, leaseMs: options.leaseMs, acceptMissing: false },
      ...{ sweepTypes: [], leaveOut: [], sweepEveryMs: 0, sweepRecentEveryMs: 0, inboxDays: 45, changeDays: 14 },
    },
    ...{ clock, log, follow: async () => {}, tell: outbox.wake, pages: options.pages },
    hooks: new HookKeeper({ hooks: new Map(hooks.map((hook) => [hook.name, hook])), ...hooking }),
  });
  core.worker.start();
  core.poll.start();
  outbox.start();

  const change = async ({ account, type, path, parameters, idempotencyKey }: OwnChange): Promise<'proven' | 'gone'> => {
    let answer: StripeObject;
    try {
      answer = await core.gateways(account).post(path, parameters, { idempotencyKey });
    } catch (error) {
      if (stripeFailureOf(error) === 'missing') return 'gone';
      throw error;
    }
    const ownWrites = createOwnWrites({ database, marks, source: account, clock, wake: core.worker.wake });
    await ownWrites.proven([{ type, id: answer.id as string }]);
    return 'proven';
  };
  const live = <T>(work: Promise<T>): Promise<T | undefined> =>
    Promise.race([outlive(work), death]).catch(() => undefined);
  return { core, isDead: () => dead, outlive, live, change, kill };
}

/**
 * Renewals that are acknowledged and lost, as in a failover to a copy that is behind: the worker goes on though its lease ends, so
 * that two prove one object at once.
 */
function forgetful(marks: Marks, hostile: () => boolean): Marks {
  return {
    ...marks,
    renew: async (claims, now, leaseMs) =>
      hostile() ? claims.map(({ token }) => ({ token, renewed: true })) : marks.renew(claims, now, leaseMs),
  };
}

interface Life {
  step: () => Promise<void>;
  pause: () => Promise<void>;
  outlive: <T>(work: Promise<T>) => Promise<T>;
  death: Promise<never>;
  timeline: Timeline;
}

/** The store as one process sees it: each call is an await at which it may die, and with it its open transactions. */
function ofProcess(state: State, life: Life): State {
  const { step, pause, outlive, death, timeline } = life;
  const open = new WeakSet<Queryable>();
  const port = <Port extends object>(methods: Port): Port => {
    const wrapped: Record<string, unknown> = {};
    for (const [name, method] of Object.entries(methods) as [string, unknown][]) {
      if (typeof method !== 'function') wrapped[name] = method;
      else
        wrapped[name] = async (...given: unknown[]) => {
          const inTx = open.has(given[0] as Queryable);
          await (inTx ? step() : pause());
          return outlive(timeline.busy((method as (...given: unknown[]) => Promise<unknown>)(...given)));
        };
    }
    return wrapped as Port;
  };
  const mortal: Database = {
    ...state.database,
    capabilities: state.database.capabilities,
    async transaction(work) {
      await pause();
      return outlive(
        state.database.transaction((tx) => {
          open.add(tx);
          return Promise.race([work(tx), death]);
        }),
      );
    },
    within: () => mortal,
  };
  return {
    database: mortal,
    mirror: port(state.mirror),
    marks: port(state.marks),
    pageMarks: port(state.pageMarks),
    events: port(state.events),
    sources: port(state.sources),
    missingRuns: port(state.missingRuns),
    sweeps: port(state.sweeps),
    drift: port(state.drift),
    evidence: port(state.evidence),
    cursors: port(state.cursors),
    backfills: port(state.backfills),
    hookRegistrations: port(state.hookRegistrations),
    deliveries: port(state.deliveries),
  };
}

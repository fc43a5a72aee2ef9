import type { ProvenObject } from '../billing/users/profiles.js';
import { createChangeUpkeep } from '../changes/upkeep.js';
import { createBackfill, type Backfill } from '../listing/backfill.js';
import { PollFeed } from '../feeds/poll.js';
import { Sweep, type FinishedSweep } from '../listing/sweep.js';
import { createVerify } from '../listing/verify.js';
import { createWebhookFeed, type WebhookFeed } from '../feeds/webhook.js';
import type { HookKeeper } from '../hooks/in-transaction.js';
import type { Accepted } from '../inbox/accept.js';
import type { Arrival } from '../inbox/arrival.js';
import { Inbox } from '../inbox/inbox.js';
import { Maintenance } from '../inbox/maintenance.js';
import type { Reached } from '../inbox/sources.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import { untraced, type Tracing } from '../kernel/tracing.js';
import type { Queryable } from '../store/database.js';
import type { Gateway, ListPage, StripeObject } from '../stripe/gateway.js';
import { createGateways, type Gateways } from '../stripe/gateways.js';
import type { Proof, Settled } from '../sync/settle.js';
import type { PageLimits } from '../sync/pages/page-proofs.js';
import { Worker } from '../sync/worker.js';
import { limits, type Config } from './config.js';
import type { Counters } from './counters.js';
import type { MirrorChange } from './engine.js';
import { isSame } from './holds.js';
import type { Duty, Leases } from './leases.js';
import { finishMigration } from './database.js';
import { removeLeftOut } from './left-out.js';
import { scheduleOf } from './schedule.js';
import { createSigns, type Signs } from './signs.js';
import type { State } from './state.js';
import { timed } from './timed-webhook.js';
import { createWatch, type Watch } from './watch.js';

/** An account whose key this process has. */
export interface OpenHome {
  source: Source;
  gateway: Gateway;
  connect: boolean | readonly string[];
  webhookSecrets: readonly string[];
}

export type Homes = readonly [OpenHome, ...OpenHome[]];

export interface CoreParts {
  state: State;
  homes: Homes;
  config: Pick<
    Config,
    | 'feed'
    | 'pollEveryMs'
    | 'catchUpEveryMs'
    | 'concurrency'
    | 'leaseMs'
    | 'acceptMissing'
    | 'sweepTypes'
    | 'leaveOut'
    | 'sweepEveryMs'
    | 'sweepRecentEveryMs'
    | 'inboxDays'
    | 'changeDays'
  >;
  clock: Clock;
  log: Log;
  /** Whether marks are proven when they are made, though no loop runs. Default false. */
  proveOnDemand?: boolean;
  /** When many marks of one type are proven by pages. Default: `limits.pages`. */
  pages?: PageLimits | undefined;
  /** In the transaction that proves objects of the first home's account. */
  follow: (tx: Queryable, changed: readonly ProvenObject[]) => Promise<void>;
  /** Absent: nobody's hooks are kept. */
  hooks?: HookKeeper;
  /** Where it is noted what the feeds meet. Default: for this core alone. */
  signs?: Signs;
  /** Which process sweeps and polls. Default: this one. */
  leases?: Leases;
  /** Default: nothing is traced. */
  tracing?: Tracing;
  /** What is counted. Absent: nothing is. */
  counters?: Counters;
  /** After the commit. */
  tell: (change: MirrorChange) => void;
  /** Events could not be stored, through no fault of the events. */
  onNotStored?: () => void;
}

/** Feeds, inbox, proving loop and mirror, put together and not started. */
export interface Core {
  readonly state: State;
  readonly gateways: Gateways;
  readonly inbox: Inbox;
  readonly worker: Worker;
  readonly poll: PollFeed;
  readonly sweep: Sweep;
  /** What its schedule lists. */
  readonly sweepTypes: readonly string[];
  readonly maintenance: Maintenance;
  /** null where no secret is configured. */
  readonly webhook: WebhookFeed | null;
  readonly backfill: Backfill;
  readonly verify: ReturnType<typeof createVerify>;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly config: CoreParts['config'];
  readonly homes: Homes;
  /** Every source: the homes, and the accounts connected to them that were heard of. */
  reached(): Promise<Reached[]>;
  /** Reads nothing of these accounts, nor of those connected to them, until it is called without them. */
  hold(held: readonly Source[]): void;
  /** Ends what was asked for and is still running. */
  interrupt(): void;
  readonly interrupted: AbortSignal;
}

export function createCore(parts: CoreParts): Core {
  const { state, homes: open, config, clock, log, signs = createSigns(clock) } = parts;
  const made: Made = {
    ...parts,
    watch: createWatch(signs, clock, parts.counters?.refused),
    sources: open.map(({ source, connect }) => ({ ...source, connect })),
    gateways: createGateways(open),
  };
  // The worker looks at this list before each claim, so what is taken from it is not claimed any more.
  const provable: Source[] = [...made.sources];
  const worker = workerOf(made, provable);
  const inbox = inboxOf(made, worker);
  const listing = listingOf(made);
  const schedule = scheduleOf(config);
  const sweep = sweepOf(made, { worker, listing, schedule });
  const { database, sources, sweeps, backfills } = state;
  const { gateways, watch } = made;
  const interrupting = new AbortController();
  return {
    ...{ state, gateways, inbox, worker, sweep, watch, clock, config, homes: open },
    sweepTypes: schedule.types,
    poll: pollOf(made, inbox),
    maintenance: new Maintenance(
      {
        database: database.within('upkeep'),
        sweeps,
        drift: state.drift,
        ...(state.changes === undefined ? {} : { changes: createChangeUpkeep(database.within('upkeep'), config) }),
        finishMigration: (signal) =>
          finishMigration(database.within('upkeep'), { mirrorSchema: state.mirror.schema }, { clock, log, signal }),
        removeLeftOut: () => removeLeftOut(database.within('upkeep'), state.mirror.schema, config.leaveOut),
        clock,
        log,
      },
      { inboxDays: config.inboxDays },
    ),
    webhook: webhookOf(made, inbox),
    backfill: createBackfill(
      { ...listing, backfills, gateways, log, leaveOut: config.leaveOut, onMarked: worker.wake },
      limits.backfill,
    ),
    verify: createVerify(
      { ...listing, sweeps, gateways, schedule, leaveOut: config.leaveOut, wake: worker.wake },
      limits.verify,
    ),
    reached: () => sources.reachedFrom(database, made.sources),
    hold(held) {
      const open = made.sources.filter((source) => !held.some(isSame(source)));
      if (open.length === provable.length) return;
      provable.splice(0, provable.length, ...open);
      worker.wake();
    },
    interrupt: () => interrupting.abort(),
    interrupted: interrupting.signal,
  };
}

/** What every part is made with. */
interface Made extends CoreParts {
  watch: Watch;
  /** The homes' own accounts, and which accounts connected to them are reached. */
  sources: readonly (Source & { connect: OpenHome['connect'] })[];
  gateways: Gateways;
}

/** The app's own users are customers of the first home's account. */
function isFirst({ homes: [{ source: first }] }: Made, { account, livemode }: Source): boolean {
  return account === first.account && livemode === first.livemode;
}

function workerOf(made: Made, homes: readonly Source[]): Worker {
  const { state, config, clock, log, follow, hooks, tell, gateways, counters } = made;
  const { tracing = untraced, proveOnDemand = false, pages = limits.pages } = made;
  const { database, marks, pageMarks, events, missingRuns, mirror, changes } = state;
  const { concurrency, leaseMs, acceptMissing } = config;
  const onProof = async (tx: Queryable, proof: Proof): Promise<void> => {
    if (isFirst(made, proof)) await follow(tx, [proof]);
    if (proof.watched) await hooks?.proven(tx, proof);
  };
  const onSettled = (key: ObjectKey, how: Settled): void => tell({ ...key, how });
  return new Worker(
    {
      ...{ database, marks, pageMarks, events, missingRuns, mirror, changes, gateways, homes },
      ...{ clock, log, onProof, onSettled },
      ...{ tracing, onOutcome: counters?.proof },
    },
    { concurrency, leaseMs, acceptMissing, onDemand: proveOnDemand, pages, ...limits.worker },
  );
}

function inboxOf(made: Made, worker: Worker): Inbox {
  const { state, config, watch, clock, log, hooks, tell, onNotStored, counters } = made;
  const { database, marks, events, sources, mirror, acceptAtOnce } = state;
  const onAccepted = (shown: readonly ObjectKey[]): void => {
    worker.wake();
    for (const key of shown) tell({ ...key, how: 'shown' });
  };
  const onTaken = (arrivals: readonly Arrival[], accepted: Accepted): void => {
    if (config.feed === 'webhook') watch.onTaken(arrivals, accepted);
    counters?.arrived(arrivals, accepted.outcomes, accepted.shown);
  };
  const acceptDeps = { marks, events, sources, mirror, acceptAtOnce, onStored: hooks?.stored };
  return new Inbox(
    { ...acceptDeps, database: database.within('accept'), clock, log, onAccepted, onNotStored, onTaken },
    { ...limits.inbox, leaveOut: config.leaveOut },
  );
}

const ours = ({ leases }: Made, duty: Duty) => leases && (() => leases.has(duty));

const DAY_MS = 24 * 60 * 60_000;

/** What backfill, sweep and verify share. */
function listingOf(made: Made) {
  const { state, config, clock, follow, hooks } = made;
  const { database, marks, mirror, changes, drift, evidence } = state;
  return {
    ...{ database: database.within('listing'), marks, mirror, changes, clock, drift, evidence },
    inboxMs: config.inboxDays * DAY_MS,
    onInserted: async (tx: Queryable, inserted: readonly { key: ObjectKey; object: StripeObject }[]) => {
      const ours = inserted.filter(({ key }) => isFirst(made, key));
      await follow(
        tx,
        ours.map(({ key: { type, id }, object: after }) => ({ type, id, after })),
      );
      await hooks?.inserted(tx, inserted);
    },
  };
}

interface Sweeping {
  worker: Worker;
  listing: ReturnType<typeof listingOf>;
  schedule: ReturnType<typeof scheduleOf>;
}

function sweepOf(made: Made, { worker, listing, schedule }: Sweeping): Sweep {
  const { state, gateways, sources: homes, log } = made;
  const { sources, sweeps } = state;
  const onSwept = (swept: FinishedSweep): void => {
    worker.wake();
    made.counters?.drift(swept);
  };
  return new Sweep(
    { ...listing, sources, sweeps, gateways, homes, log, onSwept, isOurs: ours(made, 'sweep') },
    schedule,
  );
}

function pollOf(made: Made, inbox: Inbox): PollFeed {
  const { state, config, gateways, sources: homes, watch, clock, log } = made;
  const { database, cursors, sources, sweeps } = state;
  const everyMs = config.feed === 'poll' ? config.pollEveryMs : config.catchUpEveryMs;
  const onGap = (source: Source): Promise<void> => sweeps.forget(source);
  const onListed = (source: Source, page: ListPage): void => watch.onListed(source, page);
  const onPolled = (source: Source, error?: unknown): void => watch.onPolled(source, error);
  return new PollFeed(
    {
      database,
      cursors,
      sources,
      gateways,
      inbox,
      homes,
      clock,
      log,
      onGap,
      onListed,
      onPolled,
      isOurs: ours(made, 'poll'),
    },
    { everyMs },
  );
}

function webhookOf(made: Made, inbox: Inbox): WebhookFeed | null {
  const { homes: open, sources: homes, gateways, watch, clock, log, counters, tracing = untraced } = made;
  const endpoints = open.flatMap(({ webhookSecrets }, index) =>
    webhookSecrets.map((secret) => ({ secret, home: homes[index] as (typeof homes)[number] })),
  );
  if (endpoints.length === 0) return null;
  const feed = createWebhookFeed({
    ...{ inbox, endpoints, homes, gateways, clock, log, tracing },
    deliveries: watch.deliveries,
  });
  return counters === undefined ? feed : timed(feed, { clock, counters });
}

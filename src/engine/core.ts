import type { ProvenObject } from '../billing/profiles.js';
import { createBackfill, type Backfill } from '../listing/backfill.js';
import { createPollFeed, type PollFeed } from '../feeds/poll.js';
import { plans } from '../listing/plan.js';
import { PARENTS_MAX } from '../listing/too-many.js';
import { createSweep, type Sweep } from '../listing/sweep.js';
import { createVerify } from '../listing/verify.js';
import { createWebhookFeed, type WebhookFeed } from '../feeds/webhook.js';
import type { HookKeeper } from '../hooks/in-transaction.js';
import { createInbox, type Inbox } from '../inbox/inbox.js';
import { createMaintenance, type Maintenance } from '../inbox/maintenance.js';
import type { Reached } from '../inbox/sources.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import type { Gateway, StripeObject } from '../stripe/gateway.js';
import { createGateways, type Gateways } from '../stripe/gateways.js';
import type { Proof, Settled } from '../sync/settle.js';
import { Worker } from '../sync/worker.js';
import { limits, type Config } from './config.js';
import type { MirrorChange } from './engine.js';
import { createSigns, type Signs } from './signs.js';
import type { State } from './state.js';
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
    | 'sweepEveryMs'
    | 'sweepRecentEveryMs'
    | 'inboxDays'
  >;
  clock: Clock;
  log: Log;
  /** Whether marks are proven when they are made, though no loop runs. Default false. */
  proveOnDemand?: boolean;
  /** In the transaction that proves objects of the first home's account. */
  follow: (tx: Queryable, changed: readonly ProvenObject[]) => Promise<void>;
  /** Absent: nobody's hooks are kept. */
  hooks?: HookKeeper;
  /** Where it is noted what the feeds meet. Default: for this core alone. */
  signs?: Signs;
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
  /** Ends what was asked for and is still running. */
  interrupt(): void;
  readonly interrupted: AbortSignal;
}

export function createCore({
  state,
  homes: open,
  config,
  clock,
  log,
  proveOnDemand = false,
  follow,
  hooks,
  signs = createSigns(clock),
  tell,
  onNotStored,
}: CoreParts): Core {
  const watch = createWatch(signs, clock);
  const homes = open.map(({ source, connect }) => ({ ...source, connect }));
  const gateways = createGateways(open);
  const { database, mirror, marks, events, sources, sweeps, cursors, backfills } = state;
  const interrupting = new AbortController();
  const [{ source: first }] = open;
  const isFirst = ({ account, livemode }: Source): boolean => account === first.account && livemode === first.livemode;

  const onProof = async (tx: Queryable, proof: Proof): Promise<void> => {
    if (isFirst(proof)) await follow(tx, [proof]);
    if (proof.watched) await hooks?.proven(tx, proof);
  };
  const onSettled = (key: ObjectKey, how: Settled): void => tell({ ...key, how });
  const { concurrency, leaseMs, acceptMissing } = config;
  const worker = new Worker(
    { database, marks, events, mirror, gateways, homes, clock, log, onProof, onSettled },
    { concurrency, leaseMs, acceptMissing, onDemand: proveOnDemand, ...limits.worker },
  );
  const inbox = createInbox({
    ...{ database: database.within('accept'), marks, events, sources, mirror, clock, log },
    onStored: hooks?.stored,
    onAccepted: (shown: readonly ObjectKey[]) => {
      worker.wake();
      for (const key of shown) tell({ ...key, how: 'shown' });
    },
    ...(onNotStored === undefined ? {} : { onNotStored }),
  });
  const listing = {
    ...{ database: database.within('listing'), marks, mirror, clock },
    onInserted: async (tx: Queryable, inserted: readonly { key: ObjectKey; object: StripeObject }[]) => {
      const ours = inserted.filter(({ key }) => isFirst(key));
      await follow(
        tx,
        ours.map(({ key: { type, id }, object: after }) => ({ type, id, after })),
      );
      await hooks?.inserted(tx, inserted);
    },
  };
  const sweepTypes = config.sweepTypes ?? plans.map(({ type }) => type);
  const schedule = {
    types: sweepTypes,
    parentsMax: config.sweepTypes === undefined ? PARENTS_MAX : Infinity,
    allEveryMs: config.sweepEveryMs,
    recentEveryMs: config.sweepRecentEveryMs,
  };
  const sweep = createSweep({
    ...{ ...listing, sources, sweeps, gateways, homes, log, schedule },
    onSwept: worker.wake,
  });
  const everyMs = config.feed === 'poll' ? config.pollEveryMs : config.catchUpEveryMs;
  const poll = createPollFeed({
    ...{ database, cursors, sources, gateways, inbox, homes, clock, log, everyMs },
    onGap: (source) => sweeps.forget(source),
    onListed: (source, page) => watch.onListed(source, page),
    onPolled: (source, error) => watch.onPolled(source, error),
  });
  const endpoints = open.flatMap(({ webhookSecrets }, index) =>
    webhookSecrets.map((secret) => ({ secret, home: homes[index] as (typeof homes)[number] })),
  );

  return {
    ...{ state, gateways, inbox, worker, poll, sweep, sweepTypes, watch, clock, config, homes: open },
    maintenance: createMaintenance({
      ...{ database: database.within('upkeep'), sweeps, clock, log },
      inboxDays: config.inboxDays,
    }),
    webhook:
      endpoints.length === 0
        ? null
        : createWebhookFeed({ inbox, endpoints, homes, gateways, clock, log, deliveries: watch.deliveries }),
    backfill: createBackfill({
      ...{ ...listing, backfills, gateways, log },
      onMarked: worker.wake,
    }),
    verify: createVerify({ ...listing, sweeps, gateways, schedule, wake: worker.wake }),
    reached: () => sources.reachedFrom(database, homes),
    interrupt: () => interrupting.abort(),
    interrupted: interrupting.signal,
  };
}

import type { Registry } from 'prom-client';
import type { AcceptOutcome } from '../inbox/accept.js';
import type { Arrival } from '../inbox/arrival.js';
import type { Claim } from '../inbox/marks.js';
import type { HookOutcome } from '../hooks/run.js';
import type { Clock } from '../kernel/clock.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { refusalReasons, type RefusalReason } from '../feeds/refusal.js';
import { causes } from '../listing/drift/cause.js';
import type { FinishedSweep } from '../listing/sweep.js';
import type { AnswerFacts } from '../stripe/client.js';
import type { ProofOutcome } from '../sync/prove.js';
import { createInstruments, type Instruments } from './instruments.js';

/**
 * What this process counts while it works. `/metrics` shows it. Each process counts for itself, from 0.
 *
 * `source` is the account whose key reads an object, with its mode. Connected accounts count for their platform,
 * because a label with thousands of values would be too many series.
 */
export interface Counters {
  readonly registry: Registry;
  /** Makes every series of these accounts and hooks, at 0, so that the first increase is seen. */
  readonly begin: (sources: readonly Source[], hooks: readonly string[]) => void;
  /** Events that were stored, or were in the inbox already. `shown`: the objects whose snapshot is now shown. */
  readonly arrived: (
    arrivals: readonly Arrival[],
    outcomes: readonly AcceptOutcome[],
    shown: readonly ObjectKey[],
  ) => void;
  /** A delivery that is not Stripe's. */
  readonly refused: (reason: RefusalReason) => void;
  /** A delivery that could not be stored. */
  readonly failed: () => void;
  /** A delivery by webhook took so long. */
  readonly took: (seconds: number) => void;
  readonly proof: (claim: Pick<Claim, 'platform' | 'livemode' | 'hintedAt'>, outcome: ProofOutcome) => void;
  readonly request: (source: Source, answer: AnswerFacts) => void;
  /** Differences that a sweep found, by cause. */
  readonly drift: (swept: FinishedSweep) => void;
  readonly hookRun: (hook: string, outcome: HookOutcome, seconds: number) => void;
}

/** How an account appears in a label. */
export function sourceLabel({ account, livemode }: Source): string {
  return `${account}:${livemode ? 'live' : 'test'}`;
}

/** What belongs to no account that anybody could prove. */
export const NO_SOURCE = 'none';

const FEEDS = ['webhook', 'poll', 'replay'] as const;
const QUARANTINES = ['account', 'livemode', 'object'] as const;
const PROOFS = ['proven', 'gone', 'again', 'overtaken', 'lost', 'failed', 'dead'] as const satisfies ProofOutcome[];
const STATUSES = ['2xx', '4xx', '401', '403', '404', '429', '5xx', 'none'] as const;
const HOOK_OUTCOMES = ['done', 'failed', 'timed_out', 'stopped'] as const satisfies HookOutcome[];
/** Source: Stripe's "Rate limits", header Stripe-Rate-Limited-Reason. */
const LIMITS = ['global-rate', 'global-concurrency', 'endpoint-rate', 'endpoint-concurrency', 'resource-specific'];
const OTHER_LIMIT = 'other';

export interface CountersOptions {
  clock: Clock;
  /** How events should come: what else brings one has recovered it. */
  feed: 'webhook' | 'poll';
  /** The types that a sweep lists. */
  types: readonly string[];
}

export function createCounters({ clock, feed, types }: CountersOptions): Counters {
  const instruments = createInstruments();
  const { registry, deliveries, duration, recovered, shownLag, provenLag, proofs, requests } = instruments;
  const known = new Set<string>();
  const labelOf = (source: Source): string => {
    const label = sourceLabel(source);
    return known.has(label) ? label : NO_SOURCE;
  };
  const secondsSince = (at: Date): number => Math.max(0, (clock.now().getTime() - at.getTime()) / 1_000);
  return {
    registry,
    begin(sources, hooks) {
      for (const source of sources) known.add(sourceLabel(source));
      zero(instruments, [...known], { hooks, types });
    },
    arrived(arrivals, outcomes, shown) {
      const rows = new Set(shown.map(keyText));
      arrivals.forEach((arrival, index) => {
        const source = labelOf({ account: arrival.platform, livemode: arrival.livemode });
        deliveries.inc({ source, feed: arrival.feed, ...outcomeOf(arrival, outcomes[index]) });
        if (outcomes[index] !== 'stored') return;
        if (feed === 'webhook' && arrival.feed === 'poll') recovered.inc({ source });
        const isShown = arrival.snapshot !== null && rows.has(keyText(arrival.snapshot.key));
        if (isShown) shownLag.observe({ source }, secondsSince(arrival.created));
      });
    },
    refused: (reason) => deliveries.inc({ source: NO_SOURCE, feed: 'webhook', outcome: 'refused', reason }),
    failed: () => deliveries.inc({ source: NO_SOURCE, feed: 'webhook', outcome: 'failed', reason: '' }),
    took: (seconds) => duration.observe(seconds),
    proof({ platform, livemode, hintedAt }, outcome) {
      const source = labelOf({ account: platform, livemode });
      proofs.inc({ source, outcome });
      if (outcome === 'proven' || outcome === 'gone') provenLag.observe({ source }, secondsSince(hintedAt));
    },
    request(source, { status, limitedReason, seconds }) {
      const label = labelOf(source);
      requests.inc({ source: label, status: statusOf(status), limited_reason: limitOf(status, limitedReason) });
      instruments.requestDuration.observe({ source: label }, seconds);
    },
    drift({ reach, type, causes: found }) {
      const source = labelOf({ account: reach.platform, livemode: reach.livemode });
      for (const [cause, times] of Object.entries(found)) instruments.drift.inc({ source, type, cause }, times);
    },
    hookRun(hook, outcome, seconds) {
      instruments.hookRuns.inc({ hook, outcome });
      instruments.hookDuration.observe({ hook }, seconds);
    },
  };
}

function outcomeOf({ quarantine }: Arrival, outcome: AcceptOutcome | undefined): { outcome: string; reason: string } {
  if (outcome === 'duplicate') return { outcome, reason: '' };
  return quarantine === null ? { outcome: 'accepted', reason: '' } : { outcome: 'quarantined', reason: quarantine };
}

function statusOf(status: number | null): (typeof STATUSES)[number] {
  if (status === null) return 'none';
  if (status < 400) return '2xx';
  if (status >= 500) return '5xx';
  return STATUSES.find((each) => each === String(status)) ?? '4xx';
}

function limitOf(status: number | null, reason: string | null): string {
  if (status !== 429) return '';
  return reason !== null && LIMITS.includes(reason) ? reason : OTHER_LIMIT;
}

function zero(
  { deliveries, recovered, shownLag, provenLag, proofs, requests, ...rest }: Instruments,
  sources: readonly string[],
  { hooks, types }: { hooks: readonly string[]; types: readonly string[] },
): void {
  for (const source of [...sources, NO_SOURCE]) {
    for (const feed of FEEDS) {
      for (const outcome of ['accepted', 'duplicate']) deliveries.inc({ source, feed, outcome, reason: '' }, 0);
      for (const reason of QUARANTINES) deliveries.inc({ source, feed, outcome: 'quarantined', reason }, 0);
    }
  }
  for (const reason of refusalReasons)
    deliveries.inc({ source: NO_SOURCE, feed: 'webhook', outcome: 'refused', reason }, 0);
  deliveries.inc({ source: NO_SOURCE, feed: 'webhook', outcome: 'failed', reason: '' }, 0);
  for (const source of sources) {
    recovered.inc({ source }, 0);
    for (const histogram of [shownLag, provenLag, rest.requestDuration]) histogram.zero({ source });
    for (const outcome of PROOFS) proofs.inc({ source, outcome }, 0);
    for (const status of STATUSES)
      for (const limited_reason of status === '429' ? [...LIMITS, OTHER_LIMIT] : [''])
        requests.inc({ source, status, limited_reason }, 0);
    for (const type of types) for (const cause of causes) rest.drift.inc({ source, type, cause }, 0);
  }
  for (const hook of hooks) {
    for (const outcome of HOOK_OUTCOMES) rest.hookRuns.inc({ hook, outcome }, 0);
    rest.hookDuration.zero({ hook });
  }
}

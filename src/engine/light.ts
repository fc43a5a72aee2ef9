import { factsOfNote } from '../listing/note.js';
import type { Source } from '../kernel/source.js';
import type { Hold } from './holds.js';
import type { Sign } from './signs.js';

/**
 * How the mirror stands, worst first.
 * - `degraded`: something is broken, and the mirror falls behind or may do so unseen. · `behind`: objects wait for their proof.
 * - `not_proven`: nothing is known to be wrong, and some type was never compared with Stripe.
 * - `in_step`: everything was compared, nothing waits, and every way in works.
 */
export type LightState = 'degraded' | 'behind' | 'not_proven' | 'in_step';

/** One thing that keeps the mirror from being known in step. */
export interface LightReason {
  /** The kind, for programs. */
  code:
    | 'proving_paused'
    | 'proving_held'
    | 'stripe_unreachable'
    | 'webhooks_refused'
    | 'events_forbidden'
    | 'poll_failing'
    | 'poll_overdue'
    | 'objects_unprovable'
    | 'sweep_failing'
    | 'sweep_overdue'
    | 'partitions_due'
    | 'objects_waiting'
    | 'never_compared';
  /** The state that it alone would give. */
  state: Exclude<LightState, 'in_step'>;
  /** Since when, at the latest: the last moment at which it was known to be well. null: it never was. */
  since: Date | null;
  /** One sentence for people. */
  text: string;
}

export interface Light {
  state: LightState;
  /** The earliest moment of any reason; null while in step. */
  since: Date | null;
  reasons: LightReason[];
}

/** What is known of one account. */
export interface SourceRecord extends Source {
  /** When this database began to mirror it. */
  boundAt: Date;
  accepted?: Sign | undefined;
  undelivered?: Sign | undefined;
  polled?: Sign | undefined;
  pollFailed?: Sign | undefined;
  answered?: Sign | undefined;
  unanswered?: Sign | undefined;
  recovered?: Sign | undefined;
}

/** What is known of one type of one account from its sweeps of everything. */
export interface TypeRecord extends Source {
  type: string;
  /** The moment of which the last good sweep proved it, by Stripe's clock. */
  provenAt: Date | null;
  /** When that sweep began, by ours. */
  sweptAt: Date | null;
  /** How the last sweep ended; null: well, or none has ended. */
  note: string | null;
}

/** Everything that the light is decided from. */
export interface LightRecord {
  sources: readonly SourceRecord[];
  refused?: Sign | undefined;
  paused?: Sign | undefined;
  resumed?: Sign | undefined;
  /** Accounts that an operator paused. Default: none. */
  holds?: readonly Hold[];
  /** Marked objects, those that cannot be proven among them. */
  dirty: number;
  /** Whether that is an estimate. Default false. */
  isEstimate?: boolean;
  /** Since when the oldest of them waits. */
  waitingSince: Date | null;
  dead: number;
  deadSince: Date | null;
  types: readonly TypeRecord[];
  /** Since when the owner of the tables has to run `lockstep migrate`, for this role may not make partitions. Absent: it does not. */
  partitionsDueSince?: Date | null;
  /** What this process is to do. */
  duties: {
    webhooks: boolean;
    /** Between two polls; null: this process does not poll. */
    pollEveryMs: number | null;
    /** Between two sweeps of everything; null: this process does not sweep. */
    sweepEveryMs: number | null;
  };
}

const order: readonly LightState[] = ['degraded', 'behind', 'not_proven', 'in_step'];

/** Stripe that answered this lately is reachable, whatever one request met. */
const BLIP_MS = 3_000;
/** A process says at least this often that proving is paused. */
export const PAUSE_SEEN_MS = 30_000;
const POLL_GRACE_MS = 60_000;
const SWEEP_GRACE_MS = 60 * 60_000;
const NAMED_MAX = 5;

/** Decides the light. Pure: the same record at the same moment is the same light. */
export function lightOf(record: LightRecord, now: Date): Light {
  const reasons = [
    ...paused(record, now),
    ...held(record),
    ...record.sources.flatMap((source) => [
      ...unreachable(source, now),
      ...webhooks(source, record),
      ...poll(source, record, now),
    ]),
    ...objects(record),
    ...sweeps(record, now),
    ...partitions(record),
  ].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const [worst] = reasons;
  const since = reasons.reduce<Date | null>((first, one) => earlier(first, one.since), null);
  return { state: worst?.state ?? 'in_step', since, reasons };
}

function paused({ paused, resumed }: LightRecord, now: Date): LightReason[] {
  if (paused === undefined || isAfter(resumed, paused)) return [];
  if (now.getTime() - paused.at.getTime() > PAUSE_SEEN_MS) return []; // the process that said so is gone
  const text = `Proving is paused: ${paused.detail ?? ''}.`;
  return [{ code: 'proving_paused', state: 'degraded', since: paused.since, text }];
}

function held({ holds = [] }: LightRecord): LightReason[] {
  return holds.map(({ account, by, reason, since, until }) => {
    const why = reason === null ? '' : `: ${reason}`;
    const end = until === null ? 'lockstep resume ends it' : `it ends at ${until.toISOString().slice(0, 19)}Z`;
    const text = `${by} paused the reading of ${account}${why} (${end}).`;
    return { code: 'proving_held', state: 'degraded', since, text };
  });
}

function unreachable({ account, boundAt, answered, unanswered }: SourceRecord, now: Date): LightReason[] {
  if (unanswered === undefined || isAfter(answered, unanswered)) return [];
  if (answered !== undefined && now.getTime() - answered.at.getTime() < BLIP_MS) return [];
  const text = `Stripe does not answer for ${account}: ${unanswered.detail ?? ''}.`;
  return [{ code: 'stripe_unreachable', state: 'degraded', since: answered?.at ?? boundAt, text }];
}

/** Anybody can be refused. Only Stripe's own list, and nothing accepted since, make it a fault. */
function webhooks({ account, boundAt, accepted, undelivered }: SourceRecord, record: LightRecord): LightReason[] {
  const { refused, duties } = record;
  if (!duties.webhooks || refused === undefined || undelivered === undefined) return [];
  if (isAfter(accepted, refused) || isAfter(accepted, undelivered)) return [];
  const text =
    `Webhook deliveries for ${account} are refused, and Stripe has newer events` +
    ` (${undelivered.detail ?? ''}). Check STRIPE_WEBHOOK_SECRET.`;
  return [{ code: 'webhooks_refused', state: 'degraded', since: accepted?.at ?? boundAt, text }];
}

function poll(source: SourceRecord, { duties: { pollEveryMs } }: LightRecord, now: Date): LightReason[] {
  const { account, boundAt, polled, pollFailed } = source;
  const since = polled?.at ?? boundAt;
  if (pollFailed !== undefined && !isAfter(polled, pollFailed)) {
    const forbidden = pollFailed.detail?.startsWith(FORBIDDEN) === true;
    return [
      {
        code: forbidden ? 'events_forbidden' : 'poll_failing',
        state: 'degraded',
        since,
        text: forbidden
          ? `The key of ${account} may not read events. Give it read access to "Events".`
          : `Could not read events of ${account}: ${pollFailed.detail ?? ''}.`,
      },
    ];
  }
  if (pollEveryMs === null) return [];
  const lateMs = now.getTime() - since.getTime() - 2 * pollEveryMs - POLL_GRACE_MS;
  if (lateMs <= 0) return [];
  return [{ code: 'poll_overdue', state: 'degraded', since, text: `Events of ${account} have not been read in time.` }];
}

/** How the detail of a failed poll starts if the key lacks a permission. */
export const FORBIDDEN = 'forbidden: ';
/** How it starts if Stripe does not accept the key. */
export const UNAUTHENTICATED = 'the key is not accepted: ';

function objects({ dirty, isEstimate = false, dead, waitingSince, deadSince }: LightRecord): LightReason[] {
  const reasons: LightReason[] = [];
  if (dead > 0) {
    const text = `${many(dead, 'object')} could not be read from Stripe. See lockstep dead.`;
    reasons.push({ code: 'objects_unprovable', state: 'degraded', since: deadSince, text });
  }
  if (dirty > dead) {
    const about = isEstimate ? 'About ' : '';
    const text = `${about}${many(dirty - dead, 'object')} ${dirty - dead === 1 ? 'waits' : 'wait'} to be read from Stripe.`;
    reasons.push({ code: 'objects_waiting', state: 'behind', since: waitingSince, text });
  }
  return reasons;
}

function partitions({ partitionsDueSince: since = null }: LightRecord): LightReason[] {
  if (since === null) return [];
  const text =
    'Events are kept in the default partition of lockstep.inbox: the database role may not create another.' +
    ' Run lockstep migrate as the owner of the tables.';
  return [{ code: 'partitions_due', state: 'degraded', since, text }];
}

function sweeps({ sources, types, duties: { sweepEveryMs } }: LightRecord, now: Date): LightReason[] {
  const asked = types.filter(({ sweptAt, note }) => sweptAt !== null || note === null || !factsOfNote(note).isNotAsked);
  const never = asked.filter(({ sweptAt }) => sweptAt === null);
  const reasons: LightReason[] = [];
  if (types.length === 0 || never.length > 0) {
    const since = sources.reduce<Date | null>((first, { boundAt }) => earlier(first, boundAt), null);
    reasons.push({ code: 'never_compared', state: 'not_proven', since, text: neverText(never) });
  }
  const failing = asked.filter(({ sweptAt, note }) => sweptAt !== null && note !== null && !factsOfNote(note).isFine);
  if (failing.length > 0) {
    const text = `The last sweep failed for ${named(failing)}: ${failing[0]?.note ?? ''}.`;
    reasons.push({ code: 'sweep_failing', state: 'degraded', since: oldestOf(failing), text });
  }
  const lateBefore = sweepEveryMs === null ? null : now.getTime() - 2 * sweepEveryMs - SWEEP_GRACE_MS;
  const late = asked.filter(({ sweptAt }) => lateBefore !== null && sweptAt !== null && +sweptAt < lateBefore);
  if (late.length > 0) {
    const text = `The sweep is overdue for ${named(late)}.`;
    reasons.push({ code: 'sweep_overdue', state: 'degraded', since: oldestOf(late), text });
  }
  return reasons;
}

function neverText(never: readonly TypeRecord[]): string {
  if (never.length === 0) return 'Nothing has been compared with Stripe yet.';
  const forbidden = never.filter(({ note }) => note === 'no_permission');
  if (forbidden.length === never.length) return `The key may not list ${named(forbidden)}.`;
  return `${many(never.length, 'type')} not yet compared with Stripe: ${named(never)}.`;
}

function named(types: readonly TypeRecord[]): string {
  const names = [...new Set(types.map(({ type }) => type))];
  const more = names.length - NAMED_MAX;
  return names.slice(0, NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function oldestOf(types: readonly TypeRecord[]): Date | null {
  return types.reduce<Date | null>((first, { sweptAt }) => earlier(first, sweptAt), null);
}

function many(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function isAfter(one: Sign | undefined, other: Sign): boolean {
  return one !== undefined && one.at > other.at;
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

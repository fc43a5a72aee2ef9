import { onlySweptReason } from '../../catalog/only-swept.js';
import { UNAUTHENTICATED } from '../../engine/light.js';
import type { Sign } from '../../engine/signs.js';
import { isKeyRefusal } from '../../sync/trust.js';
import type { MirrorFacts, StatusReason } from '../mirror-facts.js';
import type { Alarm, AlarmCode, Severity } from './alarm.js';
import { redacted } from './redact.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** After how long it is a warning, and after how long it is critical. Infinity: it never is. */
interface Rule {
  alarm: AlarmCode;
  warningMs: number;
  criticalMs: number;
}

/** What each reason of the health state is as an alarm; null: none, or one that is decided below. */
const byReason: Readonly<Record<StatusReason['code'], Rule | null>> = {
  objects_waiting: { alarm: 'behind', warningMs: 5 * MINUTE_MS, criticalMs: 30 * MINUTE_MS },
  nobody_works: { alarm: 'nobody_works', warningMs: MINUTE_MS, criticalMs: MINUTE_MS },
  proving_paused: { alarm: 'paused', warningMs: 0, criticalMs: 0 },
  proving_held: { alarm: 'paused', warningMs: DAY_MS, criticalMs: Infinity },
  stripe_unreachable: { alarm: 'stripe_away', warningMs: 5 * MINUTE_MS, criticalMs: HOUR_MS },
  webhooks_refused: { alarm: 'webhooks_refused', warningMs: 5 * MINUTE_MS, criticalMs: HOUR_MS },
  events_forbidden: { alarm: 'key_refused', warningMs: 0, criticalMs: 0 },
  poll_failing: { alarm: 'events_unread', warningMs: 10 * MINUTE_MS, criticalMs: 6 * HOUR_MS },
  poll_overdue: { alarm: 'events_unread', warningMs: 10 * MINUTE_MS, criticalMs: 6 * HOUR_MS },
  objects_unprovable: { alarm: 'dead_letters', warningMs: 0, criticalMs: DAY_MS },
  sweep_overdue: { alarm: 'sweep_overdue', warningMs: 0, criticalMs: Infinity },
  partitions_due: { alarm: 'partitions_due', warningMs: 0, criticalMs: Infinity },
  sweep_failing: null, // the next try is an hour later, and a type that stays without one becomes overdue
  never_compared: null, // the state of every new database
};

const EDGE: Rule = { alarm: 'edge', warningMs: 7 * DAY_MS, criticalMs: 25 * DAY_MS };
const SILENT: Rule = { alarm: 'silent', warningMs: HOUR_MS, criticalMs: 6 * HOUR_MS };
const HOOKS: Rule = { alarm: 'hooks_failing', warningMs: 15 * MINUTE_MS, criticalMs: DAY_MS };
const UNREAD: Rule = { alarm: 'nobody_works', warningMs: 2 * MINUTE_MS, criticalMs: 2 * MINUTE_MS };
/** Drift that no later sweep has looked for stops being news. */
const DRIFT_MS = 7 * DAY_MS;

/**
 * Decides which alarms there are. Pure, from the facts that the status and the metrics show: the same facts at the same
 * moment are the same alarms. At most one for each kind and account.
 */
export function alarmsOf(facts: MirrorFacts): Alarm[] {
  const found = [
    ...facts.light.reasons.flatMap((reason) => fromReason(reason, facts)),
    ...unread(facts),
    ...facts.bound.flatMap((source) => [...silent(source, facts), ...keyRefused(source)]),
    ...edge(facts),
    ...drift(facts),
    ...hooks(facts),
    ...endpoints(facts),
  ];
  return merged(found).map((alarm) => ({ ...alarm, text: redacted(alarm.text) }));
}

function fromReason({ code, since, text }: StatusReason, { at, paused }: MirrorFacts): Alarm[] {
  const rule = byReason[code];
  if (rule === null) return [];
  const isKey = code === 'proving_paused' && isKeyRefusal(paused?.detail ?? '');
  return judged(isKey ? { ...rule, alarm: 'key_refused' } : rule, { at, since, text, ...EVERYBODY });
}

/** A process lives, but none of those that live reads objects. */
function unread({ at, processes, marks }: MirrorFacts): Alarm[] {
  if (processes.length === 0 || processes.some(({ proves }) => proves) || marks.waitingSince === null) return [];
  const text = 'Objects wait to be read from Stripe, and no process reads them.';
  return judged(UNREAD, { at, since: marks.waitingSince, text, ...EVERYBODY });
}

/** Stripe has events, and none comes by webhook. A handler cannot report that it is not called: the list does. */
function silent({ account, livemode, accepted, recovered }: MirrorFacts['bound'][number], facts: MirrorFacts): Alarm[] {
  if (!facts.duties.webhooks || recovered === undefined) return [];
  if (accepted !== undefined && accepted.at >= recovered.at) return [];
  const text =
    `Stripe has events of ${account} that no webhook brought, the last one ${recovered.detail ?? ''}. ` +
    (accepted === undefined ? 'No webhook ever came.' : `The last webhook came at ${time(accepted.at)}.`);
  return judged(SILENT, { at: facts.at, since: firstSince(recovered, accepted), text, account, livemode });
}

/** The processes share their signs every few seconds, so the first of them may be older than what ended them. */
function firstSince({ since }: Sign, ended: Sign | undefined): Date {
  return ended !== undefined && ended.at > since ? ended.at : since;
}

/** A reading of the events that Stripe refused because of the key. */
function keyRefused({ account, livemode, polled, pollFailed }: MirrorFacts['bound'][number]): Alarm[] {
  if (pollFailed === undefined || (polled !== undefined && polled.at > pollFailed.at)) return [];
  const detail = pollFailed.detail ?? '';
  if (!detail.startsWith(UNAUTHENTICATED)) return [];
  const text = `Stripe does not accept the key of ${account}: ${detail.slice(UNAUTHENTICATED.length)}`;
  return [{ code: 'key_refused', severity: 'critical', since: pollFailed.since, text, account, livemode }];
}

function edge({ at, cursors, duties }: MirrorFacts): Alarm[] {
  if (duties.pollEveryMs === null) return [];
  return cursors.flatMap(({ account, livemode, position }) => {
    const text = `Events of ${account} were last read up to ${time(position)}. Stripe drops them after 30 days.`;
    return judged(EDGE, { at, since: position, text, account, livemode });
  });
}

/**
 * Differences that no event had led to, until a sweep of the same type finds none. Of types that Stripe sends no events
 * about, finding them is what a sweep is for.
 */
function drift(facts: MirrorFacts): Alarm[] {
  return facts.drift.flatMap(({ account, livemode, type, found, lastAt, cleanAt }) => {
    if (onlySweptReason(type) !== undefined) return [];
    if (lastAt === null || (cleanAt !== null && cleanAt > lastAt)) return [];
    if (facts.at.getTime() - lastAt.getTime() > DRIFT_MS) return [];
    const text = `Sweeps found ${found} differences in ${type} of ${account} that no event had led to.`;
    return [{ code: 'drift', severity: 'warning', since: lastAt, text, account, livemode } satisfies Alarm];
  });
}

function hooks({ at, hooks: { waiting, dead, since } }: MirrorFacts): Alarm[] {
  if (dead.value > 0) {
    const text = `${dead.value} runs of hooks kept failing. See lockstep dead.`;
    const severity: Severity = since !== null && at.getTime() - since.getTime() > DAY_MS ? 'critical' : 'warning';
    return [{ code: 'dead_letters', severity, since, text, ...EVERYBODY }];
  }
  if (since === null) return [];
  return judged(HOOKS, { at, since, text: `${waiting.value} runs of hooks wait.`, ...EVERYBODY });
}

/** Nothing is sent to it until somebody retries, so this gets no better by itself. */
function endpoints({ hooks: { disabled } }: MirrorFacts): Alarm[] {
  return disabled.map(({ name, failingSince, disabledAt }) => {
    const text =
      `The endpoint ${name} was disabled at ${time(disabledAt)}: it took no message since ${time(failingSince)}. ` +
      'Its changes wait. Repair it, then run lockstep dead retry.';
    return { code: 'hooks_failing', severity: 'critical', since: failingSince, text, ...EVERYBODY };
  });
}

const EVERYBODY = { account: '', livemode: false } as const;

function judged(
  { alarm, warningMs, criticalMs }: Rule,
  { at, ...about }: Pick<Alarm, 'since' | 'text' | 'account' | 'livemode'> & { at: Date },
): Alarm[] {
  const ageMs = about.since === null ? Infinity : at.getTime() - about.since.getTime();
  if (ageMs < warningMs) return [];
  // What never was well has no age, so it never gets worse by it.
  const isCritical = about.since === null ? criticalMs <= warningMs : ageMs >= criticalMs;
  return [{ ...about, code: alarm, severity: isCritical ? 'critical' : 'warning' }];
}

/** Several of one kind and account are one: the worst severity, the earliest moment, and all texts. */
function merged(alarms: readonly Alarm[]): Alarm[] {
  const all = new Map<string, Alarm>();
  for (const alarm of alarms) {
    const key = `${alarm.code} ${alarm.account} ${alarm.livemode}`;
    const other = all.get(key);
    all.set(key, other === undefined ? alarm : both(other, alarm));
  }
  return [...all.values()];
}

function both(a: Alarm, b: Alarm): Alarm {
  const severity = a.severity === 'critical' ? a.severity : b.severity;
  const since = a.since === null || b.since === null ? (a.since ?? b.since) : a.since < b.since ? a.since : b.since;
  return { ...a, severity, since, text: `${a.text} ${b.text}` };
}

const time = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`;

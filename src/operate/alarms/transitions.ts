import { randomUUID } from 'node:crypto';
import { keyOfAlarm, runbook, type Alarm, type Severity } from './alarm.js';

/** An alarm that was raised and has not cleared. */
export interface OpenAlarm extends Alarm {
  /** Of this raising: a later one has another. */
  id: string;
  raisedAt: Date;
  /** Since when its cause is gone; null: it is not. */
  absentSince: Date | null;
}

export type NoticeKind = 'raised' | 'escalated' | 'cleared';

/** What the receiver gets: a payload of the Standard Webhooks form. `text` is what chat programs show. */
export interface NoticeBody {
  type: `lockstep.alarm.${NoticeKind}`;
  timestamp: string;
  text: string;
  data: {
    id: string;
    alarm: Alarm['code'];
    severity: Severity;
    /** '' for what is about no single account. */
    account: string;
    livemode: boolean;
    since: string | null;
    raisedAt: string;
    text: string;
    runbook: string;
  };
}

export interface Notice {
  /** The same at each try, so that a receiver can leave out what it has. */
  id: string;
  /** The id of the alarm. */
  alarm: string;
  madeAt: Date;
  body: NoticeBody;
}

export interface Transitions {
  /** All that are open now. */
  open: OpenAlarm[];
  cleared: OpenAlarm[];
  notices: Notice[];
}

/** A cause must be gone for so long before its alarm clears: what comes and goes is one alarm. */
const CLEAR_MS = 2 * 60_000;

/** What changes between the alarms that are open and those that were found now. Pure, except that new alarms draw an id. */
export function transitionsOf(
  open: readonly OpenAlarm[],
  found: readonly Alarm[],
  now: Date,
  drawId: () => string = randomUUID,
): Transitions {
  const known = new Map(open.map((alarm) => [keyOfAlarm(alarm), alarm]));
  const present = new Set(found.map(keyOfAlarm));
  const result: Transitions = { open: [], cleared: [], notices: [] };
  for (const alarm of found) {
    const before = known.get(keyOfAlarm(alarm));
    if (before === undefined) {
      const raised: OpenAlarm = { ...alarm, id: `alm_${drawId()}`, raisedAt: now, absentSince: null };
      result.open.push(raised);
      result.notices.push(noticeOf('raised', raised, now));
      continue;
    }
    // One that gets better stays as bad as it was until it is over, so that it does not swing.
    const isWorse = alarm.severity === 'critical' && before.severity === 'warning';
    const { text } = alarm;
    const after: OpenAlarm = { ...before, text, absentSince: null, severity: isWorse ? 'critical' : before.severity };
    result.open.push(after);
    if (isWorse) result.notices.push(noticeOf('escalated', after, now));
  }
  for (const alarm of open.filter((one) => !present.has(keyOfAlarm(one)))) {
    const absentSince = alarm.absentSince ?? now;
    if (now.getTime() - absentSince.getTime() < CLEAR_MS) result.open.push({ ...alarm, absentSince });
    else {
      result.cleared.push(alarm);
      result.notices.push(noticeOf('cleared', alarm, now));
    }
  }
  return result;
}

export function noticeOf(kind: NoticeKind, alarm: OpenAlarm, now: Date): Notice {
  const { id, code, severity, account, livemode, since, raisedAt, text } = alarm;
  const said = kind === 'cleared' ? `It is over. It was: ${text}` : text;
  return {
    id: `${id}_${kind}`,
    alarm: id,
    madeAt: now,
    body: {
      type: `lockstep.alarm.${kind}`,
      timestamp: now.toISOString(),
      text: `Lockstep: ${code} ${kind} (${severity}). ${said}`,
      data: {
        id,
        alarm: code,
        severity,
        account,
        livemode,
        since: since?.toISOString() ?? null,
        raisedAt: raisedAt.toISOString(),
        text,
        runbook: `docs/operations/alerts.md#${runbook[code]}`,
      },
    },
  };
}

/*
 * Alarms without Prometheus: `LOCKSTEP_ALERT_URL`. Files in reading order:
 * - `alarm.ts`: what an alarm is; `decide.ts`: which there are, from the facts of the status
 * - `transitions.ts`: what was raised, escalated, and cleared; `ledger.ts` keeps that in the database
 * - `alarm-watch.ts`: the loop; `post-notice.ts` posts, and `redact.ts` takes out what must stay here
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Companion, CompanionDeps } from '../../engine/engine.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { readMirrorFacts } from '../mirror-facts.js';
import { alarmsOf } from './decide.js';
import { createLedger, type Ledger } from './ledger.js';
import { postNotice, type AlarmReceiver } from './post-notice.js';
import { noticeOf, type Notice, type OpenAlarm } from './transitions.js';

const EVERY_MS = 15_000;
/** Another process may post a notice after so long, in case this one is gone: longer than an answer may take. */
const LEASE_MS = 30_000;
const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 60 * 60_000;
/** What nobody has taken for so long is news to nobody. */
const KEPT_MS = 3 * 24 * 60 * 60_000;
const AT_ONCE_MAX = 20;
/** A database that is away for a moment is no alarm. */
const AWAY_MS = 60_000;

/** Watches the mirror, and posts what must be known. null: there is no receiver. */
export function createAlarmWatch({ database, config, clock, log }: CompanionDeps): Companion | null {
  const { alertUrl: url, alertSecret: secret } = config;
  if (url === undefined || secret === undefined) return null;
  const receiver = { url, secret };
  const ledger = createLedger(database);
  const stopping = new AbortController();
  const { signal } = stopping;
  const away = createAwayWatch({ receiver, clock, log, signal });
  let running: Promise<void> | undefined;
  let round: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    try {
      const facts = await readMirrorFacts({ database, config, clock });
      const { notices, open } = await ledger.note(alarmsOf(facts), facts.at);
      for (const { body } of notices) log.warn({ event: body.type.slice('lockstep.'.length), ...body.data });
      await away.isBack();
      if (!signal.aborted) await postDue({ ledger, receiver, clock, log, signal });
      if (open.length > 0) log.debug({ event: 'alarm.open', alarms: open.map(({ code }) => code) });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof LockstepError && error.code === 'database_unreachable') await away.note(error);
      else log.error({ event: 'alarm.not_decided', reason: messageOf(error) });
    }
  };
  // One at a time: a caller that comes between gets the round that is under way.
  const once = (): Promise<void> => (round ??= look().finally(() => (round = undefined)));
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      // First it waits: what this process does at its start is not in the database yet.
      await clock.sleep(EVERY_MS, signal);
      if (!signal.aborted) await once();
    }
  };
  return {
    start: () => void (running ??= run()),
    round: once,
    async stop() {
      stopping.abort();
      await running;
      await round;
    },
  };
}

interface Posting {
  ledger: Ledger;
  receiver: AlarmReceiver;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

async function postDue({ ledger, receiver, clock, log, signal }: Posting): Promise<void> {
  for (let count = 0; count < AT_ONCE_MAX && !signal.aborted; count += 1) {
    const now = clock.now();
    const notice = await ledger.claim(now, LEASE_MS);
    if (notice === undefined) return;
    const reason = await postNotice(receiver, notice, { now, signal });
    if (reason === null) {
      await ledger.remove(notice.id);
      continue;
    }
    if (signal.aborted) return; // its lease ends, and another process or the next start posts it
    const { attempts, madeAt, id } = notice;
    const isGivenUp = now.getTime() - madeAt.getTime() > KEPT_MS;
    log.error({ event: isGivenUp ? 'alarm.given_up' : 'alarm.not_posted', id, attempts: attempts + 1, reason });
    if (isGivenUp) await ledger.remove(id);
    else await ledger.postpone(id, new Date(now.getTime() + retryMs(attempts)), reason);
    return; // the others would fail too; they are tried in the next round
  }
}

function retryMs(attempts: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
}

interface AwayWatch {
  /** The database does not answer, or does not take writes. */
  note(error: unknown): Promise<void>;
  isBack(): Promise<void>;
}

/**
 * A database that is away cannot keep its own alarm, so this process does, in memory. Each process reports it for
 * itself, and says which it is: the others may reach the database.
 */
function createAwayWatch({ receiver, clock, log, signal }: Omit<Posting, 'ledger'>): AwayWatch {
  let since: Date | undefined;
  let raised: OpenAlarm | undefined;
  let waiting: Notice[] = [];
  const post = async (): Promise<void> => {
    for (const notice of [...waiting]) {
      const reason = await postNotice(receiver, notice, { now: clock.now(), signal });
      if (reason !== null) return log.error({ event: 'alarm.not_posted', id: notice.id, reason });
      waiting = waiting.filter((one) => one !== notice);
    }
  };
  return {
    async note(error) {
      const now = clock.now();
      since ??= now;
      if (raised === undefined && now.getTime() - since.getTime() >= AWAY_MS) {
        const text = `The database does not answer the process ${process.pid} on ${hostname()}, or takes no writes.`;
        const about = { code: 'database_away', account: '', livemode: false, severity: 'critical' } as const;
        raised = { ...about, since, text, id: `alm_${randomUUID()}`, raisedAt: now, absentSince: null };
        waiting.push(noticeOf('raised', raised, now));
        log.error({ event: 'alarm.raised', ...about, reason: messageOf(error) });
      }
      await post();
    },
    async isBack() {
      since = undefined;
      if (raised !== undefined) waiting.push(noticeOf('cleared', raised, clock.now()));
      raised = undefined;
      await post();
    },
  };
}

import type { SourceRecord } from '../engine/light.js';
import type { ProcessRow } from '../engine/process-record.js';
import type { StatusReason } from './mirror-facts.js';

/** A process says every five seconds that it lives. */
const ALIVE_MS = 30_000;
/** An app whose host calls `catchUp` now and then has no process that says so. Its feed shows that somebody works. */
const IDLE_MS = 10 * 60_000;

export function isAlive({ seenAt, ended }: Pick<ProcessRow, 'seenAt' | 'ended'>, now: Date): boolean {
  return !ended && Math.abs(now.getTime() - seenAt.getTime()) < ALIVE_MS;
}

/** Why the mirror falls behind although nothing fails: no process runs. null: some process works. */
export function nobodyWorks(
  processes: readonly Pick<ProcessRow, 'seenAt' | 'ended'>[],
  sources: readonly Pick<SourceRecord, 'polled' | 'accepted'>[],
  now: Date,
): StatusReason | null {
  if (processes.some((one) => isAlive(one, now))) return null;
  const signs = sources.flatMap(({ polled, accepted }) => [polled?.at, accepted?.at]);
  const seen = [...processes.map(({ seenAt }) => seenAt), ...signs].flatMap((at) => (at === undefined ? [] : [at]));
  const last = seen.reduce<Date | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
  if (processes.length === 0 && last !== null && now.getTime() - last.getTime() < IDLE_MS) return null;
  const text =
    last === null
      ? 'No process has ever worked on this database. Start lockstep serve.'
      : 'No process works on this database. Start lockstep serve.';
  return { code: 'nobody_works', state: 'degraded', since: last, text };
}

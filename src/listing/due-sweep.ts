import type { Source } from '../kernel/source.js';
import { listsRecent } from './plan.js';
import type { LastSweep, Scope } from './sweep-history.js';
import { factsOfNote } from './note.js';

export interface Schedule {
  /** Types to sweep, in this order. */
  types: readonly string[];
  /** Between two sweeps of everything of one type. 0: never. */
  allEveryMs: number;
  /** Between two sweeps of its recent objects, if they can be listed alone. 0: never. */
  recentEveryMs: number;
  /** A type that is listed below each of its parents is left out if there are more parents than this. */
  parentsMax: number;
}

export interface DueSweep<S extends Source = Source> {
  source: S;
  type: string;
  scope: Scope;
}

/** A sweep without an end for so long counts as abandoned: its process is dead. */
const ABANDONED_MS = 60 * 60_000;
/** A type that cannot be listed is tried again at this pace, because it may become available. */
const UNLISTABLE_MS = 24 * 60 * 60_000;
/** The pace after any other failure. */
const FAILED_MS = 10 * 60_000;

/**
 * The one sweep that is most overdue, if any, so that one runs at a time. A sweep of everything counts as a sweep of
 * the recent objects too. Of two that are equally overdue (neither has ever run), the order of the types decides.
 */
export function dueSweep<S extends Source>(
  { types, allEveryMs, recentEveryMs }: Omit<Schedule, 'parentsMax'>,
  sources: readonly S[],
  last: readonly LastSweep[],
  now: Date,
): DueSweep<S> | undefined {
  const lastOf = new Map(
    last.map((sweep) => [`${sweep.account} ${sweep.livemode} ${sweep.type} ${sweep.scope}`, sweep]),
  );
  const at = now.getTime();
  let best: (DueSweep<S> & { overdueMs: number }) | undefined;
  for (const source of sources) {
    for (const type of types) {
      const of = (scope: Scope): LastSweep | undefined =>
        lastOf.get(`${source.account} ${source.livemode} ${type} ${scope}`);
      const all = of('all');
      const busy = [all, of('recent')].some((sweep) => sweep?.running && at - sweep.startedAt.getTime() < ABANDONED_MS);
      if (busy) continue;
      for (const [scope, everyMs] of [
        ['all', allEveryMs],
        ['recent', recentEveryMs],
      ] as const) {
        if (
          everyMs === 0 ||
          (scope === 'recent' && !listsRecent(type)) ||
          (scope === 'recent' && all === undefined && allEveryMs !== 0)
        )
          continue;
        const before = scope === 'all' ? all : latest(all, of('recent'));
        const overdueMs =
          before === undefined ? Infinity : at - before.startedAt.getTime() - intervalAfter(before, everyMs);
        if (overdueMs >= 0 && (best === undefined || overdueMs > best.overdueMs))
          best = { source, type, scope, overdueMs };
      }
    }
  }
  return best && { source: best.source, type: best.type, scope: best.scope };
}

/**
 * When the schedule sweeps a type next. null: it is not scheduled.
 */
export function nextSweep(
  { types, allEveryMs, recentEveryMs }: Omit<Schedule, 'parentsMax'>,
  swept: Source & { type: string },
  last: readonly LastSweep[],
  now: Date,
): Date | null {
  if (!types.includes(swept.type)) return null;
  const of = (scope: Scope): LastSweep | undefined => last.find((sweep) => sweep.scope === scope && isOf(swept, sweep));
  const [all, recent] = [of('all'), of('recent')];
  const moments = [
    ...(allEveryMs === 0 ? [] : [after(all, allEveryMs)]),
    ...(recentEveryMs === 0 || !listsRecent(swept.type) ? [] : [after(latest(all, recent), recentEveryMs)]),
  ];
  return moments.length === 0 ? null : new Date(Math.max(now.getTime(), Math.min(...moments)));
}

function isOf({ account, livemode, type }: Source & { type: string }, sweep: LastSweep): boolean {
  return sweep.account === account && sweep.livemode === livemode && sweep.type === type;
}

function after(sweep: LastSweep | undefined, everyMs: number): number {
  return sweep === undefined ? 0 : sweep.startedAt.getTime() + intervalAfter(sweep, everyMs);
}

function latest(a: LastSweep | undefined, b: LastSweep | undefined): LastSweep | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.startedAt > b.startedAt ? a : b;
}

function intervalAfter({ note, running }: LastSweep, everyMs: number): number {
  if (running) return Math.min(everyMs, ABANDONED_MS);
  if (note === null) return everyMs;
  return Math.min(everyMs, factsOfNote(note).lasts ? UNLISTABLE_MS : FAILED_MS);
}

import type { SweepKey, SweepHistory } from '../../../src/listing/sweep-history.js';
import { sourceText } from './marks.js';
import type { Memory, SweepRow } from './tables.js';

/** The record of sweeps without SQL. */
export function memorySweeps({ store, sweeps }: Memory): SweepHistory {
  const own = <T>(work: () => T): Promise<T> => store.run(store.database, work);
  const end = (key: SweepKey, startedAt: Date, finishedAt: Date, changes: Partial<SweepRow> = {}): void => {
    const sweep = sweeps.get(textOf(key, startedAt));
    if (sweep !== undefined) sweeps.set(textOf(key, startedAt), { ...sweep, finishedAt, ...changes });
  };
  return {
    begin: ({ account, livemode, type, scope }, startedAt) =>
      own(() => {
        const sweep = { account, livemode, type, scope, startedAt, beganAt: null, finishedAt: null, note: null };
        if (sweeps.get(textOf(sweep, startedAt)) === undefined) sweeps.set(textOf(sweep, startedAt), sweep);
      }),
    finish: (key, startedAt, at, { began }) => own(() => end(key, startedAt, at, { beganAt: began })),
    fail: (key, startedAt, at, note) => own(() => end(key, startedAt, at, { note })),
    last: (sources) =>
      own(() => {
        const wanted = new Set(sources.map(sourceText));
        const last = new Map<string, SweepRow>();
        for (const sweep of sweeps.values()) {
          const best = last.get(keyOf(sweep));
          if (wanted.has(sourceText(sweep)) && (best === undefined || best.startedAt < sweep.startedAt))
            last.set(keyOf(sweep), sweep);
        }
        return [...last]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, { account, livemode, type, scope, startedAt, finishedAt, note }]) => ({
            ...{ account, livemode, type, scope, startedAt, note },
            running: finishedAt === null,
          }));
      }),
    forget: (source) =>
      own(() => {
        for (const sweep of [...sweeps.values()])
          if (sourceText(sweep) === sourceText(source)) sweeps.delete(textOf(sweep, sweep.startedAt));
      }),
    prune: (before) =>
      own(() => {
        const all = [...sweeps.values()];
        for (const sweep of all) {
          const later = all.some(
            (other) =>
              keyOf(other) === keyOf(sweep) &&
              other.startedAt > sweep.startedAt &&
              other.finishedAt !== null &&
              other.note === null,
          );
          if (sweep.startedAt < before && later) sweeps.delete(textOf(sweep, sweep.startedAt));
        }
      }),
  };
}

function keyOf({ account, livemode, type, scope }: SweepKey): string {
  return `${account} ${livemode} ${type} ${scope}`;
}

function textOf(key: SweepKey, startedAt: Date): string {
  return `${keyOf(key)} ${startedAt.getTime()}`;
}

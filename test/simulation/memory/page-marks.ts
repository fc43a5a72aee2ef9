import { impossible } from '../../../src/inbox/mark-statements.js';
import type { Claim } from '../../../src/inbox/marks.js';
import { keyText, type Source } from '../../../src/kernel/source.js';
import type { PageMarks } from '../../../src/sync/pages/page-marks.js';
import type { MarkRow, Memory } from './tables.js';
import { sourceText } from './marks.js';

/** The dirty set without SQL, as pages ask for it. */
export function memoryPageMarks({ store, marks, sources, mirror }: Memory): PageMarks {
  const own = <T>(work: () => T): Promise<T> => store.run(store.database, work);
  const waits = (mark: MarkRow, now: Date, upTo: number): boolean =>
    mark.gen <= upTo &&
    mark.provenGen === null &&
    mark.rank > 0 &&
    (mark.dueAt <= now || mark.dueAt > impossible(now)) &&
    (mark.leasedUntil === null || mark.leasedUntil < now || mark.leasedUntil > impossible(now));
  const platformOf = (mark: Source, homes: readonly Source[]): string | undefined => {
    const source = sources.get(sourceText(mark));
    return homes.find(({ account, livemode }) => account === source?.platform && livemode === source?.livemode)
      ?.account;
  };

  return {
    tick: () => own(() => store.tick()),
    waiting: ({ now, homes, upTo, limit }) =>
      own(() => {
        const counts = new Map<string, number>();
        return [...marks.values()]
          .filter((mark) => waits(mark, now, upTo))
          .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
          .flatMap((mark) => {
            const platform = platformOf(mark, homes);
            const count = counts.get(mark.type) ?? 0;
            if (platform === undefined || count === limit) return [];
            counts.set(mark.type, count + 1);
            const { account, livemode, type, id } = mark;
            return [{ account, livemode, type, id, platform }];
          });
      }),
    created: ({ account, livemode }, type, ids) =>
      own(() => {
        const found = new Map<string, number>();
        for (const row of mirror.values()) {
          const { created } = row.data;
          const isAsked = row.account === account && row.livemode === livemode && row.type === type;
          if (isAsked && ids.includes(row.id) && typeof created === 'number') found.set(row.id, created);
        }
        return found;
      }),
    claim: (keys, { now, leaseMs, upTo }) =>
      own(() =>
        keys.flatMap(({ platform, ...key }): Claim[] => {
          const mark = marks.get(keyText(key));
          if (mark === undefined || !waits(mark, now, upTo)) return [];
          const { gen, firstGen, parents, attempts, heard, hintedAt } = mark;
          const token = store.tick();
          marks.set(keyText(key), { ...mark, token, shown: false, leasedUntil: new Date(now.getTime() + leaseMs) });
          const once = gen === firstGen;
          return [{ ...key, platform, gen, token, parents, attempts, heard, once, hintedAt, lane: 'backlog' }];
        }),
      ),
  };
}

import { compareKeys, keyText, type ObjectKey, type Source } from '../../../src/kernel/source.js';
import { impossible, type Claim, type LockedMark, type Marks } from '../../../src/inbox/marks.js';
import type { Memory, MarkRow } from './tables.js';

/** The dirty set without SQL. */
export function memoryMarks({ store, marks, sources, hooks }: Memory): Marks {
  const { database } = store;
  const own = <T>(work: () => T): Promise<T> => store.run(database, work);
  const update = (key: ObjectKey, changes: (mark: MarkRow) => Partial<MarkRow>): void => {
    const mark = marks.get(keyText(key));
    if (mark !== undefined) marks.set(keyText(key), { ...mark, ...changes(mark) });
  };
  const claimed = (claim: Claim): boolean => marks.get(keyText(claim))?.token === claim.token;
  const platformOf = (mark: Source, homes: readonly Source[]): string | undefined => {
    const source = sources.get(sourceText(mark));
    const home = homes.find(({ account, livemode }) => account === source?.platform && livemode === source?.livemode);
    return home?.account;
  };

  return {
    mark: (tx, hints, at) =>
      store.run(tx, () => {
        const distinct = [...new Map(hints.map((hint) => [keyText(hint), hint])).values()].sort(compareKeys);
        return distinct.map(({ account, livemode, type, id, parents, heard = false }) => {
          const key = { account, livemode, type, id };
          const before = marks.get(keyText(key));
          const gen = store.tick();
          if (before === undefined) {
            marks.set(keyText(key), { ...fresh, ...key, gen, firstGen: gen, hintedAt: at, dueAt: at, parents, heard });
          } else {
            const dueAt = before.attempts > 0 && at < before.dueAt ? at : before.dueAt;
            marks.set(keyText(key), {
              ...before,
              gen,
              dueAt,
              deadSince: null,
              heard: before.heard || heard,
              parents: { ...before.parents, ...parents },
            });
          }
          return { ...key, gen, suspended: before?.suspended ?? false, isNew: before === undefined };
        });
      }),
    noteShown: (tx, shown) =>
      store.run(tx, () => {
        for (const { prior, ...key } of shown) {
          update(key, (mark) => ({ shown: mark.shown || mark.token !== null, prior: mark.prior ?? prior }));
        }
      }),
    claim: ({ limit, now, leaseMs, homes }) =>
      own(() => {
        const due = [...marks.values()]
          .filter(
            ({ dueAt, leasedUntil }) =>
              (dueAt <= now || dueAt > impossible(now)) &&
              (leasedUntil === null || leasedUntil < now || leasedUntil > impossible(now)),
          )
          .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
        const claims: Claim[] = [];
        for (const mark of due) {
          const platform = platformOf(mark, homes);
          if (platform === undefined || claims.length === limit) continue;
          const { account, livemode, type, id, gen, firstGen, parents, attempts, heard, hintedAt } = mark;
          const token = store.tick();
          update(mark, () => ({ token, shown: false, leasedUntil: new Date(now.getTime() + leaseMs) }));
          claims.push({
            account,
            livemode,
            type,
            id,
            platform,
            gen,
            token,
            parents,
            attempts,
            heard,
            once: gen === firstGen,
            hintedAt,
          });
        }
        return claims;
      }),
    nextDue: (homes) =>
      own(() => {
        const times = [...marks.values()]
          .filter((mark) => platformOf(mark, homes) !== undefined)
          .map(({ dueAt, leasedUntil }) => Math.max(dueAt.getTime(), leasedUntil?.getTime() ?? 0));
        return times.length === 0 ? undefined : new Date(Math.min(...times));
      }),
    release: (claim, due) =>
      own(() => {
        if (claimed(claim)) update(claim, ({ dueAt }) => ({ token: null, leasedUntil: null, dueAt: due ?? dueAt }));
      }),
    giveBack: (claim, { now, due, soon, reason, dead }) =>
      own(() => {
        if (!claimed(claim)) return;
        update(claim, ({ gen, attempts, deadSince }) => ({
          ...{ token: null, leasedUntil: null, attempts: attempts + 1, reason },
          dueAt: gen === claim.gen ? due : soon,
          deadSince: dead && gen === claim.gen ? (deadSince ?? now) : null,
        }));
      }),
    lock: (tx, key) =>
      store.run(tx, () => {
        const mark = marks.get(keyText(key));
        const prior = (mark?.prior ?? null) as LockedMark['prior'];
        const watched = [...hooks.values()].some(({ topic, kind }) => topic === key.type && kind !== 'event');
        return mark && { gen: mark.gen, token: mark.token, shown: mark.shown, prior, heard: mark.heard, watched };
      }),
    clear: (tx, keys) => store.run(tx, () => keys.forEach((key) => marks.delete(keyText(key)))),
    again: (tx, claim, dueAt) =>
      store.run(tx, () =>
        update(claim, () => ({
          ...{ token: null, leasedUntil: null, suspended: false, prior: null, attempts: 0 },
          ...{ provenGen: claim.gen, dueAt },
        })),
      ),
    suspend: (tx, key, dueAt) =>
      store.run(tx, () =>
        update(key, () => ({ token: null, leasedUntil: null, suspended: true, shown: false, dueAt })),
      ),
    unproven: (keys) =>
      own(() =>
        keys
          .filter((key) => {
            const mark = marks.get(keyText(key));
            return mark !== undefined && mark.firstGen <= key.gen && (mark.provenGen ?? 0) < key.gen;
          })
          .map(({ account, livemode, type, id }) => ({ account, livemode, type, id })),
      ),
    ids: (source, type) => own(() => ofType(marks.values(), source, type).map(({ id }) => id)),
    dead: (source, type) =>
      own(() => ofType(marks.values(), source, type).filter(({ deadSince }) => deadSince !== null).length),
  };
}

export function sourceText({ account, livemode }: Source): string {
  return `${account} ${livemode}`;
}

const fresh = {
  ...{ provenGen: null, token: null, leasedUntil: null, shown: false, suspended: false, prior: null },
  ...{ attempts: 0, reason: null, deadSince: null },
};

function ofType(marks: Iterable<MarkRow>, { account, livemode }: Source, type: string): MarkRow[] {
  return [...marks].filter((mark) => mark.account === account && mark.livemode === livemode && mark.type === type);
}

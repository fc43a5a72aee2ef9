import { keyText, type ObjectKey, type Source } from '../../../src/kernel/source.js';
import { FAILED_OFTEN, FRESH_MS, impossible } from '../../../src/inbox/mark-statements.js';
import {
  onePerObject,
  type Claim,
  type Lane,
  type LockedMark,
  type Marks,
  type Share,
} from '../../../src/inbox/marks.js';
import { stubText } from './mirror.js';
import type { Memory, MarkRow } from './tables.js';

/** The dirty set without SQL. */
export function memoryMarks({ store, marks, sources, hooks, erased }: Memory): Marks {
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
        const distinct = onePerObject(hints).filter((hint) => erased.get(stubText(hint)) === undefined);
        return distinct.map((hint) => {
          const { account, livemode, type, id, parents, heard = false, events = [], awaited = false } = hint;
          const key = { account, livemode, type, id };
          const before = marks.get(keyText(key));
          const gen = store.tick();
          const rank = awaited ? 0 : heard ? 1 : 2;
          const ranked = { rank, rankedAt: rank === 2 ? null : at } as const;
          if (before === undefined) {
            const news = {
              ...key,
              gen,
              firstGen: gen,
              hintedAt: at,
              dueAt: at,
              parents,
              heard,
              events: events.slice(0, 20),
            };
            marks.set(keyText(key), { ...fresh, ...news, ...ranked });
          } else {
            const isRanked =
              (rank < before.rank || (rank === 1 && before.rank === 1)) &&
              !(rank === 1 && before.attempts >= FAILED_OFTEN);
            const dueAt = before.attempts > 0 && at < before.dueAt ? at : before.dueAt;
            marks.set(keyText(key), {
              ...before,
              ...(isRanked ? ranked : {}),
              gen,
              dueAt,
              deadSince: null,
              heard: before.heard || heard,
              events: [...before.events, ...events].slice(0, 20),
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
    claim: ({ limit, now, leaseMs, homes, ahead, backlog }) =>
      own(() => {
        const all: Share = { limit, without: [] };
        const claimable = [...marks.values()].filter(
          (mark) =>
            (mark.dueAt <= now || mark.dueAt > impossible(now)) &&
            (mark.leasedUntil === null || mark.leasedUntil < now || mark.leasedUntil > impossible(now)) &&
            platformOf(mark, homes) !== undefined,
        );
        const isFresh = ({ rank, rankedAt }: MarkRow): boolean =>
          rank === 1 && Math.abs((rankedAt?.getTime() ?? -Infinity) - now.getTime()) < FRESH_MS;
        const by = (at: (mark: MarkRow) => Date | null) => (a: MarkRow, b: MarkRow) =>
          (at(a)?.getTime() ?? 0) - (at(b)?.getTime() ?? 0);
        const chosen = new Map<string, { mark: MarkRow; lane: Lane }>();
        const take = (lane: Lane, lanes: readonly Lane[], share: Share, queue: MarkRow[]): void => {
          const taken = (): number => [...chosen.values()].filter((one) => lanes.includes(one.lane)).length;
          for (const mark of queue) {
            if (chosen.size === limit || taken() === share.limit) return;
            if (share.without.includes(mark.type) || chosen.has(keyText(mark))) continue;
            chosen.set(keyText(mark), { mark, lane });
          }
        };
        const urgent = claimable.filter(({ rank }) => rank === 0).sort(by(({ rankedAt }) => rankedAt));
        const fresh = claimable.filter(isFresh).sort(by(({ rankedAt }) => rankedAt));
        take('urgent', ['urgent', 'fresh'], ahead ?? all, urgent);
        take('fresh', ['urgent', 'fresh'], ahead ?? all, fresh.reverse());
        take('backlog', ['backlog'], backlog ?? all, claimable.sort(by(({ dueAt }) => dueAt)));
        return [...chosen.values()].map(({ mark, lane }): Claim => {
          const { account, livemode, type, id, gen, firstGen, parents, attempts, heard, hintedAt } = mark;
          const token = store.tick();
          update(mark, () => ({ token, shown: false, leasedUntil: new Date(now.getTime() + leaseMs) }));
          const platform = platformOf(mark, homes) as string;
          const key = { account, livemode, type, id };
          return { ...key, platform, gen, token, parents, attempts, heard, once: gen === firstGen, hintedAt, lane };
        });
      }),
    renew: (claims, now, leaseMs) =>
      own(() => {
        const held = claims.filter(claimed);
        for (const claim of held) update(claim, () => ({ leasedUntil: new Date(now.getTime() + leaseMs) }));
        return held.map(({ token }) => ({ token, renewed: true }));
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
    postpone: (claim, dueAt) =>
      own(() => {
        if (claimed(claim)) update(claim, () => ({ token: null, leasedUntil: null, dueAt, ...byAge }));
      }),
    giveBack: (claim, { now, due, soon, reason, dead }) =>
      own(() => {
        if (!claimed(claim)) return;
        update(claim, ({ gen, attempts, deadSince }) => ({
          ...{ token: null, leasedUntil: null, attempts: attempts + 1, reason },
          ...(gen === claim.gen ? byAge : {}),
          dueAt: gen === claim.gen ? due : soon,
          deadSince: dead && gen === claim.gen ? (deadSince ?? now) : null,
        }));
      }),
    lock: (tx, key) =>
      store.run(tx, () => {
        const mark = marks.get(keyText(key));
        const prior = (mark?.prior ?? null) as LockedMark['prior'];
        const watched = [...hooks.values()].some(({ topic, kind }) => topic === key.type && kind !== 'event');
        if (mark === undefined) return undefined;
        const { gen, token, shown, heard, events } = mark;
        return { gen, token, shown, prior, heard, events, watched };
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
        update(key, () => ({
          ...{ token: null, leasedUntil: null, suspended: true, shown: false, dueAt },
          ...{ rank: 0, rankedAt: dueAt },
        })),
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

const byAge = { rank: 2, rankedAt: null } as const;

const fresh = {
  ...{ provenGen: null, token: null, leasedUntil: null, shown: false, suspended: false, prior: null },
  ...{ attempts: 0, reason: null, deadSince: null },
};

function ofType(marks: Iterable<MarkRow>, { account, livemode }: Source, type: string): MarkRow[] {
  return [...marks].filter((mark) => mark.account === account && mark.livemode === livemode && mark.type === type);
}

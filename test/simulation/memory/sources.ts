import type { Reached, Sources } from '../../../src/inbox/sources.js';
import { sourceText } from './marks.js';
import type { Memory } from './tables.js';

/** The bound accounts without SQL. */
export function memorySources({ store, sources }: Memory): Sources {
  return {
    bind: (tx, reached) =>
      store.run(tx, () => {
        const news: Reached[] = [];
        for (const { account, livemode, platform } of reached) {
          const one = { account, livemode, platform };
          if (sources.get(sourceText(one)) !== undefined) continue;
          sources.set(sourceText(one), { ...one, boundIn: store.begun });
          news.push(one);
        }
        return news;
      }),
    reachedFrom: (database, homes) =>
      store.run(database, () =>
        [...sources.values()]
          .filter((source) =>
            homes.some(({ account, livemode }) => account === source.platform && livemode === source.livemode),
          )
          .sort(
            (a, b) =>
              Number(a.account !== a.platform) - Number(b.account !== b.platform) ||
              a.boundIn - b.boundIn ||
              (a.account < b.account ? -1 : 1),
          )
          .map(({ account, livemode, platform }) => ({ account, livemode, platform })),
      ),
  };
}

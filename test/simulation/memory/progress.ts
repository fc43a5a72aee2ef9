import type { StoredBackfills } from '../../../src/listing/backfill-progress.js';
import type { Cursors } from '../../../src/feeds/cursors.js';
import type { Source } from '../../../src/kernel/source.js';
import { sourceText } from './marks.js';
import type { Memory } from './tables.js';

/** How far each feed has read, without SQL. */
export function memoryCursors({ store, cursors }: Memory): Cursors {
  return {
    position: (source, feed) => store.run(store.database, () => cursors.get(textOf(source, feed))?.position),
    advance: (source, feed, position) =>
      store.run(store.database, () => {
        const before = cursors.get(textOf(source, feed))?.position;
        if (before === undefined || before < position) cursors.set(textOf(source, feed), { position });
      }),
  };
}

/** How far each backfill has come, without SQL. */
export function memoryBackfills({ store, backfills }: Memory): StoredBackfills {
  return {
    open: (source, type) =>
      store.run(store.database, () => {
        const before = backfills.get(textOf(source, type));
        const state =
          before === undefined || before.finished
            ? { position: null, listed: 0, inserted: 0 }
            : { position: before.position, listed: before.listed, inserted: before.inserted };
        backfills.set(textOf(source, type), { ...state, finished: false });
        return state;
      }),
    advance: (source, type, { position, listed, inserted }) =>
      store.run(store.database, () => {
        const before = backfills.get(textOf(source, type));
        if (before !== undefined) backfills.set(textOf(source, type), { ...before, position, listed, inserted });
      }),
    finish: (source, type) =>
      store.run(store.database, () => {
        const before = backfills.get(textOf(source, type));
        if (before !== undefined) backfills.set(textOf(source, type), { ...before, finished: true });
      }),
  };
}

function textOf(source: Source, what: string): string {
  return `${sourceText(source)} ${what}`;
}

import type { State } from '../../src/engine/state.js';
import type { ObjectKey } from '../../src/kernel/source.js';
import type { Row, Rows } from '../../src/mirror/row.js';
import type { Queryable } from '../../src/store/database.js';
import type { Commit, History } from './check/history.js';
import type { FoundRow } from './check/facts.js';
import type { Timeline } from './timeline.js';

type Noting = { -readonly [Part in keyof Omit<Commit, 'at'>]: Commit[Part][number][] };

/** The same store, telling of every commit what it did. Transactions happen one after the other. */
export function recorded(
  state: State,
  timeline: Pick<Timeline, 'now' | 'busy'>,
  history: History,
  onCursor: () => void,
): State {
  const open = new WeakMap<Queryable, Noting>();
  const into = (tx: Queryable): Noting => {
    const noting = open.get(tx);
    if (noting === undefined) throw new Error('written outside of a transaction');
    return noting;
  };
  const { database, mirror, marks, events, cursors } = state;

  return {
    ...state,
    database: {
      ...database,
      capabilities: database.capabilities,
      async transaction(work) {
        const noting: Noting = { rows: [], sets: [], marked: [], cleared: [], events: [] };
        const transaction = database.transaction(async (tx) => {
          open.set(tx, noting);
          return work(tx);
        });
        const result = await timeline.busy(transaction);
        history.note({ at: timeline.now(), ...noting });
        return result;
      },
    },
    mirror: {
      ...mirror,
      async write(tx, rows) {
        await mirror.write(tx, rows);
        note(into(tx), rows);
      },
      async insertAbsent(tx, rows) {
        const inserted = await mirror.insertAbsent(tx, rows);
        const ids = new Set([...inserted].map((text) => text.split(' ').at(-1)));
        into(tx).rows.push(...rows.filter(({ id }) => ids.has(id)).map(found));
        return inserted;
      },
    },
    marks: {
      ...marks,
      async mark(tx, hints, at) {
        const marked = await marks.mark(tx, hints, at);
        for (const { id } of marked) change(into(tx), id, 'marked', 'cleared');
        return marked;
      },
      async clear(tx, keys: readonly ObjectKey[]) {
        await marks.clear(tx, keys);
        for (const { id } of keys) change(into(tx), id, 'cleared', 'marked');
      },
    },
    cursors: {
      ...cursors,
      async advance(source, feed, position) {
        await cursors.advance(source, feed, position);
        onCursor();
      },
    },
    events: {
      ...events,
      async store(tx, arrivals) {
        const stored = await events.store(tx, arrivals);
        into(tx).events.push(...stored.map(({ id }) => id));
        return stored;
      },
    },
  };
}

function note({ rows, sets }: Noting, written: Rows): void {
  rows.push(...written.rows.map(found));
  sets.push(
    ...written.childSets.map(({ owner, type, ids, provenAt }) => ({ owner, type, ids, proven: provenAt !== null })),
  );
}

function found({ type, id, owner, data, deleted, provenAt }: Row): FoundRow {
  return { type, id, owner, data, deleted, proven: provenAt !== null };
}

function change(noting: Noting, id: string, to: 'marked' | 'cleared', from: 'marked' | 'cleared'): void {
  noting[from] = noting[from].filter((other) => other !== id);
  noting[to].push(id);
}

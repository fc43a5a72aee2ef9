import type { State } from '../../src/engine/state.js';
import { keyText, type ObjectKey, type Source } from '../../src/kernel/source.js';
import type { Row } from '../../src/mirror/row.js';
import type { Database, Queryable } from '../../src/store/database.js';
import type { Commit } from './check/history.js';
import type { FoundRow } from './check/facts.js';
import type { Timeline } from './timeline.js';

type Noting = { -readonly [Part in keyof Omit<Commit, 'at'>]: Commit[Part][number][] };

/** The same store, telling of every commit what it did. Transactions happen one after the other. */
export function recorded(
  state: State,
  timeline: Pick<Timeline, 'now' | 'busy'>,
  note: (account: string, commit: Commit) => void,
  onCursor: (source: Source) => void,
): State {
  const open = new WeakMap<Queryable, Map<string, Noting>>();
  const into = (tx: Queryable, account: string): Noting => {
    const notings = open.get(tx);
    if (notings === undefined) throw new Error('written outside of a transaction');
    let noting = notings.get(account);
    if (noting === undefined)
      notings.set(account, (noting = { rows: [], sets: [], marked: [], cleared: [], events: [] }));
    return noting;
  };
  const { database, mirror, marks, events, cursors } = state;

  const noted: Database = {
    ...database,
    capabilities: database.capabilities,
    async transaction(work) {
      const notings = new Map<string, Noting>();
      const transaction = database.transaction(async (tx) => {
        open.set(tx, notings);
        return work(tx);
      });
      const result = await timeline.busy(transaction);
      for (const [account, noting] of notings) note(account, { at: timeline.now(), ...noting });
      return result;
    },
    within: () => noted,
  };

  return {
    ...state,
    database: noted,
    mirror: {
      ...mirror,
      async write(tx, rows) {
        const replaced = await mirror.write(tx, rows);
        for (const row of rows.rows) into(tx, row.account).rows.push(found(row));
        for (const { account, owner, type, ids, provenAt } of rows.childSets)
          into(tx, account).sets.push({ owner, type, ids, proven: provenAt !== null });
        return replaced;
      },
      async insertAbsent(tx, rows) {
        const inserted = await mirror.insertAbsent(tx, rows);
        for (const row of rows) if (inserted.has(keyText(row))) into(tx, row.account).rows.push(found(row));
        return inserted;
      },
    },
    marks: {
      ...marks,
      async mark(tx, hints, at) {
        const marked = await marks.mark(tx, hints, at);
        for (const { account, id } of marked) change(into(tx, account), id, 'marked', 'cleared');
        return marked;
      },
      async clear(tx, keys: readonly ObjectKey[]) {
        await marks.clear(tx, keys);
        for (const { account, id } of keys) change(into(tx, account), id, 'cleared', 'marked');
      },
    },
    cursors: {
      ...cursors,
      async advance(source, feed, position) {
        await cursors.advance(source, feed, position);
        onCursor(source);
      },
    },
    events: {
      ...events,
      async store(tx, arrivals) {
        const stored = await events.store(tx, arrivals);
        for (const { account, id } of stored) into(tx, account).events.push(id);
        return stored;
      },
    },
  };
}

function found({ account, type, id, owner, data, deleted, provenAt }: Row): FoundRow {
  return { account, type, id, owner, data, deleted, proven: provenAt !== null };
}

function change(noting: Noting, id: string, to: 'marked' | 'cleared', from: 'marked' | 'cleared'): void {
  noting[from] = noting[from].filter((other) => other !== id);
  noting[to].push(id);
}

import type { Database, Queryable } from '../../../src/store/database.js';

/**
 * What the ports in this folder keep their tables in: JavaScript maps behind one mutex. A transaction holds the mutex
 * from its beginning to its end, so transactions happen one after the other, as they do on the embedded database.
 */
export interface Store {
  readonly database: Database;
  /** Draws gens and tokens. Like a sequence it never goes back, not even when a transaction does. */
  tick(): number;
  /** How many transactions have begun: what was written in one began at one time. */
  readonly begun: number;
  /** In the open transaction that `target` is, or, where it is a database (this one, or a wrap of it), in one of its own. */
  run<T>(target: Queryable, work: () => T): Promise<T>;
  table<Row extends object>(): Table<Row>;
}

/** Rows are never changed in place: whoever read one keeps what it read. */
export interface Table<Row extends object> {
  get(key: string): Row | undefined;
  values(): IterableIterator<Row>;
  set(key: string, row: Row): void;
  delete(key: string): void;
}

export function createStore(): Store {
  let open: Transaction | undefined;
  const issued = new WeakSet<Queryable>();
  let tail: Promise<void> = Promise.resolve();
  let ticks = 0;
  let begun = 0;

  const transaction = async <T>(work: (tx: Queryable) => T | Promise<T>): Promise<T> => {
    const before = tail;
    let release = (): void => {};
    tail = new Promise((resolve) => (release = resolve));
    await before;
    begun += 1;
    const mine: Transaction = { tx: noSql(), undo: [] };
    mine.tx = { ...mine.tx, ...savepoints(mine.undo) };
    issued.add(mine.tx);
    open = mine;
    try {
      return await work(mine.tx);
    } catch (error) {
      for (const undo of mine.undo.reverse()) undo();
      throw error;
    } finally {
      open = undefined;
      release();
    }
  };

  const database: Database = {
    ...noSql(),
    capabilities: { concurrent: true },
    transaction,
    within: () => database,
    close: async () => {},
  };

  return {
    database,
    tick: () => (ticks += 1),
    get begun() {
      return begun;
    },
    async run(target, work) {
      if (target === open?.tx) return work();
      if (issued.has(target)) throw new Error('this transaction is over');
      return transaction(work);
    },
    table<Row extends object>(): Table<Row> {
      const rows = new Map<string, Row>();
      const put = (key: string, row: Row | undefined): void =>
        void (row === undefined ? rows.delete(key) : rows.set(key, row));
      const change = (key: string, row: Row | undefined): void => {
        const before = rows.get(key);
        open?.undo.push(() => put(key, before));
        put(key, row);
      };
      return {
        get: (key) => rows.get(key),
        values: () => rows.values(),
        set: change,
        delete: (key) => change(key, undefined),
      };
    },
  };
}

/** As much of SQL as a change hook is run in: its savepoint, and the limit of its statements. */
function savepoints(undo: (() => void)[]): Queryable {
  const refuse = noSql();
  let savedAt = 0;
  return {
    query: <Row>(statement: Parameters<Queryable['query']>[0]) =>
      statement.text.includes('statement_timeout')
        ? Promise.resolve([{ was: '0' }] as Row[])
        : refuse.query<Row>(statement),
    async script(text) {
      if (text.startsWith('savepoint hook;')) savedAt = undo.length;
      else if (text === 'rollback to savepoint hook; release savepoint hook')
        for (const one of undo.splice(savedAt).reverse()) one();
      else if (text !== 'release savepoint hook') await refuse.script(text);
    },
  };
}

interface Transaction {
  tx: Queryable;
  undo: (() => void)[];
}

function noSql(): Queryable {
  const refuse = (): Promise<never> => Promise.reject(new Error('the store in memory speaks no SQL'));
  return { query: refuse, script: refuse };
}

import type { Database, Queryable } from '../../store/database.js';
import { planFreely } from '../../store/session-settings.js';

/**
 * The same database for statements that read whole tables and compare them with many ids. Ours are planned to look up few
 * rows by key: with thousands of ids, each row would be compared with every one of them.
 */
export function freely(database: Database): Queryable {
  const inTransaction = <T>(work: (tx: Queryable) => Promise<T>): Promise<T> =>
    database.transaction(async (tx) => {
      await tx.script(planFreely);
      return work(tx);
    });
  return {
    query: (statement) => inTransaction((tx) => tx.query(statement)),
    script: (text) => inTransaction((tx) => tx.script(text)),
  };
}

import { LockstepError } from '../kernel/error.js';
import type { Queryable } from '../store/database.js';
import { planFreely } from '../store/session-settings.js';
import { sql } from '../store/sql.js';
import type { HookTransaction } from './hook.js';

/** A transaction for a hook, and a function that ends the hook's use of it. */
export interface Lent {
  tx: HookTransaction;
  /** After this call, the transaction refuses every statement of the hook, even if the hook still runs. */
  readonly end: () => void;
}

export function lend(tx: Queryable): Lent {
  let over = false;
  return {
    end: () => void (over = true),
    tx: {
      async query<Row>(statement: string, values: readonly unknown[] = []): Promise<Row[]> {
        if (over) throw new LockstepError('stopped', 'This hook run is over, and so is its transaction');
        if (transactionCommand.test(statement)) {
          throw new LockstepError('request_invalid', 'A hook may not begin or end a transaction', {
            hint: 'return to commit, throw to roll back',
          });
        }
        return tx.query<Row>({ text: statement, values });
      },
    },
  };
}

// Query builders and tracers may put comments before the command. PostgreSQL refuses a text with two statements.
const transactionCommand =
  /^(?:\s|;|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare)\b/i;

/**
 * Runs `work` in a savepoint: if it throws, its own writes are undone, and nothing else. Each of its statements may
 * take `statementMs` (PostgreSQL; the embedded database cannot interrupt a statement).
 */
export async function inSavepoint(tx: Queryable, statementMs: number, work: () => Promise<void>): Promise<void> {
  await tx.script(`savepoint hook; ${planFreely}`);
  try {
    const was = await limitStatements(tx, statementMs);
    tx.patience?.(statementMs);
    await work().finally(() => tx.patience?.(undefined));
    await tx.query(sql`select set_config('statement_timeout', ${was}, true)`);
    await tx.script('release savepoint hook');
  } catch (error) {
    // The limit was set inside the savepoint, so the rollback undoes it.
    await tx.script('rollback to savepoint hook; release savepoint hook');
    throw error;
  }
}

async function limitStatements(tx: Queryable, ms: number): Promise<string> {
  const [row] = await tx.query<{ was: string }>(sql`
    with limits as materialized (select current_setting('statement_timeout') as was)
    select was, set_config('statement_timeout', ${String(ms)}, true) from limits`);
  return row?.was ?? '0';
}

/**
 * The change feed: a row of `lockstep.changes` for each proof that changed an object. In reading order:
 *
 * - `changes` writes the rows, in the transaction of the proof, and reads them by cursor.
 * - `upkeep` makes its partitions and deletes what has expired.
 * - `migrations/0016-changes.sql` has the order of the rows, and why a reader cannot skip one.
 * - `watch` looks for new changes once for all readers of a process. `holder` says who holds the readers back.
 */
import { LockstepError, type ErrorCode } from '../kernel/error.js';
import type { ObjectKey } from '../kernel/source.js';
import type { ProvenChange } from '../mirror/change.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';

/** A change that is not written yet. */
export interface NewChange extends ObjectKey, Pick<ProvenChange, 'kind' | 'fields'> {
  provenAt: Date;
  /** The ids of the events that led to it. */
  events: readonly string[];
}

/** A change, as a reader gets it. */
export interface KeptChange extends ObjectKey {
  /** Where the reader is after this change. */
  cursor: string;
  /** Its number. The numbers of changes that commit together rise; those of others may not, so it is not a cursor. */
  sequence: number;
  kind: ProvenChange['kind'];
  /** Of an update, the top-level fields that differ. */
  changed: string[];
  provenAt: Date;
  /** The ids of the events that led to it. Empty: a listing or another object's change did. */
  events: string[];
}

/** The feed of proven changes. */
export interface Changes {
  /** The statement that writes changes, for the transaction of their proof. */
  statement(changes: readonly NewChange[]): Sql;
  /** The statement that writes that a listing has inserted these objects of one type, for the transaction that did. */
  insertedStatement(type: Omit<ObjectKey, 'id'>, ids: readonly string[], provenAt: Date): Sql;
  /**
   * Gives the transaction its place in the order of the feed. Needed before a statement that proves objects without a
   * claim, so that a proof by claim cannot get an earlier place although it comes later.
   */
  takePlace(tx: Queryable): Promise<void>;
  /** Begins the feed. If the database was restored, moved or failed over, begins it again and returns true. */
  begin(): Promise<boolean>;
  /** The cursor after every change that can be read now. @throws cursor_foreign */
  now(): Promise<string>;
  /**
   * The changes after a cursor, in order. `oldest` is before all that is kept.
   * @throws cursor_invalid, cursor_expired, cursor_foreign
   */
  after(cursor: string, limit: number): Promise<KeptChange[]>;
  /** Sends `NOTIFY lockstep_changes` with the cursor, unless a process has sent one for it. */
  notify(cursor: string): Promise<void>;
}

export function createChanges(database: Database): Changes {
  return {
    statement: insertChanges,
    insertedStatement: insertInserted,
    async takePlace(tx) {
      await tx.query(sql`select pg_current_xact_id()`);
    },
    async begin() {
      const [row] = await database.query<{ begun: boolean }>(sql`select lockstep.begin_change_feed() as begun`);
      return row?.begun === true;
    },
    async now() {
      const [row] = await database
        .query<{ cursor: string }>(sql`select lockstep.changes_now() as cursor`)
        .catch(explained);
      return (row as { cursor: string }).cursor;
    },
    async notify(cursor) {
      await database.query(sql`select lockstep.notify_changes(${cursor})`);
    },
    after: (cursor, limit) => database.query<KeptChange>(selectAfter(cursor, limit)).catch(explained),
  };
}

const insertChanges = (changes: readonly NewChange[]): Sql => sql`
  insert into lockstep.changes (account, livemode, type, id, kind, changed, proven_at, events)
  select account, livemode, type, id, kind, fields, "provenAt", events
  from jsonb_to_recordset(${json(changes.map(columnsOf))}::jsonb)
    as r(account text, livemode boolean, type text, id text, kind text, fields text[], "provenAt" timestamptz, events text[])`;

// A backfill writes hundreds at once. What they share is bound once.
const insertInserted = (
  { account, livemode, type }: Omit<ObjectKey, 'id'>,
  ids: readonly string[],
  provenAt: Date,
): Sql => sql`
  insert into lockstep.changes (account, livemode, type, id, kind, proven_at)
  select ${account}, ${livemode}, ${type}, id, 'created', ${provenAt}::timestamptz
  from jsonb_array_elements_text(${json(ids)}::jsonb) as id`;

function columnsOf({ account, livemode, type, id, kind, fields, provenAt, events }: NewChange): NewChange {
  return { account, livemode, type, id, kind, fields, provenAt, events };
}

const selectAfter = (cursor: string, limit: number): Sql => sql`
  select cursor, sequence, account, livemode, type, id, kind, changed, proven_at as "provenAt", events
  from lockstep.changes_after(${cursor}, ${limit}::integer)`;

/** What the functions of the feed raise: `migrations/0016-changes.sql`. */
const codes: Readonly<Record<string, ErrorCode>> = {
  LSC01: 'cursor_invalid',
  LSC02: 'cursor_expired',
  LSC03: 'cursor_foreign',
};

function explained(error: unknown): never {
  const { code, message, hint } = (error ?? {}) as { code?: unknown; message?: unknown; hint?: unknown };
  const known = typeof code === 'string' ? codes[code] : undefined;
  if (known === undefined) throw error;
  throw new LockstepError(known, String(message), { ...(typeof hint === 'string' ? { hint } : {}), cause: error });
}

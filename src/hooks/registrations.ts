import { LockstepError } from '../kernel/error.js';
import type { ObjectKey } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
import type { Hook, HookKind } from './hook.js';

/** A hook and an object that it watches, for the code that proves the object. */
export interface Watching {
  key: ObjectKey;
  name: string;
  kind: Extract<HookKind, 'change' | 'after'>;
  backfill: boolean;
  since: Date;
  /** Whether earlier changes of the object still wait for it. */
  waiting: boolean;
}

/** The hooks of all processes, as the database knows them. */
export interface Registrations {
  /**
   * Adds the hooks, or notes that they are still run.
   * @throws option_invalid a name belongs to a hook of another kind or type that has pending deliveries
   */
  register(hooks: readonly Hook[], now: Date): Promise<void>;
  /** Forgets hooks that no process has run since then, with their deliveries. Returns their names. */
  forget(before: Date): Promise<string[]>;
  /** The hooks that watch these objects. */
  watching(tx: Queryable, keys: readonly ObjectKey[]): Promise<Watching[]>;
}

export function createRegistrations(database: Database): Registrations {
  return {
    async register(hooks, now) {
      await database.transaction(async (tx) => {
        const [taken] = await tx.query<{ name: string; kind: string; topic: string }>(takenNames(hooks));
        if (taken !== undefined) {
          throw new LockstepError(
            'option_invalid',
            `The name ${taken.name} belongs to the hook ${taken.kind} ${taken.topic}, which has pending deliveries`,
            { hint: 'give the new hook another name' },
          );
        }
        await tx.query(upsertHooks(hooks, now));
      });
    },
    async forget(before) {
      const rows = await database.query<{ name: string }>(
        sql`delete from lockstep.hooks where seen_at < ${before}::timestamptz returning name`,
      );
      return rows.map(({ name }) => name);
    },
    async watching(tx, keys) {
      const rows = await tx.query<ObjectKey & Omit<Watching, 'key'>>(selectWatching(keys));
      return rows.map(({ account, livemode, type, id, ...hook }) => ({
        key: { account, livemode, type, id },
        ...hook,
      }));
    },
  };
}

const takenNames = (hooks: readonly Hook[]): Sql => sql`
  select h.name, h.kind, h.topic
  from lockstep.hooks h
  join jsonb_to_recordset(${json(hooks)}::jsonb) as r(name text, kind text, topic text) on r.name = h.name
  where (r.kind, r.topic) <> (h.kind, h.topic)
    and exists (select from lockstep.hook_deliveries d where d.hook = h.name)
  limit 1`;

const upsertHooks = (hooks: readonly Hook[], now: Date): Sql => sql`
  insert into lockstep.hooks as h (name, kind, topic, endpoint, backfill, since, seen_at)
  select name, kind, topic, endpoint, backfill, ${now}::timestamptz, ${now}::timestamptz
  from jsonb_to_recordset(${json(hooks)}::jsonb)
    as r(name text, kind text, topic text, endpoint text, backfill boolean)
  order by name
  on conflict (name) do update
  set kind = excluded.kind, topic = excluded.topic, endpoint = excluded.endpoint, backfill = excluded.backfill,
      seen_at = excluded.seen_at,
      since = case when (h.kind, h.topic) = (excluded.kind, excluded.topic) then h.since else excluded.since end`;

const selectWatching = (keys: readonly ObjectKey[]): Sql => sql`
  select r.account, r.livemode, r.type, r.id, h.name, h.kind, h.backfill, h.since,
    exists (select from lockstep.hook_deliveries d
            where d.hook = h.name and d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id)
      as waiting
  from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text)
  join lockstep.hooks h on h.topic = r.type and h.kind in ('change', 'after')
  order by r.id, h.since, h.name`;

import { catalogOf } from '../../catalog/catalog.js';
import { impossible } from '../../inbox/mark-statements.js';
import type { Claim } from '../../inbox/marks.js';
import type { ObjectKey, Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql, type Sql } from '../../store/sql.js';

/** A mark that may be claimed now. `platform` is the account whose key reads the object. */
export interface WaitingMark extends ObjectKey {
  platform: string;
}

export interface WaitingOptions {
  now: Date;
  /** The accounts whose keys this process has. */
  homes: readonly Source[];
  /** Only marks that no hint has moved since this gen was drawn. */
  upTo: number;
  /** The most marks of each type. */
  limit: number;
}

export interface ClaimListedOptions extends Pick<WaitingOptions, 'now' | 'upTo'> {
  leaseMs: number;
}

/** The statements about many marks of one type at once. */
export interface PageMarks {
  /** Draws a gen. Every later hint has a larger one. */
  tick(): Promise<number>;
  /** Marks that wait, the longest due of every type. */
  waiting(options: WaitingOptions): Promise<WaitingMark[]>;
  /** When Stripe made the objects of one type, in seconds, by their ids. Without those that have no row. */
  created(source: Source, type: string, ids: readonly string[]): Promise<Map<string, number>>;
  /**
   * Claims the objects that wait, have settled, and are not urgent. A mark has settled if no hint has moved it since `upTo`
   * was drawn, and if it has outlived no proof: then it is younger than every proof of its object. A hint may come while
   * this runs, so a claim whose gen is above `upTo` has not settled. The claims are committed when this resolves.
   */
  claim(keys: readonly WaitingMark[], options: ClaimListedOptions): Promise<Claim[]>;
}

export function createPageMarks(database: Database, schema: string): PageMarks {
  return {
    async tick() {
      const [row] = await database.query<{ gen: number }>(sql`select nextval('lockstep.tick') as gen`);
      return row?.gen ?? 0;
    },
    waiting: (options) => database.query<WaitingMark>(selectWaiting(options)),
    async created(source, type, ids) {
      const table = catalogOf(type)?.table;
      if (table == null) return new Map();
      const rows = await database.query<{ id: string; created: number }>(
        selectCreated(name(schema, table), source, ids),
      );
      return new Map(rows.map(({ id, created }) => [id, created]));
    },
    claim: (keys, options) => database.query<Claim>(claimListed(keys, options)),
  };
}

// Each row is looked up by its key, whatever the planner knows about the table: it never turns a lateral part with a limit
// around.
const selectWaiting = ({ now, homes, upTo, limit }: WaitingOptions): Sql => sql`
  select c.account, c.livemode, c.type, c.id, c.platform
  from lockstep.claimable_marks('backlog', ${json(homes)}::jsonb, '[]'::jsonb, ${limit}::integer,
    ${now}::timestamptz, ${impossible(now)}::timestamptz, ${now}::timestamptz, ${now}::timestamptz) c
  cross join lateral (
    select d.gen, d.proven_gen, d.rank from lockstep.dirty d
    where d.account = c.account and d.livemode = c.livemode and d.type = c.type and d.id = c.id limit 1
  ) d
  where d.gen <= ${upTo}::bigint and d.proven_gen is null and d.rank > 0`;

const selectCreated = (table: Sql, { account, livemode }: Source, ids: readonly string[]): Sql => sql`
  select r.id, extract(epoch from m.created)::float8 as created
  from jsonb_array_elements_text(${json(ids)}::jsonb) as r(id)
  cross join lateral (
    select m.created from ${table} m where m.account = ${account} and m.livemode = ${livemode} and m.id = r.id limit 1
  ) m
  where m.created is not null`;

// `claim_mark` checks again, under the lock, whether the mark may be claimed. If another worker has claimed and settled it in
// between, and it still stands, its gen was drawn since then.
const claimListed = (keys: readonly WaitingMark[], { now, leaseMs, upTo }: ClaimListedOptions): Sql => sql`
  select c.account, c.livemode, c.type, c.id, c.platform, c.gen, c.token, c.parents, c.attempts, c.heard, c.once,
    c.hinted_at as "hintedAt", c.lane
  from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text, platform text)
  cross join lateral (
    select d.id from lockstep.dirty d
    where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
      and d.gen <= ${upTo}::bigint and d.proven_gen is null and d.rank > 0
      and (d.leased_until is null or d.leased_until < ${now}::timestamptz or d.leased_until > ${impossible(now)}::timestamptz)
    limit 1
  ) settled
  cross join lateral lockstep.claim_mark(r.account, r.livemode, r.type, settled.id, r.platform, 'backlog', ${now}::timestamptz,
    ${new Date(now.getTime() + leaseMs)}::timestamptz, ${impossible(now)}::timestamptz) c`;

import { catalogOf, ownedObjects, ownersOf } from '../catalog/catalog.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { name, sql, trusted, type Sql } from '../store/sql.js';
import type { StripeObject } from '../stripe/gateway.js';
import { childTypes, type ChildSet, type Row, type MirrorRows } from './row.js';
import { compareKeys, keyText, type ObjectKey, type Source } from '../kernel/source.js';

/** A row as it stands. */
export interface Mirrored {
  data: StripeObject;
  deleted: boolean;
  provenAt: Date | null;
  asOf: Date;
}

/** A row and its mark, seen in one statement. */
export interface Marked {
  row: Mirrored | undefined;
  marked: boolean;
}

/** A child's row as it stands below its owner. */
export interface Child {
  type: string;
  id: string;
  data: StripeObject;
  deleted: boolean;
}

/** For `asOf` of a scan: every row, however young. */
export const HOWEVER_YOUNG = new Date(253_402_300_799_000);

/** Which rows of a type a scan walks through, in the order of their ids. */
export interface Scan {
  source: Source;
  type: string;
  /** Rows beyond this id. */
  after: string;
  /** Last known at this moment or before. */
  asOf: Date;
  limit: number;
}

/** The tables of Stripe's objects in one schema. Every write happens inside the caller's transaction. */
export interface Mirror {
  readonly schema: string;
  /** Rows that stand, by `keyText`. Objects of a type without a table are never there. */
  read(tx: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Mirrored>>;
  /**
   * The object as it was proven last, even if a snapshot is shown over that. null: nothing was proven, or it is gone.
   */
  readProven(database: Queryable, key: ObjectKey): Promise<StripeObject | null>;
  /** Writes rows over what stands, and tombstones the children that are no longer in their owner's set. */
  write(tx: Queryable, rows: MirrorRows): Promise<void>;
  /** For each key its row and whether it is marked, as of one moment. */
  readMarked(database: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Marked>>;
  /**
   * Inserts rows of one page of a listing (one source, type and time; none owned, none deleted) where neither a row nor a mark
   * stands; says which, by `keyText`. A mark made while this runs is proven by a read that begins later than whatever
   * brought these rows.
   */
  insertAbsent(tx: Queryable, rows: readonly Row[]): Promise<Set<string>>;
  /** Rows that are no tombstones. */
  scan(database: Queryable, scan: Scan): Promise<{ id: string; marked: boolean }[]>;
  /** The children of each owner, by the owner's `keyText`. */
  children(database: Queryable, owners: readonly ObjectKey[]): Promise<Map<string, Child[]>>;
  /**
   * Ids of owners that standing children name, and that have no row, nor a mark, in any of the tables whose objects may
   * own such children. Said of `owner`'s type where it is the first of these.
   */
  orphans(database: Queryable, source: Source, owner: string, child: string): Promise<string[]>;
  /** Standing rows of a type that name the object in this column; of those in one of these states, where any is given. */
  naming(
    tx: Queryable,
    key: ObjectKey,
    which: { type: string; column: string; status?: readonly string[] },
  ): Promise<{ id: string; data: StripeObject }[]>;
  /** Some object of the type that is proven and no tombstone; one that is marked only where there is no other. */
  someProven(database: Queryable, source: Source, type: string): Promise<{ id: string; marked: boolean } | undefined>;
}

export function createMirror(schema: string): Mirror {
  return {
    schema,
    async read(tx, keys) {
      const found = new Map<string, Mirrored>();
      for (const [type, members] of byType(keys)) {
        const table = tableOf(type);
        if (table === undefined) continue;
        const rows = await tx.query<
          Omit<ObjectKey, 'type'> & { data: StripeObject; deleted: boolean; proven_at: Date | null; as_of: Date }
        >(selectRows(name(schema, table), members));
        for (const row of rows) {
          const { data, deleted } = row;
          found.set(keyText({ ...row, type }), { data, deleted, provenAt: row.proven_at, asOf: row.as_of });
        }
      }
      return found;
    },
    async write(tx, { rows, childSets }) {
      for (const [type, members] of byType(rows)) {
        const table = tableOf(type);
        if (table === undefined) continue;
        await tx.query((ownedObjects.has(type) ? upsertChildren : upsertRows)(name(schema, table), members));
      }
      for (const [type, sets] of byType(childSets)) {
        const table = tableOf(type);
        if (table !== undefined) await tx.query(tombstoneMissing(name(schema, table), type, sets));
      }
    },
    async readProven(database, { account, livemode, type, id }) {
      const table = tableName(schema, type);
      if (table === undefined) return null;
      const [row] = await database.query<{ proven: StripeObject | null }>(sql`
        select case when m.proven_at is null then d.prior -> 'data' when not m.deleted then m.data end as proven
        from ${table} m
        left join lockstep.dirty d on d.account = m.account and d.livemode = m.livemode and d.type = ${type} and d.id = m.id
        where m.account = ${account} and m.livemode = ${livemode} and m.id = ${id}`);
      return row?.proven ?? null;
    },
    async readMarked(database, keys) {
      const found = new Map<string, Marked>();
      for (const [type, members] of byType(keys)) {
        const rows = await database.query<MarkedRow>(selectMarked(tableName(schema, type), type, members));
        for (const { data, deleted, proven_at: provenAt, as_of: asOf, marked, ...key } of rows) {
          const row =
            asOf === null ? undefined : { data: data as StripeObject, deleted: deleted === true, provenAt, asOf };
          found.set(keyText({ ...key, type }), { row, marked });
        }
      }
      return found;
    },
    async insertAbsent(tx, rows) {
      const [first] = rows;
      const table = first && tableName(schema, first.type);
      if (first === undefined || table === undefined) return new Set();
      const sorted = [...rows].sort(compareKeys);
      const inserted = await tx.query<{ id: string }>(insertAbsent(table, first, sorted));
      return new Set(inserted.map(({ id }) => keyText({ ...first, id })));
    },
    async scan(database, { source, type, after, asOf, limit }) {
      const table = tableName(schema, type);
      if (table === undefined) return [];
      return database.query(sql`
        select m.id, d.id is not null as marked from ${table} m
        left join lockstep.dirty d on d.account = m.account and d.livemode = m.livemode and d.type = ${type} and d.id = m.id
        where m.account = ${source.account} and m.livemode = ${source.livemode} and m.id > ${after}
          and not m.deleted and m.as_of <= ${asOf}::timestamptz
        order by m.id limit ${limit}`);
    },
    async children(database, owners) {
      const found = new Map<string, Child[]>();
      for (const [type, members] of byType(owners)) {
        for (const child of childTypes(type)) {
          const table = tableName(schema, child);
          if (table === undefined) continue;
          const rows = await database.query<Omit<Child, 'type'> & Source & { owner: string }>(
            selectChildren(table, members),
          );
          for (const { account, livemode, owner, ...row } of rows) {
            const text = keyText({ account, livemode, type, id: owner });
            found.set(text, [...(found.get(text) ?? []), { ...row, type: child }]);
          }
        }
      }
      return found;
    },
    async orphans(database, { account, livemode }, owner, child) {
      const owners = ownersOf(child);
      const table = tableName(schema, child);
      if (table === undefined || owners[0] !== owner) return [];
      const standing = owners.flatMap((type) => {
        const of = tableName(schema, type);
        return of === undefined ? [] : [isThere(of, type)];
      });
      const rows = await database.query<{ owner: string }>(sql`
        select distinct c.owner from ${table} c
        where c.account = ${account} and c.livemode = ${livemode} and not c.deleted
          ${standing.reduce((all, one) => sql`${all} and not ${one}`, trusted(''))}
        limit 1000`);
      return rows.map(({ owner: id }) => id);
    },
    async naming(tx, { account, livemode, id }, { type, column, status }) {
      const table = tableName(schema, type);
      if (table === undefined) return [];
      return tx.query(sql`
        select m.id, m.data from ${table} m
        where m.account = ${account} and m.livemode = ${livemode} and m.${name(column)} = ${id} and not m.deleted
          and (${status === undefined} or ${json(status ?? [])}::jsonb ? (m.data ->> 'status'))`);
    },
    async someProven(database, { account, livemode }, type) {
      const table = tableName(schema, type);
      if (table === undefined) return undefined;
      const proven = sql`
        from ${table} m
        where m.account = ${account} and m.livemode = ${livemode} and m.proven_at is not null and not m.deleted`;
      const [row] = await database.query<{ id: string; marked: boolean }>(sql`
        (select m.id, false as marked ${proven}
           and not exists (select from lockstep.dirty d where d.account = m.account and d.livemode = m.livemode
                           and d.type = ${type} and d.id = m.id)
         limit 1)
        union all (select m.id, true ${proven} limit 1)
        order by marked limit 1`);
      return row;
    },
  };
}

type MarkedRow = Omit<ObjectKey, 'type'> & {
  data: StripeObject | null;
  deleted: boolean | null;
  proven_at: Date | null;
  as_of: Date | null;
  marked: boolean;
};

function tableName(schema: string, type: string): Sql | undefined {
  const table = tableOf(type);
  return table === undefined ? undefined : name(schema, table);
}

function tableOf(type: string): string | undefined {
  return catalogOf(type)?.table ?? undefined;
}

// Sorted, so that two writers meet the same rows in the same order and cannot deadlock.
function byType<T extends ObjectKey>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of [...items].sort(compareKeys)) {
    const group = groups.get(item.type);
    if (group === undefined) groups.set(item.type, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

const selectRows = (table: Sql, keys: readonly ObjectKey[]): Sql => sql`
  select r.account, r.livemode, r.id, m.data, m.deleted, m.proven_at, m.as_of
  from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, id text)
  join ${table} m on m.account = r.account and m.livemode = r.livemode and m.id = r.id`;

const isThere = (table: Sql, type: string): Sql => sql`(
  exists (select from ${table} o where o.account = c.account and o.livemode = c.livemode and o.id = c.owner and not o.deleted)
  or exists (select from lockstep.dirty d where d.account = c.account and d.livemode = c.livemode
             and d.type = ${type} and d.id = c.owner))`;

const selectMarked = (table: Sql | undefined, type: string, keys: readonly ObjectKey[]): Sql => sql`
  select r.account, r.livemode, r.id, m.data, m.deleted, m.proven_at, m.as_of, d.id is not null as marked
  from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, id text)
  left join ${table ?? noRows} m on m.account = r.account and m.livemode = r.livemode and m.id = r.id
  left join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = ${type} and d.id = r.id`;

// A type without a table has marks at most.
const noRows = trusted(
  `(select null::text as account, null::boolean as livemode, null::text as id, null::jsonb as data, null::boolean as deleted,
    null::timestamptz as proven_at, null::timestamptz as as_of where false)`,
);

// What a page has in common is bound once: with little else than `data` to take apart, PostgreSQL is a fifth faster.
const insertAbsent = (table: Sql, { account, livemode, type, provenAt, asOf }: Row, rows: readonly Row[]): Sql => sql`
  insert into ${table} (account, livemode, id, data, proven_at, as_of)
  select r.account, r.livemode, r.id, r.data, ${provenAt}::timestamptz, ${asOf}::timestamptz
  from (
    select ${account}::text as account, ${livemode}::boolean as livemode, e ->> 0 as id, e -> 1 as data
    from jsonb_array_elements(${json(rows.map(({ id, data }) => [id, data]))}::jsonb) as e
  ) r
  where not exists (select from lockstep.dirty d where d.account = r.account and d.livemode = r.livemode
                    and d.type = ${type} and d.id = r.id)
  on conflict (account, livemode, id) do nothing
  returning id`;

const selectChildren = (table: Sql, owners: readonly ObjectKey[]): Sql => sql`
  select c.account, c.livemode, c.owner, c.id, c.data, c.deleted
  from jsonb_to_recordset(${json(owners)}::jsonb) as r(account text, livemode boolean, id text)
  join ${table} c on c.account = r.account and c.livemode = r.livemode and c.owner = r.id`;

/**
 * What is shown takes the place of a proof only where it is younger: a listing may have inserted the proof since the
 * row was looked up, and then no prior state is kept of it.
 */
const mayReplace = trusted('excluded.proven_at is not null or m.proven_at is null or m.as_of < excluded.as_of');

// One jsonb parameter instead of arrays: twice the rows a second of unnest, with fewer casts.
const upsertRows = (table: Sql, rows: readonly Row[]): Sql => sql`
  insert into ${table} as m (account, livemode, id, data, deleted, proven_at, as_of)
  select account, livemode, id, data, deleted, "provenAt", "asOf"
  from jsonb_to_recordset(${json(rows)}::jsonb)
    as r(account text, livemode boolean, id text, data jsonb, deleted boolean, "provenAt" timestamptz, "asOf" timestamptz)
  on conflict (account, livemode, id) do update
  set data = excluded.data, deleted = excluded.deleted, proven_at = excluded.proven_at, as_of = excluded.as_of
  where ${mayReplace}`;

const upsertChildren = (table: Sql, rows: readonly Row[]): Sql => sql`
  insert into ${table} as m (account, livemode, owner, id, data, deleted, proven_at, as_of)
  select account, livemode, owner, id, data, deleted, "provenAt", "asOf"
  from jsonb_to_recordset(${json(rows)}::jsonb)
    as r(account text, livemode boolean, owner text, id text, data jsonb, deleted boolean, "provenAt" timestamptz, "asOf" timestamptz)
  on conflict (account, livemode, owner, id) do update
  set data = excluded.data, deleted = excluded.deleted, proven_at = excluded.proven_at, as_of = excluded.as_of
  where ${mayReplace}`;

const tombstoneMissing = (table: Sql, type: string, sets: readonly ChildSet[]): Sql => sql`
  update ${table} c
  set deleted = true, proven_at = r."provenAt", as_of = r."asOf",
      data = jsonb_build_object('id', c.id, 'object', ${type}::text, 'deleted', true)
  from jsonb_to_recordset(${json(sets)}::jsonb)
    as r(account text, livemode boolean, owner text, ids jsonb, "provenAt" timestamptz, "asOf" timestamptz)
  where c.account = r.account and c.livemode = r.livemode and c.owner = r.owner
    and (not c.deleted or (c.proven_at is null and r."provenAt" is not null)) and not r.ids ? c.id
    and (r."provenAt" is not null or c.proven_at is null or c.as_of < r."asOf")`;

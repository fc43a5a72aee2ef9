import { catalogOf } from '../../catalog/catalog.js';
import { keyText, type ObjectKey, type Source } from '../../kernel/source.js';
import { isAsProven, isEdited } from '../../mirror/digest.js';
import { childTypes } from '../../mirror/row.js';
import type { Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql, trusted, type Sql } from '../../store/sql.js';
import type { Evidence } from './cause.js';

/** What is known of one type of an account, whatever object differs. */
export interface TypeEvidence {
  /** When the account became known: no earlier event can have come. null: it is not known. */
  boundAt: Date | null;
  /** When the type was last equal to Stripe as a whole; null: never. */
  equalAt: Date | null;
  /** Whether it was loaded once. What the first listing finds was never in the mirror, so it is no drift. */
  isLoaded: boolean;
  /** When the mirror's tables were first made for the version of Stripe's API that they are of; null: there was no other. */
  versionSince: Date | null;
}

/** What is stored about objects that differ, to find the cause. */
export interface EvidenceReader {
  /** Of objects of one type, by `keyText`, as of one moment. */
  ofObjects(database: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Evidence>>;
  ofType(database: Queryable, source: Source, type: string): Promise<TypeEvidence>;
}

export function createEvidenceReader(mirrorSchema: string): EvidenceReader {
  return {
    async ofObjects(database, keys) {
      const type = keys[0]?.type;
      const table = type === undefined ? null : catalogOf(type)?.table;
      if (type === undefined || table == null) return new Map();
      const rows = await database.query<FoundEvidence>(selectEvidence(mirrorSchema, type, table, keys));
      return new Map(rows.map((row) => [keyText({ ...row, type }), evidenceOf(row)]));
    },
    async ofType(database, source, type) {
      const [row] = await database.query<TypeEvidence>(selectTypeEvidence(source, type));
      return row ?? { boundAt: null, equalAt: null, isLoaded: false, versionSince: null };
    },
  };
}

interface FoundEvidence extends Source {
  id: string;
  asOf: Date | null;
  isAsProven: boolean;
  isEdited: boolean;
  isOrphaned: boolean;
  isHeard: boolean;
  hintedAt: Date | null;
  attempts: number | null;
  reason: string | null;
  deadSince: Date | null;
  ignoredId: string | null;
  ignoredReason: string | null;
  ignoredAt: Date | null;
  refusedAt: Date | null;
  refusedReason: string | null;
}

function evidenceOf(found: FoundEvidence): Evidence {
  const { asOf, hintedAt, attempts, reason, deadSince, ignoredId, ignoredReason, ignoredAt } = found;
  return {
    mark: hintedAt === null ? null : { hintedAt, attempts: attempts ?? 0, reason, deadSince },
    row: asOf === null ? 'absent' : found.isEdited ? 'edited' : found.isAsProven ? 'as_proven' : 'undigested',
    asOf,
    isOrphaned: found.isOrphaned,
    isHeard: found.isHeard,
    ignored: ignoredAt === null ? null : { id: ignoredId ?? '', reason: ignoredReason ?? '', createdAt: ignoredAt },
    refused: found.refusedAt === null ? null : { at: found.refusedAt, reason: found.refusedReason ?? '' },
  };
}

// Row by row, by key: a join with so few rows, or an `exists`, may be planned as a scan of a whole table.
function selectEvidence(schema: string, type: string, table: string, keys: readonly ObjectKey[]): Sql {
  const children = childTypes(type).flatMap((child) => {
    const found = catalogOf(child)?.table;
    return found == null ? [] : [name(schema, found)];
  });
  const anyChild = (is: Sql): Sql =>
    children.reduce(
      (any, child) => sql`${any} or coalesce((
        select true from ${child} c
        where c.account = r.account and c.livemode = r.livemode and c.owner = r.id and ${is} limit 1), false)`,
      trusted('false'),
    );
  return sql`
    select r.account, r.livemode, r.id, m.as_of as "asOf", coalesce(${isAsProven(trusted('m'))}, false) as "isAsProven",
      ${isEdited(trusted('m'))} or ${anyChild(isEdited(trusted('c')))} as "isEdited",
      coalesce(m.deleted, true) and (${anyChild(trusted('not c.deleted'))}) as "isOrphaned",
      coalesce((select true from ${eventsOf(type)} and i.quarantine is null limit 1), false) as "isHeard",
      d.hinted_at as "hintedAt", d.attempts, d.reason, d.dead_since as "deadSince",
      q.id as "ignoredId", q.quarantine as "ignoredReason", q.created as "ignoredAt",
      f.at as "refusedAt", f.reason as "refusedReason"
    from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, id text)
    left join lateral (
      select t.data, t.deleted, t.proven_at, t.as_of, t.digest from ${name(schema, table)} t
      where t.account = r.account and t.livemode = r.livemode and t.id = r.id limit 1) m on true
    left join lateral (
      select t.hinted_at, t.attempts, t.reason, t.dead_since from lockstep.dirty t
      where t.account = r.account and t.livemode = r.livemode and t.type = ${type} and t.id = r.id limit 1) d on true
    left join lateral (
      select i.id, i.quarantine, i.created from ${eventsOf(type)} and i.quarantine is not null
      order by i.created desc limit 1) q on true
    left join lateral (
      select t.at, t.reason from lockstep.refusals t where t.object_id = r.id order by t.at desc limit 1) f on true`;
}

const eventsOf = (type: string): Sql => sql`lockstep.inbox i
      where i.object_type = ${type} and i.object_id = r.id and i.account = r.account and i.livemode = r.livemode`;

const selectTypeEvidence = ({ account, livemode }: Source, type: string): Sql => sql`
  select (select s.bound_at from lockstep.sources s where s.account = ${account} and s.livemode = ${livemode}) as "boundAt",
    p.at as "equalAt", p.at is not null or exists (
      select from lockstep.backfills b
      where b.account = ${account} and b.livemode = ${livemode} and b.type = ${type} and b.finished_at is not null) as "isLoaded",
    (select min(m.made_at) from lockstep.mirror m where m.made_at > (
      select max(o.made_at) from lockstep.mirror o where o.api_version <> (
        select n.api_version from lockstep.mirror n order by n.made_at desc limit 1))) as "versionSince"
  from (
    select max(s.began_at) as at from lockstep.sweeps s
    where s.account = ${account} and s.livemode = ${livemode} and s.type = ${type} and s.scope = 'all'
      and s.finished_at is not null and s.note is null) p`;

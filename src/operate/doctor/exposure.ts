import type { Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql } from '../../store/sql.js';

/** Who besides its owner may read what Lockstep stores. */
export interface Exposure {
  /** Roles that a REST layer over the database runs requests as, and PUBLIC, with what they may read. */
  open: { role: string; schema: string; tables: number }[];
  /** The same for tables that are made later: default privileges grant them. */
  later: { role: string; schema: string }[];
}

/**
 * Roles by which anybody may come in: PUBLIC is every role; `anon` and `authenticated` are Supabase's and PostgREST's usual
 * names for callers of the REST interface. Source: the PostgREST documentation, "Authentication", and Supabase's
 * "Postgres roles".
 */
const callers = ['anon', 'authenticated', 'web_anon'];

export async function readExposure(database: Queryable, schemas: readonly string[]): Promise<Exposure> {
  const inSchemas = sql`n.nspname in (select jsonb_array_elements_text(${json(schemas)}::jsonb))`;
  // Rights that come by way of another role count, and those on single columns. Row security holds only roles that it binds.
  const open = await database.query<Exposure['open'][number]>(sql`
    select g.role, g.schema, count(*) as tables from (
      select case when r.oid is null then 'PUBLIC' else r.rolname::text end as role, n.nspname::text as schema
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join (
        select null::oid as oid, 'public'::name as rolname, false as unbound
        union all select oid, rolname, rolbypassrls or rolsuper from pg_roles
        where rolname in (select jsonb_array_elements_text(${json(callers)}::jsonb))) r
      where ${inSchemas} and c.relkind in ('r', 'p', 'v') and (not c.relrowsecurity or r.unbound)
        and has_schema_privilege(r.rolname, n.oid, 'usage') and has_any_column_privilege(r.rolname, c.oid, 'select')
    ) g group by g.role, g.schema order by g.role, g.schema`);
  const later = await database.query<Exposure['later'][number]>(sql`
    select distinct case when a.grantee = 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end as role, n.nspname::text as schema
    from pg_default_acl d join pg_namespace n on n.oid = d.defaclnamespace cross join lateral aclexplode(d.defaclacl) a
    where ${inSchemas} and d.defaclobjtype = 'r' and a.privilege_type = 'SELECT'
      and (a.grantee = 0 or pg_get_userbyid(a.grantee) in (select jsonb_array_elements_text(${json(callers)}::jsonb)))
    order by 1, 2`);
  return { open, later };
}

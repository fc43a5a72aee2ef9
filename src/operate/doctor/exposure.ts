import type { Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql } from '../../store/sql.js';

/** Who besides its owner may read what Lockstep stores. */
export interface Exposure {
  /** Roles that a REST layer over the database runs requests as, and PUBLIC, with what they may read. */
  open: { role: string; schema: string; tables: number }[];
}

/**
 * Roles by which anybody may come in: PUBLIC is every role; `anon` and `authenticated` are Supabase's and PostgREST's usual
 * names for callers of the REST interface. Source: the PostgREST documentation, "Authentication", and Supabase's
 * "Postgres roles".
 */
const callers = ['anon', 'authenticated', 'web_anon'];

export async function readExposure(database: Queryable, schemas: readonly string[]): Promise<Exposure> {
  const open = await database.query<Exposure['open'][number]>(sql`
    select g.role, g.schema, count(*) as tables from (
      select case when a.grantee = 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end as role, n.nspname::text as schema,
        a.grantee, n.oid as nsp
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join lateral aclexplode(c.relacl) a
      where n.nspname in (select jsonb_array_elements_text(${json(schemas)}::jsonb)) and c.relkind in ('r', 'p', 'v')
        and a.privilege_type = 'SELECT' and not c.relrowsecurity
    ) g
    where (g.role = 'PUBLIC' or g.role in (select jsonb_array_elements_text(${json(callers)}::jsonb)))
      and case when g.grantee = 0
        then exists (select from pg_namespace m cross join lateral aclexplode(m.nspacl) b where m.oid = g.nsp and b.grantee = 0 and b.privilege_type = 'USAGE')
        else has_schema_privilege(g.grantee, g.nsp, 'usage') end
    group by g.role, g.schema order by g.role, g.schema`);
  return { open };
}

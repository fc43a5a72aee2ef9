import { LockstepError } from '../kernel/error.js';
import type { Database } from './database.js';
import { planFreely } from './session-settings.js';
import { json } from './json.js';
import { quoteName, sql } from './sql.js';

/**
 * The privileges of this connection's role on our schemas and their content. Every role may read them from the catalog.
 */
export interface Rights {
  role: string;
  database: string;
  /** Whether the role may create schemas. */
  mayMakeSchemas: boolean;
  schemas: readonly SchemaRights[];
  relations: readonly RelationRights[];
}

export interface SchemaRights {
  name: string;
  /** Whether the schema exists. If not, a role that may create schemas creates it. */
  exists: boolean;
  owner: string | null;
  mayUse: boolean;
  mayCreate: boolean;
}

/** An existing table, view, or sequence of ours. */
export interface RelationRights {
  schema: string;
  name: string;
  owner: string;
  isOwner: boolean;
  kind: 'table' | 'view' | 'sequence';
  mayRead: boolean;
  /** Whether the role may insert, update, and delete rows. For a sequence: whether it may draw numbers. */
  mayWrite: boolean;
}

/** Reads the privileges for the names that the caller gives. Anything else in these schemas is ignored. */
export async function readRights(
  database: Database,
  schemas: readonly string[],
  ours: readonly { schema: string; name: string }[],
): Promise<Rights> {
  return database.transaction(async (tx) => {
    await tx.script(planFreely);
    const [role] = await tx.query<Pick<Rights, 'role' | 'database' | 'mayMakeSchemas'>>(sql`
      select current_user as role, current_database() as database,
        has_database_privilege(current_database(), 'create') as "mayMakeSchemas"`);
    const inSchemas = await tx.query<SchemaRights>(sql`
      select w.name, n.oid is not null as exists, pg_get_userbyid(n.nspowner)::text as owner,
        coalesce(has_schema_privilege(n.oid, 'usage'), true) as "mayUse", coalesce(has_schema_privilege(n.oid, 'create'), true) as "mayCreate"
      from jsonb_array_elements_text(${json(schemas)}::jsonb) as w(name) left join pg_namespace n on n.nspname = w.name`);
    const relations = await tx.query<RelationRights>(sql`
      select n.nspname::text as schema, c.relname::text as name, pg_get_userbyid(c.relowner)::text as owner,
        pg_has_role(c.relowner, 'usage') as "isOwner",
        case when c.relkind in ('r', 'p') then 'table' when c.relkind = 'S' then 'sequence' else 'view' end as kind,
        case when c.relkind = 'S' then true else has_table_privilege(c.oid, 'select') end as "mayRead",
        case when c.relkind = 'S' then has_sequence_privilege(c.oid, 'usage')
          else has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete') end as "mayWrite"
      from jsonb_to_recordset(${json(ours)}::jsonb) as w(schema text, name text)
      join pg_namespace n on n.nspname = w.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p', 'v', 'S')`);
    return { ...(role as Pick<Rights, 'role' | 'database' | 'mayMakeSchemas'>), schemas: inSchemas, relations };
  });
}

/** The grants that the role lacks to change the schema. Empty if it lacks none. */
export function missingToMigrate({ role, database, mayMakeSchemas, schemas, relations }: Rights): string[] {
  const to = quoteName(role);
  const absent = schemas.filter(({ exists }) => !exists);
  const closed = schemas.filter(({ exists, mayUse, mayCreate }) => exists && !(mayUse && mayCreate));
  const owners = new Set(relations.filter(({ isOwner }) => !isOwner).map(({ owner }) => owner));
  return [
    ...(absent.length > 0 && !mayMakeSchemas ? [`grant create on database ${quoteName(database)} to ${to}`] : []),
    ...(closed.length > 0 ? [`grant usage, create on schema ${names(closed)} to ${to}`] : []),
    ...[...owners].map((owner) => `grant ${quoteName(owner)} to ${to}`),
  ];
}

/** The grants that the role lacks to read and write rows in a complete schema. Empty if it lacks none. */
export function missingToRun({ role, schemas, relations }: Rights): string[] {
  const to = quoteName(role);
  const all = names(schemas);
  const closed = schemas.filter(({ mayUse }) => !mayUse);
  // The migrator's own records are only read.
  const rows = relations.filter(
    ({ schema, name, kind, mayRead, mayWrite }) =>
      kind !== 'sequence' &&
      !(mayRead && (mayWrite || kind === 'view' || (schema === 'lockstep' && ['migrations', 'mirror'].includes(name)))),
  );
  const sequences = relations.filter(({ kind, mayWrite }) => kind === 'sequence' && !mayWrite);
  return [
    ...(closed.length > 0 ? [`grant usage on schema ${all} to ${to}`] : []),
    ...(rows.length > 0 ? [`grant select, insert, update, delete on all tables in schema ${all} to ${to}`] : []),
    ...(sequences.length > 0 ? [`grant usage on all sequences in schema ${all} to ${to}`] : []),
  ];
}

export function forbidden(message: string, grants: readonly string[], rights: Rights, alternative = ''): LockstepError {
  return new LockstepError('database_forbidden', message, {
    hint: `run as a role that may grant it: ${grants.join('; ')}${alternative}`,
    facts: { role: rights.role, grants },
  });
}

const names = (schemas: readonly SchemaRights[]): string => schemas.map(({ name }) => quoteName(name)).join(', ');

import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';

interface Known {
  /** An SQLSTATE, or its class: the first two characters. */
  states: readonly string[];
  code: ErrorCode;
  what: string;
  hint: (message: string) => string;
}

/** The first that fits. Anything else is a bug of ours, or is handled by the code that ran the statement. */
const known: readonly Known[] = [
  { states: ['42501'], code: 'database_forbidden', what: 'The database role lacks a permission', hint: grantFor },
  {
    states: ['42P01', '42703', '42883', '42704', '3F000'],
    code: 'schema_damaged',
    what: 'The database lacks something that this version expects',
    hint: () => 'run lockstep migrate as the owner of the tables to restore it',
  },
  {
    states: ['22021', '22P05'],
    code: 'database_encoding',
    what: 'The encoding of the database cannot hold the data',
    hint: () => "create a database with: create database … template template0 encoding 'UTF8'",
  },
  {
    states: ['57014'],
    code: 'timed_out',
    what: 'A statement took too long, and the database canceled it',
    hint: () => 'try again, or raise statement_timeout for this role: alter role … set statement_timeout',
  },
  {
    states: ['55P03'],
    code: 'timed_out',
    what: 'Another session holds a lock on the table',
    hint: () => 'end the session that holds it (see pg_stat_activity), or try again when it is done',
  },
  {
    states: ['25006'],
    code: 'database_unreachable',
    what: 'The database is a standby or read-only',
    hint: () => 'point DATABASE_URL at the primary, or set default_transaction_read_only to off',
  },
  {
    states: ['53'],
    code: 'database_unreachable',
    what: 'The database server has run out of a resource',
    hint: () => "check the server's disk, memory and max_connections",
  },
  {
    states: ['40'],
    code: 'database_unreachable',
    what: 'Another transaction conflicted with this one',
    hint: () => 'try again',
  },
];

/** Explains a failed statement with a code and a next step. Other errors are returned unchanged. */
export function explainStatement(error: unknown): unknown {
  if (error instanceof LockstepError) return error;
  const state = stateOf(error);
  if (state === undefined) return error;
  const fits = known.find(({ states }) => states.includes(state) || states.includes(state.slice(0, 2)));
  if (fits === undefined) return error;
  const { code, what, hint } = fits;
  const message = messageOf(error);
  return new LockstepError(code, `${what}: ${message}`, { hint: hint(message), facts: { state }, cause: error });
}

function stateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** PostgreSQL names the object and its kind: "permission denied for table users", "must be owner of table users". */
function grantFor(message: string): string {
  const [, owned] = /must be owner of (?:\w+ )?(\S+)/.exec(message) ?? [];
  if (owned !== undefined) return `run lockstep migrate as the owner of ${owned}, or grant that role to this one`;
  const [, kind, name] = /permission denied for (\w+) (\S+)/.exec(message) ?? [];
  const rights = kind === undefined ? undefined : (rightsOn[kind] ?? 'all');
  if (rights === undefined || name === undefined)
    return 'grant the permission to the role of DATABASE_URL, or use another role';
  return `grant ${rights} on ${kind} ${name} to the role of DATABASE_URL`;
}

const rightsOn: Readonly<Record<string, string>> = {
  database: 'create',
  schema: 'usage, create',
  table: 'select, insert, update, delete',
  view: 'select',
  sequence: 'usage',
  function: 'execute',
};

/**
 * What an error of the database means, and so what is done about it:
 * - `conflict`: another transaction was in the way. Run the whole transaction again, at once.
 * - `session`: this connection is of no use any more: it has ended, or its server has become read-only. Close it; another
 *   one may do. A caller that cannot run its work again answers 503.
 * - `away`: the database is starting, stopping, full, locked or too slow. Answer 503 and try again later.
 * - `data`: these values cannot be stored, and others can. Trying again changes nothing: it becomes a dead letter.
 * - `setup`: a right, a role, a database or a setting is wrong. A person has to change it; the message says what it is.
 * - `broken`: a defect of ours, or of the schema.
 */
export type DatabaseFailure = 'conflict' | 'session' | 'away' | 'data' | 'setup' | 'broken';

interface StateClass {
  name: string;
  means: DatabaseFailure;
  /** Codes of the class that mean something else. */
  except?: Readonly<Record<string, DatabaseFailure>>;
}

/** Every class of PostgreSQL's error codes (its documentation, appendix A), and what it means for us. */
export const stateClasses: Readonly<Record<string, StateClass>> = {
  '00': { name: 'successful completion', means: 'broken' },
  '01': { name: 'warning', means: 'broken' },
  '02': { name: 'no data', means: 'broken' },
  '03': { name: 'SQL statement not yet complete', means: 'broken' },
  // PgBouncer reports nearly everything as 08P01, also that it waited too long for a server.
  '08': { name: 'connection exception', means: 'session' },
  // 09, 27, 2F, 38, 39, 44, P0: nothing of ours raises these; a trigger or a function on the app's own tables does.
  '09': { name: 'triggered action exception', means: 'data' },
  '0A': { name: 'feature not supported', means: 'broken' },
  '0B': { name: 'invalid transaction initiation', means: 'session' },
  '0F': { name: 'locator exception', means: 'broken' },
  '0L': { name: 'invalid grantor', means: 'setup' },
  '0P': { name: 'invalid role specification', means: 'setup' },
  '0Z': { name: 'diagnostics exception', means: 'broken' },
  '10': { name: 'XQuery error', means: 'data' },
  '20': { name: 'case not found', means: 'broken' },
  '21': { name: 'cardinality violation', means: 'broken' },
  '22': { name: 'data exception', means: 'data' },
  '23': { name: 'integrity constraint violation', means: 'data' },
  '24': { name: 'invalid cursor state', means: 'broken' },
  // Read-only (25006) after a failover; idle for too long (25P03); the statement before this one failed (25P02).
  '25': { name: 'invalid transaction state', means: 'session' },
  '26': { name: 'invalid SQL statement name', means: 'session' },
  '27': { name: 'triggered data change violation', means: 'data' },
  '28': { name: 'invalid authorization specification', means: 'setup' },
  '2B': { name: 'dependent privilege descriptors still exist', means: 'setup' },
  '2D': { name: 'invalid transaction termination', means: 'session' },
  '2F': { name: 'SQL routine exception', means: 'data' },
  '34': { name: 'invalid cursor name', means: 'broken' },
  '38': { name: 'external routine exception', means: 'data' },
  '39': { name: 'external routine invocation exception', means: 'data' },
  '3B': { name: 'savepoint exception', means: 'session' },
  '3D': { name: 'invalid catalog name', means: 'setup' },
  '3F': { name: 'invalid schema name', means: 'setup' },
  '40': { name: 'transaction rollback', means: 'conflict', except: { '40002': 'data', '40003': 'session' } },
  '42': {
    name: 'syntax error or access rule violation',
    means: 'broken',
    // No right; a prepared statement that another client of a pooler made under the same name.
    except: { '42501': 'setup', '42P05': 'session' },
  },
  '44': { name: 'WITH CHECK OPTION violation', means: 'data' },
  '53': { name: 'insufficient resources', means: 'away' },
  '54': { name: 'program limit exceeded', means: 'data' },
  // A lock that was not to be had in time (55P03); a server that is still recovering (55000).
  '55': { name: 'object not in prerequisite state', means: 'away', except: { '55P02': 'setup' } },
  '57': {
    name: 'operator intervention',
    means: 'away', // also a statement that took too long, or that somebody canceled (57014)
    except: { '57P01': 'session', '57P02': 'session', '57P04': 'setup', '57P05': 'session' },
  },
  '58': { name: 'system error', means: 'away' },
  '72': { name: 'snapshot failure', means: 'conflict' },
  F0: { name: 'configuration file error', means: 'setup' },
  HV: { name: 'foreign data wrapper error', means: 'away' },
  P0: { name: 'PL/pgSQL error', means: 'data' },
  // Not ours: PostgreSQL's own, such as a block that cannot be read. Hosted poolers report their troubles so.
  XX: { name: 'internal error', means: 'away' },
};

/** What an error with this SQLSTATE means; undefined where it is of no class that PostgreSQL documents. */
export function meaningOf(sqlstate: string): DatabaseFailure | undefined {
  const found = /^[0-9A-Z]{5}$/.test(sqlstate) ? stateClasses[sqlstate.slice(0, 2)] : undefined;
  return found?.except?.[sqlstate] ?? found?.means;
}

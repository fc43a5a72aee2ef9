import { LockstepError, messageOf } from '../../kernel/error.js';
import { stateOf } from '../failure.js';
import { connectionFailure } from './connection-failure.js';

/** Explanations for failures of a statement, not of the connection, by SQLSTATE. */
const statements: Readonly<Record<string, { what: string; hint: string }>> = {
  '25006': {
    what: 'The database is read-only',
    hint: 'point DATABASE_URL at the primary, or check default_transaction_read_only of the database and role',
  },
  '55P03': {
    what: 'Timed out waiting for a lock in the database',
    hint: 'check pg_stat_activity for a long transaction; Lockstep retries by itself',
  },
  '57014': {
    what: 'A database statement took too long',
    hint: 'check pg_stat_activity for what keeps the database busy; Lockstep retries by itself',
  },
  '53100': { what: 'The disk of the database is full', hint: 'free some space on it; Lockstep continues by itself' },
};

/** Turns a database error into `database_unreachable`, with an explanation if the reason is a common one. */
export function unreachable(cause: unknown): LockstepError {
  if (cause instanceof LockstepError) return cause;
  const statement = statements[stateOf(cause) ?? ''];
  if (statement === undefined) {
    const { message, hint } = connectionFailure(cause);
    return new LockstepError('database_unreachable', message, { hint, cause });
  }
  const { what, hint } = statement;
  return new LockstepError('database_unreachable', `${what}: ${messageOf(cause)}`, { hint, cause });
}

/** The error for a server that sent no answer in time, not even an error. */
export function silentFor(ms: number): LockstepError {
  return new LockstepError('database_unreachable', `The database did not answer within ${Math.round(ms)} ms`, {
    hint: 'check the network and the host of the database; Lockstep reconnects by itself',
  });
}

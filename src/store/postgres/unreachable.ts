import { LockstepError, messageOf } from '../../kernel/error.js';
import { stateOf } from '../failure.js';
import { connectionFailure } from './connection-failure.js';

/** Where it was a statement that failed, not the connection. By SQLSTATE. */
const statements: Readonly<Record<string, { what: string; hint: string }>> = {
  '25006': {
    what: 'the database takes no writes',
    hint: 'let DATABASE_URL name the primary; if it does, see default_transaction_read_only of the database and the role',
  },
  '55P03': {
    what: 'the database did not give a lock in time',
    hint: 'look for a long transaction in pg_stat_activity; Lockstep tries again by itself',
  },
  '57014': {
    what: 'the database took too long for a statement',
    hint: 'look for what keeps the database busy in pg_stat_activity; Lockstep tries again by itself',
  },
  '53100': { what: 'the disk of the database is full', hint: 'make room on it; Lockstep goes on by itself' },
};

/** An error of the database as `database_unreachable`, with the reason in words where it is a common one. */
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

/** Nothing came back in time, not even the server's own word that it took too long. */
export function silentFor(ms: number): LockstepError {
  return new LockstepError('database_unreachable', `the database did not answer within ${Math.round(ms)} ms`, {
    hint: 'check the network and the host of the database; Lockstep connects again by itself',
  });
}

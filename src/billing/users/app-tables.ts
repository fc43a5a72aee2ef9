import { LockstepError, messageOf } from '../../kernel/error.js';

/** The SQLSTATE of what a database threw. */
export function sqlstateOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * Runs a statement on the app's own tables. An error that those tables raised becomes an error with a code and a next
 * step. A failure of the database itself is thrown unchanged.
 * @throws option_invalid, profile_refused, database_forbidden
 */
export async function onAppTables<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw objectionOf(error) ?? error;
  }
}

/** Explains an error that the app's tables raised. Undefined if the error has another cause. */
export function objectionOf(error: unknown): LockstepError | undefined {
  const state = sqlstateOf(error);
  if (state === undefined) return undefined;
  const said = messageOf(error);
  const facts = { sqlstate: state, ...placeOf(error) };
  if (state === '42501' && !/row-level security/.test(said)) {
    return new LockstepError('database_forbidden', `The database role may not use the app’s tables: ${said}`, {
      facts,
      hint: 'grant the role select on the users table, and select, insert and update on the profile table',
    });
  }
  if (state === '42501' || REFUSED.has(state.slice(0, 2)) || state === '22001') {
    return new LockstepError('profile_refused', `The app’s profile table refused the ids: ${said}`, {
      facts,
      hint:
        'give its other required columns a default, or create the row when the user signs up; ' +
        'check its triggers, constraints and row security',
    });
  }
  if (!UNFIT.has(state.slice(0, 2)) && state !== '55000') return undefined;
  return new LockstepError('option_invalid', `The option users does not match the app’s tables: ${said}`, {
    facts,
    hint: 'correct the option users, or set it to null',
  });
}

/** SQLSTATE classes of a violated constraint, and of an error that a trigger or function of the app raised. */
const REFUSED: ReadonlySet<string> = new Set(['09', '23', '27', '2F', '38', '39', '44', 'P0']);
/** SQLSTATE classes of a missing name, of types that cannot be compared, and of a view that cannot be written. */
const UNFIT: ReadonlySet<string> = new Set(['0A', '22', '3F', '42']);

/** The names of the table, column, and constraint, without any value. */
function placeOf(error: unknown): Record<string, string> {
  const { schema, table, column, constraint } = error as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ schema, table, column, constraint }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

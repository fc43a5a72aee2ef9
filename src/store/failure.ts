/**
 * What a database error means for the one who meets it:
 * - `data`: this statement's values cannot be stored; others can. Trying again changes nothing.
 * - `conflict`: another transaction was in the way. Trying again at once is right.
 * - `away`: the database is not there, is starting, stopping or full. Trying again later is right.
 * - `broken`: anything else: a defect of ours or of the schema.
 */
export type Failure = 'data' | 'conflict' | 'away' | 'broken';

const byClass: Readonly<Record<string, Failure>> = {
  '08': 'away',
  '22': 'data',
  '23': 'data',
  '40': 'conflict',
  '53': 'away',
  '54': 'data',
  '57': 'away',
  '58': 'away',
};

const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENOSPC',
]);

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (code === undefined) return lostConnection(error) ? 'away' : 'broken';
  if (network.has(code) || code === 'database_unreachable') return 'away';
  return byClass[code.slice(0, 2)] ?? 'broken';
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

// node-postgres reports a connection that ended under a query as a plain Error without a code.
function lostConnection(error: unknown): boolean {
  return (
    error instanceof Error &&
    /connection (terminated|ended)|Connection terminated|timeout exceeded when trying to connect|not queryable/i.test(
      error.message,
    )
  );
}

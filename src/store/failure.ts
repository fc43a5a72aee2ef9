import { meaningOf, type DatabaseFailure } from './sqlstate.js';

/** What a database error means for the caller. */
export function failureOf(error: unknown): DatabaseFailure {
  const { code, syscall, routine, message, cause } = factsOf(error);
  if (code === 'database_unreachable') return failureOf(cause) === 'session' ? 'session' : 'away';
  // The table was altered after the statement was prepared. On a new connection, the same statement works.
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return 'session';
  const meaning = code === undefined ? undefined : meaningOf(code);
  if (meaning !== undefined) return meaning;
  if (isCertificate(code)) return 'setup';
  if (syscall !== undefined || network.has(code ?? '')) return 'away';
  return lostConnection.test(message) ? 'session' : 'broken';
}

// Codes of Node's network errors that do not name the system call.
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOENT', 'ENOSPC', 'ERR_SOCKET_CLOSED']);

// node-postgres reports a connection that ended under a query as a plain Error without a code.
const lostConnection = /connection (terminated|ended)|timeout exceeded when trying to connect|not queryable/i;

/** Whether the code is one of OpenSSL's reasons for not trusting a server. */
function isCertificate(code: string | undefined): boolean {
  return code !== undefined && /CERT|ERR_TLS|ERR_SSL|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH/.test(code);
}

/** The SQLSTATE of an error that PostgreSQL sent. Undefined for another error. */
export function stateOf(error: unknown): string | undefined {
  const { code } = factsOf(error);
  return code !== undefined && meaningOf(code) !== undefined ? code : undefined;
}

interface Facts {
  code: string | undefined;
  syscall: string | undefined;
  routine: string | undefined;
  message: string;
  cause: unknown;
}

function factsOf(error: unknown): Facts {
  const facts: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {};
  const fact = (name: string): string | undefined => (typeof facts[name] === 'string' ? facts[name] : undefined);
  const { message = '', cause } = error instanceof Error ? error : { message: fact('message') };
  return { code: fact('code'), syscall: fact('syscall'), routine: fact('routine'), message, cause };
}

import { messageOf } from '../../kernel/error.js';

/** Why a connection failed, and the next step. */
export interface ConnectionFailure {
  message: string;
  hint: string;
}

/** How a failure is recognized: by its code (an SQLSTATE, or Node's), or by its message if it has no code. */
interface Known {
  codes?: readonly string[];
  says?: RegExp;
  message?: string;
  hint: string;
}

const TRUST =
  'add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL to trust its authority, or ?sslmode=no-verify to encrypt without checking the certificate';

/** The known failures. The first match counts. */
const known: readonly Known[] = [
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_UNTRUSTED',
    ],
    message: "The database server's TLS certificate is not signed by an authority that this machine trusts",
    hint: TRUST,
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
    message: "The database server's TLS certificate is for another host name",
    hint: `use the host name in the certificate, or ${TRUST.replace('add', 'write')}`,
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED'],
    message: "The database server's TLS certificate is not valid at this time",
    hint: 'renew the certificate on the database server, and check the clock of this machine',
  },
  {
    says: /does not support SSL/i,
    message: 'The database server does not support TLS',
    hint: 'turn TLS on at the server (ssl = on), or remove sslmode from DATABASE_URL if the network is trusted',
  },
  {
    says: /no encryption|SSL off|hostssl|requires? (?:SSL|TLS|encryption)/i,
    hint:
      'the server accepts only encrypted connections: add ?sslmode=require to DATABASE_URL, ' +
      'or ?sslmode=no-verify if its certificate is self-signed',
  },
  {
    says: /no pg_hba\.conf entry/i,
    hint: "allow this machine: add a line for its address, the user and the database to the server's pg_hba.conf",
  },
  {
    codes: ['28P01'],
    hint: 'correct the user and the password in DATABASE_URL; percent-encode # @ / % ? : in them',
  },
  {
    says: /password must be a string|no password (?:supplied|was provided)/i,
    message: 'The database server asks for a password, and DATABASE_URL has none',
    hint: 'write it as postgres://user:password@host:5432/database',
  },
  { codes: ['28000'], hint: 'correct the user in DATABASE_URL, or create that role in the database' },
  { codes: ['3D000'], hint: 'correct the name of the database in DATABASE_URL, or create it with: create database' },
  { codes: ['42501'], hint: 'allow the role to connect: grant connect on database … to …' },
  {
    codes: ['53300'],
    says: /too many clients|max(?:imum)?_?(?: client)? ?conn|remaining connection slots/i,
    hint: "close unused connections, raise the server's max_connections, or put a pooler in front of it",
  },
  {
    says: /invalid command-line argument for server process|unrecognized configuration parameter|unsupported startup parameter/i,
    hint: 'correct or remove options in DATABASE_URL; this server does not support one of them',
  },
  { codes: ['57P03'], hint: 'wait until the server has started, then try again' },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN'],
    hint: 'correct the host name in DATABASE_URL, and check that this machine can resolve it',
  },
  { codes: ['ECONNREFUSED'], hint: 'check that PostgreSQL is running and that DATABASE_URL has its host and port' },
  {
    codes: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    says: /timeout exceeded when trying to connect|timeout expired/i,
    hint: 'check the host and port in DATABASE_URL, and that no firewall blocks the connection',
  },
];

/** Explains why a connection could not be opened, or ended. */
export function connectionFailure(cause: unknown): ConnectionFailure {
  const code = codeOf(cause);
  const text = messageOf(cause);
  const fits = known.find(
    ({ codes, says }) => (code !== undefined && codes?.includes(code)) || says?.test(text) === true,
  );
  if (fits !== undefined)
    return { message: fits.message ?? `The database does not answer: ${plain(text, code)}`, hint: fits.hint };
  // node-postgres reads the files that the URL names while it connects.
  if (isFileFailure(cause))
    return {
      message: `Cannot read a file named in DATABASE_URL: ${text}`,
      hint: 'correct sslrootcert, sslcert or sslkey in DATABASE_URL, and check that this user can read the file',
    };
  return {
    message: `The database does not answer: ${plain(text, code)}`,
    hint: 'check that PostgreSQL is running and that DATABASE_URL points to it',
  };
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

// After trying several addresses, Node reports only the code.
function plain(text: string, code: string | undefined): string {
  return text === '' ? (code ?? 'no reason was given') : text;
}

function isFileFailure(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'path' in error && 'syscall' in error && error.syscall !== 'connect'
  );
}

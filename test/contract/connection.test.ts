import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

let server: PostgresServer;
let certificate: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  certificate = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  const subject = ['-subj', '/CN=db.example.com', '-addext', 'subjectAltName=DNS:db.example.com'];
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
  ];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'ignore' });
  chmodSync(folder, 0o755);
  chmodSync(key, 0o600);
  const owner = process.getuid?.() === 0 ? Number(execFileSync('id', ['-u', 'postgres'])) : statSync(key).uid;
  chownSync(key, owner, -1);
  server = await startPostgres({
    ssl: 'on',
    ssl_cert_file: certificate,
    ssl_key_file: key,
    max_connections: '5',
    superuser_reserved_connections: '1',
  });
});
afterAll(() => server.destroy());

/** What a first statement over this URL ends with. */
async function first(url: string): Promise<unknown> {
  const database = openPostgres({ url, log: silent });
  try {
    return await database.query(sql`select 1 as one`);
  } finally {
    await database.close();
  }
}

const at = (change: (url: URL) => void, base = server.url): string => {
  const url = new URL(base);
  change(url);
  return url.href;
};
const tls = (query: string): string => `${server.url}?${query}`;

test('a certificate that is not trusted is named, and what the hint says connects', async () => {
  await expect(first(tls('sslmode=require'))).rejects.toMatchObject({
    code: 'database_unreachable',
    message: expect.stringMatching(/TLS certificate is not signed by an authority/),
    hint: expect.stringMatching(/sslrootcert=.*sslmode=no-verify/),
  });
  expect(await first(tls('sslmode=no-verify'))).toEqual([{ one: 1 }]);
  await expect(first(tls(`sslmode=verify-full&sslrootcert=${certificate}`))).rejects.toMatchObject({
    message: expect.stringMatching(/for another host name/),
  });
  expect(await first(tls(`uselibpqcompat=true&sslmode=verify-ca&sslrootcert=${certificate}`))).toEqual([{ one: 1 }]);
  await expect(first(tls('sslmode=require&sslrootcert=/no/such/ca.pem'))).rejects.toMatchObject({
    message: expect.stringMatching(/ca\.pem/),
    hint: expect.stringMatching(/sslrootcert/),
  });
});

test('a server without TLS, a wrong password, role, database and host are each named', async () => {
  await expect(first(`${inject('postgresUrl')}?sslmode=require`)).rejects.toMatchObject({
    message: 'The database server does not support TLS',
  });
  for (const [change, says, next] of [
    [(url: URL) => (url.password = 'wrong'), /password authentication failed/, /percent-encode/],
    [(url: URL) => (url.password = ''), /asks for a password/, /user:password/],
    [(url: URL) => (url.username = 'nobody_known'), /nobody_known/, /user/],
    [(url: URL) => (url.pathname = '/no_such_database'), /"no_such_database" does not exist/, /create database/],
    [(url: URL) => (url.hostname = 'no.such.host.invalid'), /no\.such\.host/, /host name/],
    [(url: URL) => (url.port = '1'), /ECONNREFUSED/, /host and port/],
  ] as const)
    await expect(first(at(change))).rejects.toMatchObject({
      code: 'database_unreachable',
      message: expect.stringMatching(says),
      hint: expect.stringMatching(next),
    });
});

test('a server without a free connection says so', async () => {
  const others: pg.Client[] = [];
  for (;;) {
    const other = new pg.Client({ connectionString: server.url });
    other.on('error', () => {});
    const connected = await other.connect().then(
      () => true,
      () => false,
    );
    if (!connected) break;
    others.push(other);
  }
  await expect(first(server.url)).rejects.toMatchObject({ hint: expect.stringMatching(/max_connections/) });
  for (const other of others) await other.end();
});

/** One message of PostgreSQL's protocol: its letter, its length, what it holds. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.byteLength + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

test('a server that opens a connection and ends it in the same breath does not end the process', async () => {
  const welcome = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))];
  const farewell = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'));
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([...welcome, farewell])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtException', note);
  const database = openPostgres({ url: `postgres://app@127.0.0.1:${port}/app`, log: silent });
  await expect(database.query(sql`select 1`)).rejects.toMatchObject({ code: 'database_unreachable' });
  await database.close();
  await new Promise((resolve) => server.close(resolve));
  process.off('uncaughtException', note);
  expect(uncaught).toEqual([]);
});

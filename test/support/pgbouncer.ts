import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { serverAccount } from './postgres.js';

export interface Pooler {
  /** The URL of a database behind the pooler, by the database's own. */
  urlOf(direct: string): string;
  /** The other way round. */
  directOf(pooled: string): string;
  stop(): Promise<void>;
}

/** Debian's PgBouncer in front of a server, in transaction mode, with few connections to it: transactions change places often. */
export async function startPgBouncer(server: string): Promise<Pooler> {
  const { hostname, port: serverPort, username, password } = new URL(server);
  const home = await mkdtemp(join(tmpdir(), 'lockstep-pgbouncer-'));
  const port = await freePort();
  const file = join(home, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`,
  );
  const account = await serverAccount();
  if (account.uid !== undefined) for (const path of [home, file]) await chown(path, account.uid, account.gid ?? 0);
  // It ends when its input does: with this process, however that ended.
  const script = '/usr/sbin/pgbouncer -q "$1" & cat >/dev/null; kill -INT $!; sleep 0.2; kill -KILL $! 2>/dev/null';
  const stdio = ['pipe', 'ignore', 'ignore'] as const;
  const child = spawn('/bin/sh', ['-c', script, 'sh', file], { ...account, stdio: [...stdio], detached: true });
  await eventually(() => answers(port), 'PgBouncer takes connections');
  const at = (url: string, otherPort: string): string => Object.assign(new URL(url), { port: otherPort }).href;
  return {
    urlOf: (direct) => at(direct, String(port)),
    directOf: (pooled) => at(pooled, serverPort),
    async stop() {
      child.stdin?.end();
      await new Promise((resolve) => child.once('close', resolve));
      await rm(home, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

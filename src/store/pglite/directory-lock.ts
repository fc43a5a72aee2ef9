import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockstepError } from '../../kernel/error.js';

/** Holds a directory for one process. The operating system releases it when the process ends, even by kill -9. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes the lock or throws `database_locked`. Two PGlite processes on one directory lose rows silently, so the lock is
 * taken before the first byte is read. It is a listening socket whose name comes from the directory's real path: on
 * Linux in the abstract namespace, on Windows a named pipe. Both end with the process, so there is no stale lock.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const digest = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  try {
    await listen(server, addressOf(digest));
  } catch (cause) {
    throw new LockstepError('database_locked', `Another process uses the embedded database in ${directory}`, {
      hint: 'stop the other lockstep process, or set DATABASE_URL to a PostgreSQL server to share it',
      cause,
    });
  }
  let released: Promise<void> | undefined;
  return { release: () => (released ??= new Promise((resolve) => server.close(() => resolve()))) };
}

function addressOf(digest: string): string {
  if (process.platform === 'linux') return `\0lockstep-${digest}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\lockstep-${digest}`;
  return join(tmpdir(), `lockstep-${digest.slice(0, 16)}.sock`);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

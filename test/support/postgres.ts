import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { postgresBinaries } from './postgres-binaries.js';

/** A private PostgreSQL server that belongs to whoever started it. Every commit is really synced (`fsync = on`). */
export interface PostgresServer {
  /** Superuser's URL of the database `postgres`; stays the same across `stop` and `start`. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops the server and keeps its data. `fast` ends sessions and writes a checkpoint; `immediate` is a crash: every
   * process ends at once and the next start recovers from the log. Stopping a stopped server does nothing.
   */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Starts the stopped server again on the same data and port, and returns when it accepts connections. */
  start(): Promise<void>;
  /** Stops the server and deletes its data. */
  destroy(): Promise<void>;
}

const STOP_SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const READY_WITHIN_MS = 30_000;
const PORT_TRIES = 5;

/**
 * Makes a new database cluster in a temporary directory and starts it on a free port of the loopback interface.
 * Works as root too (PostgreSQL refuses root, so it then runs as `postgres` or `nobody`). The server and its directory
 * are gone when this process is, however it ended.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const bin = await postgresBinaries();
  const account = await serverAccount();
  const home = await mkdtemp(join(tmpdir(), 'lockstep-pg-'));
  const reaper = startReaper(home);
  const as = { cwd: home, ...account, env: { ...process.env, LC_ALL: 'C' } };
  const dataDir = join(home, 'data');
  try {
    if (account.uid !== undefined) await chown(home, account.uid, account.gid ?? account.uid);
    const password = randomBytes(12).toString('hex');
    await initialise(bin, home, password, as);
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const run = new Running(join(bin, 'postgres'), serverArguments(dataDir, home, port, settings), as);
      try {
        await run.start();
        return server(run, port, password, reaper);
      } catch (error) {
        if (attempt === PORT_TRIES || !String(error).includes('Address already in use')) throw error;
      }
    }
  } catch (error) {
    await endReaper(reaper);
    throw error;
  }
}

function server(run: Running, port: number, password: string, reaper: ChildProcess): PostgresServer {
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    stop: (mode = 'fast') => run.stop(STOP_SIGNAL[mode]),
    start: () => run.start(),
    destroy: async () => {
      await run.stop(STOP_SIGNAL.fast);
      await endReaper(reaper);
    },
  };
}

interface RunAs {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** One server process at a time, restarted with the same arguments. */
class Running {
  #child: ChildProcess | undefined;

  constructor(
    private readonly binary: string,
    private readonly args: readonly string[],
    private readonly as: RunAs,
  ) {}

  async start(): Promise<void> {
    if (this.#child) throw new Error('this PostgreSQL server is already running');
    // Detached: a Ctrl-C in the terminal must not reach the server before the tests have ended.
    const child = spawn(this.binary, this.args, { ...this.as, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    let ready = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-20_000);
      ready ||= log.includes('database system is ready to accept connections');
    });
    this.#child = child;
    child.once('close', () => (this.#child = undefined));
    for (let waited = 0; !ready; waited += 10) {
      if (this.#child !== child) throw new Error(`PostgreSQL did not start:\n${log}`);
      if (waited > READY_WITHIN_MS) {
        child.kill('SIGKILL');
        throw new Error(`PostgreSQL was not ready within ${READY_WITHIN_MS} ms:\n${log}`);
      }
      await pause(10);
    }
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }
}

async function initialise(bin: string, home: string, password: string, as: RunAs): Promise<void> {
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (as.uid !== undefined) await chown(passwordFile, as.uid, as.gid ?? as.uid);
  // --no-sync spares only the set-up's own syncs; the server that runs afterwards syncs every commit.
  const args = ['-D', join(home, 'data'), '-U', 'postgres', '--auth-host=scram-sha-256', '--auth-local=trust'];
  args.push(`--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C', '--no-sync');
  await promisify(execFile)(join(bin, 'initdb'), args, as);
  await rm(passwordFile);
}

function serverArguments(dataDir: string, home: string, port: number, settings: Readonly<Record<string, string>>) {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: home,
    fsync: 'on',
    max_connections: '200',
    logging_collector: 'off',
    log_destination: 'stderr',
    ...settings,
  };
  return ['-D', dataDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** The account PostgreSQL runs under: ours, unless we are root. */
export async function serverAccount(): Promise<{ uid?: number; gid?: number }> {
  if (userInfo().uid !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody');
  if (!entry)
    throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/**
 * A shell that waits for the end of its input, which comes when this process ends in whatever way (also by `kill -9`,
 * which no exit handler sees); it then ends the server that the directory's pid file names and deletes the directory.
 */
function startReaper(home: string): ChildProcess {
  // The pid file tells when the server is gone: a process that nobody waits for still answers to `kill -0`.
  const script = `cat >/dev/null
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null; then
      for _ in $(seq 200); do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.05; done
    fi
    rm -rf "$1"`;
  const reaper = spawn('sh', ['-c', script, 'reaper', home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  reaper.unref();
  (reaper.stdin as unknown as { unref?: () => void }).unref?.();
  return reaper;
}

async function endReaper(reaper: ChildProcess): Promise<void> {
  reaper.ref(); // nothing else may be left that this process would go on for
  const closed = once(reaper, 'close');
  reaper.stdin?.end();
  await closed;
}

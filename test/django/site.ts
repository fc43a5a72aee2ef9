import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

const run = promisify(execFile);
/** Debian's own first: its packages are not there for another Python. */
const pythons = ['/usr/bin/python3', 'python3'];

/** The folder of the example's project. */
export const projectFolder = fileURLToPath(new URL('../../examples/django/', import.meta.url));

/** A Python that has Django and a driver for PostgreSQL; undefined, said loudly, where there is none. */
export async function djangoPython(): Promise<string | undefined> {
  for (const python of pythons) {
    if (python.startsWith('/') && !existsSync(python)) continue;
    try {
      await run(python, ['-c', 'import django, psycopg2']);
      return python;
    } catch {
      // the next one
    }
  }
  console.warn('\n  SKIPPED: the Django site is not tested, since this machine has no Django.');
  console.warn('  On Debian, as root: apt-get install -y python3-django python3-psycopg2\n');
  return undefined;
}

/** A copy of the project, in which commands are run as a reader of the guide would run them. */
export interface Project {
  readonly folder: string;
  /** Runs commands of a shell to their end; their output. Fails, with the output, where one fails. */
  shell(commands: string): Promise<string>;
  /** Starts a command that goes on. */
  readonly start: (command: string) => Started;
}

export interface Started {
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>;
  readonly stop: () => Promise<void>;
}

/** `lockstep` and `python3` are found on the path; no other variable but these is there. */
export function copyProject(to: string, python: string, env: Record<string, string>): Project {
  const folder = join(to, 'site');
  const bin = join(to, 'bin');
  cpSync(projectFolder, folder, { recursive: true });
  rmSync(join(folder, 'mirror'), { recursive: true });
  mkdirSync(bin);
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const programs = { lockstep: `"${process.execPath}" "${main}"`, python3: python };
  for (const [name, program] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  }
  const { PATH = '', HOME = '' } = process.env;
  // No file of Python's own beside the sources.
  const all = { PATH: `${bin}${delimiter}${PATH}`, HOME, PYTHONDONTWRITEBYTECODE: '1', ...env };
  return {
    folder,
    async shell(commands) {
      const { stdout, stderr } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', commands], {
        cwd: folder,
        env: all,
      });
      return stdout + stderr;
    },
    start: (command) => start(command, folder, all),
  };
}

function start(command: string, cwd: string, env: NodeJS.ProcessEnv): Started {
  const child = spawn('bash', ['--norc', '-c', `exec ${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    says: (pattern) =>
      eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`${command} ended:\n${said}`);
          return pattern.exec(said) ?? undefined;
        },
        `${String(pattern)} of ${command}`,
        60_000,
      ),
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

export interface Site {
  readonly url: string;
  stop(): Promise<void>;
}

/** The project as Django's own server runs it. */
export async function startSite({ start }: Project): Promise<Site> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { says, stop } = start(`python3 -u manage.py runserver --noreload 127.0.0.1:${port}`);
  await says(/Quit the server/);
  await eventually(
    () =>
      fetch(`${url}/accounts/login/`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'the site answers',
  );
  return { url, stop };
}

/** Signs a user in; the cookies to send from then on. */
export async function signIn(url: string, username: string, password: string): Promise<string> {
  const page = await fetch(`${url}/accounts/login/`);
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const answer = await fetch(`${url}/accounts/login/`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(page) },
    body: new URLSearchParams({ csrfmiddlewaretoken: token, username, password }),
  });
  if (answer.status !== 302) throw new Error(`${username} could not sign in: ${answer.status}`);
  return cookiesOf(answer);
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

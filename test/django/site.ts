import { execFile } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { openShell, type Shell } from '../support/shell.js';

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
export interface Project extends Shell {
  readonly folder: string;
}

/** `lockstep` and `python3` are found on the path; no other variable but these is there. */
export function copyProject(to: string, python: string, env: Record<string, string>): Project {
  const folder = join(to, 'site');
  cpSync(projectFolder, folder, { recursive: true });
  rmSync(join(folder, 'mirror'), { recursive: true });
  // No file of Python's own beside the sources.
  const variables = { PYTHONDONTWRITEBYTECODE: '1', ...env };
  return { folder, ...openShell({ bin: join(to, 'bin'), folder, env: variables, programs: { python3: python } }) };
}

export interface Site {
  readonly url: string;
  stop(): Promise<void>;
}

/** The project as Django's own server runs it. */
export async function startSite({ start }: Project, lockstepUrl: string, port: number): Promise<Site> {
  const url = `http://127.0.0.1:${port}`;
  const { says, stop } = start(
    `env LOCKSTEP_URL=${lockstepUrl} python3 -u manage.py runserver --noreload 127.0.0.1:${port}`,
  );
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

/** Sends a form as the page of the site does; without its CSRF token, as a page of another site would. */
export async function postForm(
  url: string,
  { cookie, csrf = true, fields = {} }: { cookie: string; csrf?: boolean; fields?: Record<string, string> },
): Promise<Response> {
  const csrfmiddlewaretoken = /csrftoken=([^;]+)/.exec(cookie)?.[1] ?? '';
  return fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ ...fields, ...(csrf ? { csrfmiddlewaretoken } : {}) }),
  });
}

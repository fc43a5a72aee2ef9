import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const OLDEST_POSTGRES = 14;

/** The directory that holds `initdb` and `postgres`, newest version first. Throws with what to install. */
export async function postgresBinaries(): Promise<string> {
  for (const dir of [...(await debianDirectories()), ...(await configuredDirectory()), ...pathDirectories()]) {
    if ((await executable(join(dir, 'initdb'))) && (await executable(join(dir, 'postgres')))) {
      if ((await majorVersion(dir)) >= OLDEST_POSTGRES) return dir;
    }
  }
  throw new Error(`no PostgreSQL ≥ ${OLDEST_POSTGRES} found; on Debian: apt-get install postgresql`);
}

/** Debian keeps the server's programs off the PATH, one directory for each major version. */
async function debianDirectories(): Promise<string[]> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

async function configuredDirectory(): Promise<string[]> {
  return promisify(execFile)('pg_config', ['--bindir']).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
}

const pathDirectories = () => (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');

async function majorVersion(dir: string): Promise<number> {
  const { stdout } = await promisify(execFile)(join(dir, 'postgres'), ['--version']);
  return Number(/\d+/.exec(stdout)?.[0] ?? 0);
}

const executable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

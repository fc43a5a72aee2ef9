import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An empty cluster, made when Lockstep is built. Absent when the sources run as they are: PGlite then makes one. */
const template = fileURLToPath(new URL('../../cluster', import.meta.url));
/** The same as a dump of PGlite's, for a database in memory. */
const dump = fileURLToPath(new URL('../../cluster.tgz', import.meta.url));

/** The file that stands in the template's empty folders: a packed package keeps no empty ones. */
const KEEP = '.keep';

/** For `openInMemory`; undefined where the sources run as they are. */
export async function emptyCluster(): Promise<Blob | undefined> {
  return existsSync(dump) ? new Blob([await readFile(dump)], { type: 'application/x-gzip' }) : undefined;
}

/**
 * Fills an empty directory with a new cluster by copying one: PGlite takes some seconds to make one, a copy a fraction of
 * a second. All of it is on disk before it takes the directory's name, so a start that dies in between leaves nothing half.
 */
export function placeCluster(directory: string): void {
  if (readdirSync(directory).length > 0 || !existsSync(join(template, 'PG_VERSION'))) return;
  const fresh = `${directory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  cpSync(template, fresh, { recursive: true, filter: (path) => basename(path) !== KEEP });
  chmodSync(fresh, 0o700);
  for (const entry of readdirSync(fresh, { recursive: true, encoding: 'utf8' })) sync(join(fresh, entry));
  sync(fresh);
  renameSync(fresh, directory);
  sync(dirname(directory));
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { UnpackSync } from 'tar';

/** An empty cluster as a tar file. The build creates it, so it is absent if the sources run directly. */
const packed = fileURLToPath(new URL('../../../cluster.tar.br', import.meta.url));

/** The empty cluster for `openInMemory`. Undefined if the sources run directly; then PGlite creates its own. */
export async function emptyCluster(): Promise<Blob | undefined> {
  const tar = await unpacked();
  return tar === undefined ? undefined : new Blob([tar], { type: 'application/x-tar' });
}

/**
 * Fills an empty directory with a new cluster. This takes a fraction of a second; PGlite would take several seconds.
 * All files are on disk before the directory gets its name, so a start that crashes in between leaves no incomplete
 * cluster.
 */
export async function placeCluster(directory: string): Promise<void> {
  if (readdirSync(directory).length > 0) return;
  const tar = await unpacked();
  if (tar === undefined) return;
  const fresh = `${directory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  new UnpackSync({ cwd: fresh, onwarn: refuseDamage }).end(tar);
  chmodSync(fresh, 0o700);
  for (const entry of readdirSync(fresh, { recursive: true, encoding: 'utf8' })) sync(join(fresh, entry));
  sync(fresh);
  renameSync(fresh, directory);
  sync(dirname(directory));
}

/** Throws on a damaged file. That tar makes the absolute paths of PGlite's dump relative to `cwd` is not damage. */
function refuseDamage(code: string, message: string | Error): void {
  if (code !== 'TAR_ENTRY_INFO') throw new Error(`the packed cluster is damaged: ${String(message)}`);
}

async function unpacked(): Promise<Buffer<ArrayBuffer> | undefined> {
  return existsSync(packed) ? promisify(brotliDecompress)(await readFile(packed)) : undefined;
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/lockstep-prisma/', import.meta.url));
const FILES = ['package.json', 'package-lock.json'];

/**
 * Installs what the lock file beside this says, in a folder of its own, and only where it is not there. Without scripts: that
 * of `@prisma/engines` would load a native engine from a host of Prisma's, which nothing here needs.
 */
export async function installPrisma(): Promise<{ folder: string; require: NodeJS.Require }> {
  const done = join(CACHE, '.installed.json');
  const lock = readFileSync(join(HERE, 'package-lock.json'), 'utf8');
  if (!existsSync(done) || readFileSync(done, 'utf8') !== lock) {
    mkdirSync(CACHE, { recursive: true });
    for (const file of FILES) copyFileSync(join(HERE, file), join(CACHE, file));
    const args = ['ci', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', args, { cwd: CACHE, maxBuffer: 1e8 });
    copyFileSync(join(HERE, 'package-lock.json'), done);
  }
  return { folder: CACHE, require: createRequire(join(CACHE, 'package.json')) };
}

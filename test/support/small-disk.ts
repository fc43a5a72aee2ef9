import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, small; null where this user may not mount one, and then it says so. */
export function mountSmallDisk(size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (status === 0) return folder;
  console.warn(`NOT TESTED: a full disk, since mount needs root (${stderr.trim()})`);
  return null;
}

/** Until not one more byte can be written. */
export function fillDisk(folder: string): void {
  const file = openSync(join(folder, 'filling'), 'w');
  for (const bytes of [65_536, 512]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
}

export function emptyDisk(folder: string): void {
  rmSync(join(folder, 'filling'));
}

export function unmount(folder: string): void {
  spawnSync('umount', [folder]);
  rmdirSync(folder);
}

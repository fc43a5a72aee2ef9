import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from './process-start.js';

export interface ServiceFile {
  url: string;
  token: string;
  pid: number;
  /** When that process began, where the system says so. */
  start?: string;
}

/** The configured token, or one made for this start. There is always one: nothing is open because a setting is missing. */
export function tokenFrom(configured: string | undefined): string {
  return configured !== undefined && configured !== '' ? configured : randomBytes(24).toString('base64url');
}

/** Tells commands on this machine where this process serves. Readable by its owner alone; removed at the end, unless another wrote it since. */
export function writeServiceFile(directory: string, { url, token }: Pick<ServiceFile, 'url' | 'token'>): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'service.json');
  const start = startOf(process.pid);
  const service: ServiceFile = { url, token, pid: process.pid, ...(start === undefined ? {} : { start }) };
  const text = `${JSON.stringify(service)}\n`;
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
  return () => {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) rmSync(path, { force: true });
  };
}

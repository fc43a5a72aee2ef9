import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface ServiceFile {
  url: string;
  token: string;
  pid: number;
}

/** The configured token, or one made for this start. There is always one: nothing is open because a setting is missing. */
export function tokenFrom(configured: string | undefined): string {
  return configured !== undefined && configured !== '' ? configured : randomBytes(24).toString('base64url');
}

/** Tells commands on this machine where the running service is. Readable by its owner alone; removed at the end. */
export function writeServiceFile(directory: string, service: ServiceFile): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'service.json');
  writeFileSync(path, `${JSON.stringify(service)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return () => rmSync(path, { force: true });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from './process-start.js';
import type { ServiceFile } from './token.js';

const PROBE_MS = 2_000;

/**
 * Where the service of this directory runs; undefined if none does. The system reuses process ids, so the file counts
 * only while the process that wrote it runs.
 */
export async function readServiceFile(directory: string): Promise<ServiceFile | undefined> {
  const service = parseServiceFile(directory);
  if (service === undefined || !isAlive(service.pid)) return undefined;
  const start = startOf(service.pid);
  // Where the system does not say when a process began, what answers at the address decides.
  if (start === undefined || service.start === undefined) return (await answers(service.url)) ? service : undefined;
  return start === service.start ? service : undefined;
}

/** Undefined if there is no file, or it is not one of ours. */
function parseServiceFile(directory: string): ServiceFile | undefined {
  try {
    const { url, token, pid, start } = JSON.parse(
      readFileSync(join(directory, 'service.json'), 'utf8'),
    ) as Partial<ServiceFile>;
    if (typeof url !== 'string' || !URL.canParse(url) || typeof token !== 'string' || !Number.isInteger(pid)) return;
    return { url, token, pid: pid as number, ...(typeof start === 'string' ? { start } : {}) };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, and another user's
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    return false;
  }
}

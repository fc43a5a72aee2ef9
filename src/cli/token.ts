import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOKEN_MIN } from '../http/caller.js';
import { LockstepError } from '../kernel/error.js';
import { startOf } from './process-start.js';

export interface ServiceFile {
  url: string;
  token: string;
  pid: number;
  /** When that process began, where the system says so. */
  start?: string;
}

/**
 * The configured token, or a new one for this start. There is always one: nothing is open because a setting is missing.
 * @throws option_invalid
 */
export function tokenFrom(configured: string | undefined): string {
  if (configured === undefined || configured === '') return randomBytes(24).toString('base64url');
  if (configured.length >= TOKEN_MIN) return configured;
  throw new LockstepError('option_invalid', `LOCKSTEP_TOKEN has fewer than ${TOKEN_MIN} characters`, {
    hint: 'generate one with openssl rand -base64 24, or unset it: then each start generates one',
  });
}

/** The token that opens only the metrics; undefined: none does. @throws option_invalid */
export function metricsTokenFrom(configured: string | undefined): string | undefined {
  if (configured === undefined || configured === '') return undefined;
  if (configured.length >= TOKEN_MIN) return configured;
  throw new LockstepError('option_invalid', `LOCKSTEP_METRICS_TOKEN has fewer than ${TOKEN_MIN} characters`, {
    hint: 'generate one with openssl rand -base64 24, or unset it: then only LOCKSTEP_TOKEN opens /metrics',
  });
}

/**
 * Tells commands on this machine where this process serves. Only its owner can read the file. Returns what removes it,
 * unless another process has written it since.
 */
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

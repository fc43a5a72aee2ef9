import { statfsSync } from 'node:fs';
import { API_VERSION } from '../../../catalog/generated/api-version.js';
import { resolveOptions, type ServiceOptions } from '../../../engine/config.js';
import { parseSecrets } from '../../../feeds/signature.js';
import type { LocalFacts } from '../../../operate/doctor/facts.js';
import type { Learnt } from '../../../operate/doctor/finding.js';
import { LockstepError, messageOf } from '../../../kernel/error.js';
import { version } from '../../../kernel/version.js';

/** What this process knows by itself. */
export function readLocalFacts(options: ServiceOptions): LocalFacts {
  return {
    // The key and the secrets have checks of their own.
    config: attempt(() => {
      const { feed, catchUpEveryMs, databaseUrl, directory } = resolveOptions(options);
      return { feed, catchUpEveryMs, databaseUrl, directory };
    }),
    secrets: attempt(() => secretsOf(options)),
    version: version(),
    apiVersion: API_VERSION,
    node: process.versions.node,
    freeBytes: attempt(() => (options.databaseUrl === undefined ? freeIn(options.directory ?? '.lockstep') : null)),
  };
}

/** @throws webhook_secret_missing, webhook_secret_invalid */
function secretsOf({ webhookSecret, sources = [] }: ServiceOptions): number[] {
  return [webhookSecret, ...sources.map((source) => source.webhookSecret)].map((text) => parseSecrets(text).length);
}

/** Of the file system that the directory is in, or will be. */
function freeIn(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    const { bavail, bsize } = statfsSync('.');
    return bavail * bsize;
  }
}

function attempt<T>(read: () => T): Learnt<T> {
  try {
    return { value: read() };
  } catch (error) {
    const hint = error instanceof LockstepError ? error.hint : undefined;
    return { failed: messageOf(error), next: hint ?? 'see the error' };
  }
}

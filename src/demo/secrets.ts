import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LockstepError } from '../kernel/error.js';

/** The secrets that the demo signs with. They are created at the first start and kept in `demo.json`. */
export interface DemoSecrets {
  webhookSecret: string;
  sessionSecret: string;
}

/** Reads the secrets of this directory, or creates them. @throws path_unusable */
export function readSecrets(directory: string): DemoSecrets {
  const path = join(directory, 'demo.json');
  if (existsSync(path)) return parseSecretsFile(path);
  const secrets = {
    webhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
    sessionSecret: randomBytes(32).toString('hex'),
  };
  writeFileSync(path, `${JSON.stringify(secrets)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return secrets;
}

function parseSecretsFile(path: string): DemoSecrets {
  try {
    const secrets = JSON.parse(readFileSync(path, 'utf8')) as Partial<DemoSecrets>;
    if (typeof secrets.webhookSecret === 'string' && typeof secrets.sessionSecret === 'string')
      return secrets as DemoSecrets;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new LockstepError('path_unusable', `${path} does not hold the demo's secrets`, {
    hint: `delete ${path}; the next start creates new ones`,
  });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceFile } from './token.js';

/** Where the service beside this directory runs; undefined where none does. */
export function readServiceFile(directory: string): ServiceFile | undefined {
  let service: ServiceFile;
  try {
    service = JSON.parse(readFileSync(join(directory, 'service.json'), 'utf8')) as ServiceFile;
    process.kill(service.pid, 0);
  } catch {
    return undefined; // none was started here, or it ended without cleaning up
  }
  return service;
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresBinaries } from './postgres-binaries.js';

/** Every SQLSTATE that this machine's PostgreSQL knows, as its own list has them; undefined where it is not installed. */
export async function serverStates(): Promise<{ state: string; isError: boolean }[] | undefined> {
  const bin = await postgresBinaries();
  const version = /postgresql\/(\d+)\/bin/.exec(bin)?.[1];
  const places = [
    join(dirname(bin), 'share/postgresql'),
    join(dirname(bin), 'share'),
    `/usr/share/postgresql/${version}`,
  ];
  for (const place of places) {
    try {
      const text = readFileSync(join(place, 'errcodes.txt'), 'utf8');
      return [...text.matchAll(/^([0-9A-Z]{5})\s+([EWS])\s/gm)].map(([, state = '', kind]) => ({
        state,
        isError: kind === 'E',
      }));
    } catch {
      continue;
    }
  }
  return undefined;
}

import type { Thing } from '../stripe/store.js';
import { same, type FoundRow } from './facts.js';

/** What an event in the inbox says of a thing that nobody can read. */
export interface Report {
  version: number;
  eventType: string;
  created: number;
  /** In the shape that the mirror keeps. */
  pinned: boolean;
}

/**
 * What is wrong with the row of a thing that only events report: the latest report stands (of several in one second any of
 * them), a deletion for good, and where nothing was reported there is nothing.
 */
export function wrongReport(thing: Thing, row: FoundRow | undefined, stored: readonly Report[]): string | undefined {
  const name = `${thing.type} ${thing.id}`;
  const reports = stored.filter(({ pinned }) => pinned);
  if (reports.length === 0) return row === undefined ? undefined : `${name} stands and was never reported`;
  if (row === undefined) return `${name} was reported and is missing`;
  if (row.proven) return `${name} is called proven, and nobody can read it`;
  if (reports.some(({ eventType }) => eventType.endsWith('.deleted')))
    return row.deleted ? undefined : `${name} was reported deleted and stands`;
  const latest = Math.max(...reports.map(({ created }) => created));
  const right = reports.some(
    ({ created, version }) => created === latest && same(thing.versions[version]?.object, row.data),
  );
  return right && !row.deleted ? undefined : `${name} is not what was reported last`;
}

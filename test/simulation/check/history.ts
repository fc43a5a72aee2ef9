import { kinds, type Json } from '../stripe/kinds.js';
import type { Thing } from '../stripe/store.js';
import { everChildren, partsOf, same, sameObject, type FoundRow } from './facts.js';
import { wrongReport, type Report } from './reports.js';

/** What one committed transaction did, in the order of the commits. */
export interface Commit {
  at: number;
  rows: readonly FoundRow[];
  /** Owners whose children are a complete set now. */
  sets: readonly { owner: string; type: string; ids: readonly string[]; proven: boolean }[];
  /** Ids of objects. */
  marked: readonly string[];
  cleared: readonly string[];
  /** Ids of events that were new to the inbox. */
  events: readonly string[];
}

export interface History {
  note(commit: Commit): void;
  /** Stripe was told that the event is stored. */
  acknowledged(event: string, at: number): void;
  readonly problems: readonly string[];
  /** The latest version of the thing that an accepted event told of; -1: none did. */
  hinted(thing: string): number;
  isStored(event: string): boolean;
  /** The distinct states of the thing that were proven one after the other; null: that it is gone. */
  proofs(thing: string): readonly (Json | null)[];
  /** Whether an event had told of the thing when it was first proven. */
  wasHeardFirst(thing: string): boolean;
  /** Whether what stands is proven and older than a version. */
  isBehind(thing: string, version: number): boolean;
  /** What the inbox says of a thing that nobody can read. */
  reports(thing: string): readonly Report[];
}

/**
 * Watches every commit:
 * - I2 what is acknowledged is in the inbox.
 * - I3 what is proven (no mark) is at least as new as every hint in the inbox.
 * - I4 proven states follow Stripe's history in order, each part of an object by itself.
 * - I5 nothing stands again where a proven tombstone stood.
 */
export function createHistory(
  things: ReadonlyMap<string, Thing>,
  told: ReadonlyMap<string, { thing: string; version: number } & Partial<Report>>,
): History {
  const problems: string[] = [];
  const rows = new Map<string, FoundRow>();
  const children = new Map<string, Map<string, FoundRow>>();
  const marks = new Set<string>();
  const stored = new Set<string>();
  const hints = new Map<string, number>();
  const reached = new Map<string, number>();
  const proofs = new Map<string, (Json | null)[]>();
  const heardFirst = new Set<string>();
  const reports = new Map<string, Report[]>();

  const write = (row: FoundRow, at: number): void => {
    if (row.owner !== null) {
      let set = children.get(row.owner);
      if (set === undefined) children.set(row.owner, (set = new Map<string, FoundRow>()));
      set.set(row.id, row);
      return;
    }
    const before = rows.get(row.id);
    if (before?.deleted === true && before.proven && !row.deleted)
      problems.push(`I5 ${row.type} ${row.id} stands again after its tombstone, ${time(at)}`);
    rows.set(row.id, row);
    if (row.proven) keepProof(row);
  };

  const keepProof = ({ id, type, data, deleted }: FoundRow): void => {
    const after = deleted ? null : data;
    const before = proofs.get(id);
    if (before === undefined) {
      proofs.set(id, [after]);
      if (hints.has(id)) heardFirst.add(id);
    } else if (!sameObject(type, before.at(-1) ?? null, after)) before.push(after);
  };

  const replaceSet = ({ owner, type, ids, proven }: Commit['sets'][number]): void => {
    for (const [id, child] of children.get(owner) ?? [])
      if (child.type === type && !ids.includes(id) && !child.deleted)
        children.get(owner)?.set(id, { ...child, deleted: true, proven });
  };

  /** The parts of a proven object, as the mirror has them; undefined: that part is not there. */
  const partsInMirror = (thing: Thing, row: FoundRow): Map<string, unknown> => {
    const parts = new Map<string, unknown>([['', row.deleted ? undefined : partsOf(thing.type, row.data).self]]);
    if (kinds[thing.type]?.list == null) return parts;
    for (const id of everChildren(thing)) {
      const child = children.get(thing.id)?.get(id);
      parts.set(id, child === undefined || child.deleted ? undefined : child.data);
    }
    return parts;
  };

  const judge = (id: string, at: number): void => {
    const thing = things.get(id);
    const row = rows.get(id);
    const hint = hints.get(id) ?? -1;
    if (thing === undefined) {
      if (row !== undefined) problems.push(`I4 ${row.type} ${id} was never at Stripe, ${time(at)}`);
      return;
    }
    if (kinds[thing.type]?.path === null) {
      const wrong = wrongReport(thing, row, reports.get(id) ?? []);
      if (wrong !== undefined) problems.push(`reports: ${wrong}, ${time(at)}`);
      return;
    }
    const isProven = row?.proven === true;
    if (!isProven) {
      if (!marks.has(id) && (row !== undefined || hint >= 0))
        problems.push(`I3 ${thing.type} ${id} is neither proven nor marked, ${time(at)}`);
      return;
    }
    const versions = thing.versions.filter((version) => version.at <= at);
    const sources = versions.map(({ object }) => (object === null ? null : partsOf(thing.type, object)));
    for (const [part, content] of partsInMirror(thing, row)) {
      const matches = (index: number): boolean => {
        const source = sources[index];
        return same(part === '' ? source?.self : source?.children.get(part), content);
      };
      const name = part === '' ? `${thing.type} ${id}` : `${part} of ${thing.type} ${id}`;
      const from = reached.get(`${id} ${part}`) ?? 0;
      let next = from;
      while (next < versions.length && !matches(next)) next += 1;
      if (next === versions.length) {
        problems.push(`I4 ${name} went back behind version ${from}, ${time(at)}`);
        reached.delete(`${id} ${part}`); // told once; the rest is judged anew
        continue;
      }
      reached.set(`${id} ${part}`, next);
      if (marks.has(id)) continue;
      let fresh = hint;
      while (fresh >= 0 && fresh < versions.length && !matches(fresh)) fresh += 1;
      if (fresh === versions.length)
        problems.push(`I3 ${name} is proven and older than version ${hint}, which was hinted at, ${time(at)}`);
    }
  };

  return {
    problems,
    hinted: (thing) => hints.get(thing) ?? -1,
    isStored: (event) => stored.has(event),
    proofs: (thing) => proofs.get(thing) ?? [],
    wasHeardFirst: (thing) => heardFirst.has(thing),
    reports: (thing) => reports.get(thing) ?? [],
    isBehind(id, version) {
      const [thing, row] = [things.get(id), rows.get(id)];
      if (thing === undefined || row === undefined) return true;
      if (!row.proven) return false;
      const news = thing.versions.slice(version).map(({ object }) => object && partsOf(thing.type, object));
      return ![...partsInMirror(thing, row)].every(([part, content]) =>
        news.some((parts) => same(part === '' ? parts?.self : parts?.children.get(part), content)),
      );
    },
    acknowledged(event, at) {
      if (!stored.has(event)) problems.push(`I2 ${event} was acknowledged and is not in the inbox, ${time(at)}`);
    },
    note({ at, rows: written, sets, marked, cleared, events }) {
      const touched = new Set<string>([...marked, ...cleared]);
      for (const event of events) {
        stored.add(event);
        const news = told.get(event);
        if (news === undefined) continue;
        const { thing, version, eventType = '', created = 0, pinned = false } = news;
        hints.set(thing, Math.max(hints.get(thing) ?? -1, version));
        reports.set(thing, [...(reports.get(thing) ?? []), { version, eventType, created, pinned }]);
        touched.add(thing);
      }
      for (const row of written) {
        write(row, at);
        touched.add(row.owner ?? row.id);
      }
      for (const set of sets) {
        replaceSet(set);
        touched.add(set.owner);
      }
      for (const id of marked) marks.add(id);
      for (const id of cleared) marks.delete(id);
      for (const id of touched) judge(id, at);
    },
  };
}

function time(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

import { isDeepStrictEqual } from 'node:util';
import type { Truth } from './fake-stripe.js';
import { childrenOf, factsOf, type Kind } from './object.js';

/** One row of an engine's mirror, as its tables say. */
export interface MirrorRow {
  kind: Kind;
  id: string;
  /** The engine's own mark of a deletion: a column, a status, a tombstone. */
  deleted: boolean;
  /** The object with Stripe's field names. */
  object: Readonly<Record<string, unknown>>;
  /** Members of the sub-list as a table of their own keeps them; null: the engine has no such table for this type. */
  children: readonly MirrorChild[] | null;
}

export type MirrorChild = Readonly<Record<string, unknown>> & { id: string };

/**
 * - `stale`: the row stands, its content is not Stripe's.
 * - `missing`: Stripe has the object, the mirror has no row or calls it deleted.
 * - `extra`: the mirror has a row that Stripe does not have (any more).
 * - `children`: members of the sub-list are missing, too many or different.
 */
export const faults = ['stale', 'missing', 'extra', 'children'] as const;
export type Fault = (typeof faults)[number];

export interface Wrong {
  kind: Kind;
  id: string;
  fault: Fault;
  /** What differs, for people. */
  detail: string;
}

/** Objects of the truth that are wrong in the mirror, each once, by its gravest fault. `ids`: those to be judged. */
export function compare(truth: readonly Truth[], mirror: readonly MirrorRow[], ids: ReadonlySet<string>): Wrong[] {
  const known = new Map(truth.map((one) => [one.id, one]));
  const rows = new Map(mirror.map((row) => [`${row.kind} ${row.id}`, row]));
  const judged = truth.filter(({ id }) => ids.has(id));
  const wrong = judged.flatMap((one) => faultOf(one, rows.get(`${one.kind} ${one.id}`)) ?? []);
  const invented = mirror.filter(({ id, deleted }) => !deleted && !known.has(id));
  return [...wrong, ...invented.map(({ kind, id }) => fault({ kind, id }, 'extra', 'Stripe never had it'))];
}

function faultOf({ kind, id, object }: Truth, row: MirrorRow | undefined): Wrong | undefined {
  const standing = row !== undefined && !row.deleted;
  if (object === null) return standing ? fault({ kind, id }, 'extra', 'deleted at Stripe') : undefined;
  if (!standing) return fault({ kind, id }, 'missing', row === undefined ? 'no row' : 'called deleted');
  for (const field of factsOf[kind].compared) {
    const [there, here] = [object[field] ?? null, row.object[field] ?? null];
    if (!isDeepStrictEqual(there, here))
      return fault({ kind, id }, 'stale', `${field}: ${said(there)}, not ${said(here)}`);
  }
  const { children, childCompared } = factsOf[kind];
  if (children === null) return undefined;
  const owned = childrenOf(object);
  const list = row.object[children.field] as { data?: MirrorChild[] } | undefined;
  for (const members of [list?.data ?? [], ...(row.children === null ? [] : [row.children])]) {
    const detail = otherMembers(owned, members, childCompared);
    if (detail !== undefined) return fault({ kind, id }, 'children', detail);
  }
  return undefined;
}

function otherMembers(
  owned: readonly MirrorChild[],
  members: readonly MirrorChild[],
  fields: readonly string[],
): string | undefined {
  if (members.length !== owned.length) return `${members.length} members, not ${owned.length}`;
  const standing = new Map(members.map((member) => [member.id, member]));
  for (const one of owned) {
    const member = standing.get(one.id);
    if (member === undefined) return `${one.id} is missing`;
    const field = fields.find((each) => !isDeepStrictEqual(one[each] ?? null, member[each] ?? null));
    if (field !== undefined) return `${one.id} ${field}: ${said(one[field])}, not ${said(member[field])}`;
  }
  return undefined;
}

const fault = ({ kind, id }: { kind: Kind; id: string }, which: Fault, detail: string): Wrong => ({
  ...{ kind, id, detail },
  fault: which,
});

const said = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

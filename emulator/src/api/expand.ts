import type { Json, RowType } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { invalid } from './problem.js';

/** What can be expanded in one object type: ids by dotted path, and parts that are shown only when expanded. */
export interface Expansions {
  /** Path → how to show the object of that id. */
  ids?: Readonly<Record<string, (id: string, unit: Unit) => Json>>;
  /** Path → the part, made from the object's own id. */
  parts?: Readonly<Record<string, (id: string, unit: Unit) => unknown>>;
}
export type ExpansionTable = Readonly<Record<string, Expansions>>;

/** For an id of this type. */
export const objectOf =
  (type: RowType) =>
  (id: string, unit: Unit): Json =>
    unit.show(type, id);

const DEPTH_MAX = 4;

/**
 * Puts whole objects where ids stand, for each path of `expand[]`. The object given is never changed.
 * @throws Problem for a path that Stripe would refuse.
 */
export function expandAll(table: ExpansionTable, unit: Unit, object: Json, paths: readonly string[]): Json {
  return paths.reduce((expanded, path) => expandOne(table, unit, expanded, path), object);
}

function expandOne(table: ExpansionTable, unit: Unit, object: Json, path: string): Json {
  const keys = path.split('.');
  const depth = keys.length - (keys[0] === 'data' ? 1 : 0);
  if (depth > DEPTH_MAX)
    throw invalid(`You cannot expand more than ${DEPTH_MAX} levels of a property. Property: ${path}`);
  const walker: Walker = { table, unit, path, listed: object.object === 'list' };
  return walk(walker, { owner: object, inside: '' }, object, keys);
}

interface Walker {
  table: ExpansionTable;
  unit: Unit;
  path: string;
  listed: boolean;
}

/** Where the walk is: the nearest object with a type of its own, and the dotted path from it. */
interface Place {
  owner: Json;
  inside: string;
}

function walk(walker: Walker, { owner, inside }: Place, node: Json, keys: readonly string[]): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return node;
  const at = inside === '' ? key : `${inside}.${key}`;
  const place = { owner, inside: at };
  const expansions = walker.table[String(owner.object)];
  const part = expansions?.parts?.[at];
  if (part !== undefined) {
    const made = node[key] ?? part(String(owner.id), walker.unit);
    return { ...node, [key]: descend(walker, place, made, rest) };
  }
  const show = expansions?.ids?.[at];
  const value = node[key];
  if (show !== undefined) {
    const expandedIn = (id: unknown): unknown => {
      const shown = typeof id === 'string' ? show(id, walker.unit) : id;
      return descend(walker, place, shown, rest);
    };
    return { ...node, [key]: Array.isArray(value) ? value.map(expandedIn) : expandedIn(value) };
  }
  const leads = Array.isArray(value) || (typeof value === 'object' && value !== null);
  const known = Object.keys({ ...expansions?.ids, ...expansions?.parts }).some((name) => name.startsWith(`${at}.`));
  if (rest.length > 0 && (leads || (value === null && known))) {
    return { ...node, [key]: descend(walker, place, value, rest) };
  }
  throw refused(walker);
}

function descend(walker: Walker, place: Place, value: unknown, keys: readonly string[]): unknown {
  if (keys.length === 0 || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => descend(walker, place, item, keys));
  if (typeof value !== 'object') throw refused(walker);
  const node = value as Json;
  if (typeof node.object !== 'string') return walk(walker, place, node, keys);
  if (node.deleted === true) return node;
  return walk(walker, { owner: node, inside: '' }, node, keys);
}

function refused({ path, listed }: Walker): Error {
  const hint = listed && !path.startsWith('data.') ? ` You may want to try expanding 'data.${path}' instead.` : '';
  return invalid(`This property cannot be expanded (${path}).${hint}`);
}

import { catalogOf, type CatalogObject, type SubList } from '../catalog/catalog.js';

/** Where something is at Stripe: `endpoint` is the path with its placeholders, which all ids share one rate of. */
export interface Address {
  endpoint: string;
  path: string;
  query?: Readonly<Record<string, string>>;
}

export type Parents = Readonly<Record<string, string>>;

/** The address of one object: its own, or below the parents it was seen with; undefined: it cannot be asked for. */
export function addressOfObject(entry: CatalogObject, id: string, parents: Parents): Address | undefined {
  if (entry.retrieve !== null) return { endpoint: entry.retrieve, path: substitute(entry.retrieve, () => id) };
  for (const endpoint of entry.nestedRetrieve) {
    const names = placeholders(endpoint);
    const known = names.slice(0, -1).every((parent) => parents[parent] !== undefined);
    if (known)
      return {
        endpoint,
        path: substitute(endpoint, (name) => (name === names.at(-1) ? id : (parents[name] as string))),
      };
  }
  return undefined;
}

/** The endpoints that one object of the type may be read at. */
export function readEndpoints(type: string): readonly string[] {
  const entry = catalogOf(type);
  if (entry === undefined) return [];
  return entry.retrieve === null ? entry.nestedRetrieve : [entry.retrieve];
}

/** Where a sub-list is read to its end; the placeholders are fields of its parent. */
export function addressOfSubList(
  { path, query }: SubList,
  parent: Readonly<Record<string, unknown>>,
  id: string,
): Address | undefined {
  if (path === null) return undefined;
  const valueOf = (field: string): string => (field === 'id' ? id : String(parent[field]));
  const filled = Object.entries(query).map(([key, value]) => [
    key,
    value.replace(/^\{(\w+)\}$/, (_, field: string) => valueOf(field)),
  ]);
  return {
    endpoint: path,
    path: substitute(path, valueOf),
    query: Object.fromEntries(filled) as Record<string, string>,
  };
}

/** The names of a path's placeholders, in order. */
export function placeholders(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}

export function substitute(path: string, valueOf: (name: string) => string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(valueOf(name)));
}

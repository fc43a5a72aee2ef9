import { catalogOf, type CatalogObject, type SubList } from '../catalog/catalog.js';

/** The path of a request. `endpoint` is the path with placeholders: requests for all ids share its rate. */
export interface Address {
  endpoint: string;
  path: string;
  query?: Readonly<Record<string, string>>;
}

export type Parents = Readonly<Record<string, string>>;

/** The path that reads one object: its own, or one below its parents. Undefined if Stripe has no such request. */
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

/** The endpoints that can read one object of the type. */
export function readEndpoints(type: string): readonly string[] {
  const entry = catalogOf(type);
  if (entry === undefined) return [];
  return entry.retrieve === null ? entry.nestedRetrieve : [entry.retrieve];
}

/** The path that reads a whole sub-list. The placeholders are filled with fields of its parent. */
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

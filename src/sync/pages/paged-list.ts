import { catalogOf, isReadable } from '../../catalog/catalog.js';
import type { Query } from '../../stripe/list.js';
import { mayListBeside } from '../consequences.js';

/** The list of a type whose pages can stand in for the reads of its objects. */
export interface PagedList {
  /** Its address. */
  path: string;
  /** The parameters of every request, with the expansions of a read of one object. */
  query: Query;
}

/**
 * Undefined if there is none. A page can stand in for reads if one list shows every object of the type, needs no parent, and
 * can begin at any second of `created`, so that only pages with waiting objects are requested. A page saves nothing for a
 * type whose proofs also read a list, such as customers.
 */
export function pagedListOf(type: string): PagedList | undefined {
  const entry = catalogOf(type);
  if (entry === undefined || entry.table === null || entry.key !== 'id') return undefined;
  if (!isReadable(entry) || entry.listsApart || mayListBeside(type)) return undefined;
  const [query, ...others] = entry.listPasses;
  const list = entry.lists.find(({ parent, required }) => parent === null && required.length === 0);
  if (list === undefined || query === undefined || others.length > 0) return undefined;
  if (!list.filters.includes('created') || !entry.columns.some(({ name }) => name === 'created')) return undefined;
  const expand = [...entry.listExpand, ...entry.expand, ...entry.lookInto].map((field) => `data.${field}`);
  return { path: list.path, query: expand.length === 0 ? query : { ...query, expand } };
}

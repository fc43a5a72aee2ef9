import { catalogOf, isReadable, objects, ownedObjects, type CatalogObject, type ListPath } from '../catalog/catalog.js';
import { placeholders } from '../stripe/address.js';

/** One listing. If it has a parent, Stripe has to be asked for it once per parent. */
export interface Way {
  /** Its path, with a placeholder if it is nested below a parent. */
  endpoint: string;
  parent: Parent | null;
  /** The sets of query parameters to list one after the other. */
  passes: readonly Readonly<Record<string, string>>[];
  /** Fields that the listing leaves out unless it is asked to expand them. */
  expand: readonly string[];
  /** Whether it takes `created`, so that recent objects can be listed alone. */
  hasCreated: boolean;
}

export interface Parent {
  type: string;
  /** Where the parent's id goes: into the path's placeholder, or into a query parameter. */
  in: 'path' | 'query';
  name: string;
}

/**
 * How every object of a type is found.
 * - `list`: by its listings. · `read`: an account, or each customer, has one such object, and each is read.
 */
export type ListingPlan =
  | { type: string; kind: 'list'; ways: readonly Way[]; perParent: boolean; readable: boolean }
  | { type: string; kind: 'read'; of: 'account' | 'customer' };

/** The plan of a type. Undefined if Stripe shows such objects only inside others or in events. */
export function planOf(type: string): ListingPlan | undefined {
  const entry = catalogOf(type);
  if (entry === undefined || entry.table === null || ownedObjects.has(type)) return undefined;
  if (entry.key === 'singleton') return { type, kind: 'read', of: 'account' };
  if (entry.key === 'customer') return { type, kind: 'read', of: 'customer' };
  const ways = waysOf(entry);
  if (ways.length === 0) return undefined;
  return {
    type,
    kind: 'list',
    ways,
    perParent: ways.some(({ parent }) => parent !== null),
    readable: isReadable(entry),
  };
}

/** Every plan, the cheapest first: types that are listed whole, then those read once, then those listed per parent. */
export const plans: readonly ListingPlan[] = objects
  .flatMap(({ object }) => planOf(object) ?? [])
  .sort((a, b) => cost(a) - cost(b) || rank(a) - rank(b) || (a.type < b.type ? -1 : 1));

/** The types whose objects are listed whole, without naming a parent. */
export const plainlyListed: readonly string[] = plans
  .filter((plan) => plan.kind === 'list' && !plan.perParent)
  .map(({ type }) => type);

/** The types that are compared by default. */
export const compared: readonly ListingPlan[] = plans.filter(({ type }) => catalogOf(type)?.comparedOnRequest !== true);

/** The types of the parents that a plan lists below. */
export function parentsOf(plan: ListingPlan): readonly string[] {
  if (plan.kind === 'read') return plan.of === 'customer' ? ['customer'] : [];
  return [...new Set(plan.ways.flatMap(({ parent }) => parent?.type ?? []))];
}

/** Whether the recent objects of a type can be listed alone. */
export function listsRecent(type: string): boolean {
  const plan = planOf(type);
  return plan?.kind === 'list' && plan.ways.every(({ hasCreated }) => hasCreated);
}

function rank({ type }: ListingPlan): number {
  return catalogOf(type)?.listedFirst ?? objects.length;
}

function cost(plan: ListingPlan): number {
  if (plan.kind === 'read') return plan.of === 'account' ? 1 : 3;
  return plan.perParent ? 2 : 0;
}

function waysOf(entry: CatalogObject): Way[] {
  const plain = entry.lists.filter(({ parent, required }) => parent === null && required.length === 0);
  const others = entry.lists.filter((list) => !plain.includes(list));
  const [whole] = plain;
  const chosen = whole === undefined ? others : entry.listsApart ? [whole, ...others] : [whole];
  return chosen.flatMap((list) => wayOf(entry, list) ?? []);
}

function wayOf(entry: CatalogObject, list: ListPath): Way | undefined {
  const parent = parentOf(entry, list);
  if (parent === undefined) return undefined;
  return {
    endpoint: list.path,
    parent,
    passes: entry.listPasses,
    expand: [...entry.listExpand, ...entry.expand].map((field) => `data.${field}`),
    hasCreated: list.filters.includes('created'),
  };
}

/** undefined: the listing needs something other than a parent's id. */
function parentOf(entry: CatalogObject, { path, parent, required }: ListPath): Parent | null | undefined {
  const [name, ...more] = [...placeholders(path), ...required];
  if (name === undefined) return null;
  if (more.length > 0) return undefined;
  const type = parent ?? entry.listParents[name] ?? (catalogOf(name) === undefined ? undefined : name);
  return type === undefined ? undefined : { type, in: required.includes(name) ? 'query' : 'path', name };
}

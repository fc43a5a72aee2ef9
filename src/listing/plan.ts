import { catalogOf, isReadable, objects, ownedObjects, type CatalogObject, type ListPath } from '../catalog/catalog.js';
import { placeholders } from '../stripe/address.js';

/** One listing, and whose every parent it has to be asked for. */
export interface Way {
  /** With its placeholder, where it is nested below a parent. */
  endpoint: string;
  parent: Parent | null;
  /** Sets of query parameters that have to be listed one after the other. */
  passes: readonly Readonly<Record<string, string>>[];
  /** What is asked for because the listing leaves it out otherwise. */
  expand: readonly string[];
  /** Takes `created`, so that recent objects can be listed alone. */
  hasCreated: boolean;
}

export interface Parent {
  type: string;
  /** Where its id goes: the path's placeholder, or a parameter. */
  in: 'path' | 'query';
  name: string;
}

/**
 * How every object of a type is found.
 * - `list`: by its listings. · `read`: an account has one, or each customer has one: they are read one by one.
 */
export type ListingPlan =
  | { type: string; kind: 'list'; ways: readonly Way[]; perParent: boolean; readable: boolean }
  | { type: string; kind: 'read'; of: 'account' | 'customer' };

/** undefined: Stripe shows such objects inside others or in events only. */
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

/** Every plan, the cheapest first: what is listed whole, then what is read once, then what is asked for by parent. */
export const plans: readonly ListingPlan[] = objects
  .flatMap(({ object }) => planOf(object) ?? [])
  .sort((a, b) => cost(a) - cost(b) || rank(a) - rank(b) || (a.type < b.type ? -1 : 1));

/** The types whose objects are listed whole, without naming a parent. */
export const plainlyListed: readonly string[] = plans
  .filter((plan) => plan.kind === 'list' && !plan.perParent)
  .map(({ type }) => type);

/** What is compared unless types are named. */
export const compared: readonly ListingPlan[] = plans.filter(({ type }) => catalogOf(type)?.comparedOnRequest !== true);

/** Types of parents that a plan asks for one by one. */
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

/** undefined: the listing wants something else than a parent's id. */
function parentOf(entry: CatalogObject, { path, parent, required }: ListPath): Parent | null | undefined {
  const [name, ...more] = [...placeholders(path), ...required];
  if (name === undefined) return null;
  if (more.length > 0) return undefined;
  const type = parent ?? entry.listParents[name] ?? (catalogOf(name) === undefined ? undefined : name);
  return type === undefined ? undefined : { type, in: required.includes(name) ? 'query' : 'path', name };
}

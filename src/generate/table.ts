import {
  catalogOf,
  catalogOfTable,
  objects,
  ownedObjects,
  type CatalogObject,
  type Column,
} from '../catalog/catalog.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';

/** One table of the mirror, from which a model is generated. Lockstep's own columns come first. */
export interface Table {
  /** The object type, as in Stripe's field `object`. */
  object: string;
  /** 'subscription_items' */
  name: string;
  /** Whether the key of its rows includes their owner's id. */
  isOwned: boolean;
  columns: readonly TableColumn[];
}

export interface TableColumn extends Pick<Column, 'name' | 'kind'> {
  isRequired: boolean;
  /**
   * The table that the ids in this column refer to. Null if the column is not a reference, or refers to several tables.
   */
  references: string | null;
}

/**
 * The tables of the catalog, sorted by name: all, or those of the given types ('subscription', 'subscriptions').
 * @throws option_invalid unknown type
 */
export function tablesOf(types: readonly string[]): Table[] {
  return tablesFrom(types.length === 0 ? objects : types.map(named));
}

/** The tables of these object types, sorted by name. */
export function tablesFrom(chosen: readonly CatalogObject[]): Table[] {
  const tables = chosen.flatMap((object) => (object.table === null ? [] : [tableOf(object, object.table)]));
  return [...new Map(tables.map((table) => [table.name, table])).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const own = (name: string, kind: Column['kind'], isRequired = true): TableColumn => ({
  name,
  kind,
  isRequired,
  references: null,
});

function tableOf(object: CatalogObject, name: string): Table {
  const isOwned = ownedObjects.has(object.object);
  const columns = [
    own('account', 'text'),
    own('livemode', 'boolean'),
    ...(isOwned ? [own('owner', 'text')] : []),
    own('id', 'text'),
    own('data', 'json'),
    own('deleted', 'boolean'),
    own('proven_at', 'time', false),
    own('as_of', 'time'),
    ...object.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      isRequired: false,
      references: onlyTable(column.references ?? []),
    })),
  ];
  return { object: object.object, name, isOwned, columns };
}

function onlyTable(references: readonly string[]): string | null {
  const [one, ...others] = references;
  return one === undefined || others.length > 0 ? null : (catalogOf(one)?.table ?? null);
}

function named(word: string): CatalogObject {
  const object = catalogOf(word) ?? catalogOfTable(word);
  if (object !== undefined && object.table !== null) return object;
  const known = objects.flatMap(({ table }) => (table === null ? [] : [table]));
  const near = nearest(word, known);
  throw new LockstepError('option_invalid', `Unknown table ${JSON.stringify(word)}`, {
    hint: near === undefined ? 'use a table such as subscriptions or customers' : `did you mean ${near}?`,
  });
}

/** 'subscription_items' → 'subscriptionItems' */
export function camel(name: string): string {
  return name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** 'checkout.session' → 'CheckoutSession': a row's own name. */
export function pascal(object: string): string {
  const name = camel(object.replaceAll('.', '_'));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

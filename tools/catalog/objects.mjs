import ts from 'typescript';
import { fieldsOf } from './columns.mjs';
import { isDeletedShape, objectName, sortedUnique } from './types.mjs';

/**
 * @typedef {object} GeneratedObject
 * @property {string} object
 * @property {boolean} hasId
 * @property {boolean} hasLivemode
 * @property {string | null} retrieve
 * @property {string[]} nestedRetrieve
 * @property {{ path: string, parent: string | null, filters: string[], required: string[] }[]} lists
 * @property {string | null} search
 * @property {boolean} deletable
 * @property {string[]} events
 * @property {Record<string, string | string[]>} columns
 * @property {Record<string, SubList>} subLists
 *
 * @typedef {{ objects: string[], path: string | null, query: Record<string, string> }} SubList
 */

/**
 * Joins operations and events into one row per object type, sorted by name.
 *
 * @param {import('./sdk.mjs').Sdk} sdk
 * @param {import('./operations.mjs').Operation[]} operations
 * @param {Map<string, readonly import('typescript').Type[]>} events
 * @returns {GeneratedObject[]}
 */
export function objectsOf(sdk, operations, events) {
  const nameOf = (/** @type {import('typescript').Type} */ type) => objectName(sdk.checker, type);
  /** @type {Map<string, import('typescript').Type>} */
  const shapes = new Map();
  /** @type {Set<string>} */
  const deletable = new Set();
  for (const type of [...operations.flatMap((operation) => operation.types), ...[...events.values()].flat()]) {
    const name = nameOf(type);
    if (name === null) continue;
    if (isDeletedShape(type)) deletable.add(name);
    else if (!shapes.has(name)) shapes.set(name, type);
  }
  const names = new Set(shapes.keys());
  const rows = [...shapes].map(([object, shape]) => {
    const own = operations.filter((operation) =>
      operation.types.some((t) => nameOf(t) === object && !isDeletedShape(t)),
    );
    const { columns, lists } = fieldsOf(sdk.checker, shape, names);
    const hasId = shape.getProperty('id') !== undefined;
    return {
      object,
      hasId,
      hasLivemode: isRequired(shape.getProperty('livemode')),
      ...retrieves(own, hasId),
      lists: own.filter((operation) => operation.answers === 'list' && operation.path.startsWith('/v1/')).map(listing),
      search: own.find((operation) => operation.answers === 'search')?.path ?? null,
      deletable: deletable.has(object),
      events: sortedUnique(
        [...events].filter(([, types]) => types.some((t) => nameOf(t) === object)).map(([event]) => event),
      ),
      columns,
      subLists: Object.fromEntries(
        Object.entries(lists).map(([field, members]) => [field, { objects: members, path: null, query: {} }]),
      ),
    };
  });
  rows.sort((a, b) => (a.object < b.object ? -1 : 1));
  return rows.map((row) => withParents(row, rows)).map((row, _, named) => withListings(row, named));
}

/** @param {ts.Symbol | undefined} property */
function isRequired(property) {
  return property !== undefined && !(property.flags & ts.SymbolFlags.Optional);
}

const ENDS_IN_ID = /\{\w+\}$/;
const holes = (/** @type {string} */ path) => path.match(/\{\w+\}/g)?.length ?? 0;

/**
 * The ways to read one object. What has no id is read at a path of its own (`/v1/balance`) or of its parent
 * (`/v1/customers/{id}/cash_balance`); for what has one, a path that does not end in an id answers something else
 * (`/v1/credit_notes/preview`).
 *
 * @param {import('./operations.mjs').Operation[]} own @param {boolean} hasId
 */
function retrieves(own, hasId) {
  const gets = own.filter((operation) => operation.verb === 'GET' && operation.answers === 'one');
  const byId = gets.map((operation) => operation.path).filter((path) => ENDS_IN_ID.test(path));
  const withoutId = gets.filter((operation) => !ENDS_IN_ID.test(operation.path) && operation.required.length === 0);
  const single = hasId ? byId.filter((path) => holes(path) === 1) : withoutId.map((operation) => operation.path);
  return {
    retrieve: single[0]?.replace(/\{\w+\}/, '{id}') ?? null,
    nestedRetrieve: sortedUnique(byId.filter((path) => holes(path) > 1)),
  };
}

const PAGING = new Set(['ending_before', 'expand', 'limit', 'starting_after']);

/** @param {import('./operations.mjs').Operation} operation */
function listing(operation) {
  return {
    path: operation.path,
    parent: null,
    filters: operation.parameters.filter((parameter) => !PAGING.has(parameter)),
    required: operation.required,
  };
}

/**
 * Names the placeholders of nested paths: by the field in which the object itself carries the parent's id where it has
 * one (`/v1/application_fees/{fee}/refunds/{id}`), so that a stored object can be read again; else by the parent.
 *
 * @param {GeneratedObject} row @param {GeneratedObject[]} rows @returns {GeneratedObject}
 */
function withParents(row, rows) {
  const parentOf = (/** @type {string} */ path) => {
    const prefix = path.slice(0, path.indexOf('}') + 1).replace(/\{\w+\}/, '{id}');
    return rows.find((other) => other.retrieve === prefix)?.object ?? null;
  };
  const named = (/** @type {string} */ path) => {
    const parent = parentOf(path);
    return parent ? path.replace(/\{\w+\}/, `{${fieldOf(row, parent)}}`) : path;
  };
  return {
    ...row,
    nestedRetrieve: row.nestedRetrieve.map(named).sort(),
    lists: row.lists
      .map((list) => (holes(list.path) === 0 ? list : { ...list, path: named(list.path), parent: parentOf(list.path) }))
      .sort((a, b) => holes(a.path) - holes(b.path) || (a.path < b.path ? -1 : 1)),
  };
}

/** @param {GeneratedObject} row @param {string} parent */
function fieldOf(row, parent) {
  const short = parent.slice(parent.lastIndexOf('.') + 1);
  if (short in row.columns) return short;
  const field = Object.entries(row.columns).find(
    ([, kind]) => Array.isArray(kind) && kind.length === 1 && kind[0] === parent,
  );
  return field?.[0] ?? short;
}

/**
 * Says where the whole of a sub-list is read, because the one inside an object stops at ten: under the parent
 * (`/v1/invoices/{id}/lines`) or by a filter (`/v1/subscription_items?subscription={id}`). Placeholders are the parent's
 * fields; what a listing requires besides, the parent must carry (`/v1/treasury/transaction_entries`).
 *
 * @param {GeneratedObject} row @param {GeneratedObject[]} rows @returns {GeneratedObject}
 */
function withListings(row, rows) {
  const subLists = Object.entries(row.subLists).map(([field, { objects }]) => {
    const lists = rows.find((other) => other.object === objects[0])?.lists ?? [];
    return [field, { objects, ...(listedUnder(row, lists, field) ?? listedBy(row, lists)) }];
  });
  return { ...row, subLists: Object.fromEntries(subLists) };
}

/** @param {GeneratedObject} row @param {GeneratedObject['lists']} lists @param {string} field */
function listedUnder(row, lists, field) {
  const under = lists.filter((list) => list.parent === row.object);
  const nested = under.find((list) => list.path.endsWith(`/${field}`)) ?? under[0];
  return nested && { path: nested.path.replace(/\{\w+\}/, '{id}'), query: {} };
}

/** @param {GeneratedObject} row @param {GeneratedObject['lists']} lists */
function listedBy(row, lists) {
  const short = row.object.slice(row.object.lastIndexOf('.') + 1);
  const filtered = lists.find((list) => list.parent === null && list.filters.includes(short));
  if (!filtered) return { path: null, query: {} };
  const carried = filtered.required.filter((name) => name !== short).map((name) => [name, `{${name}}`]);
  return { path: filtered.path, query: { [short]: '{id}', ...Object.fromEntries(carried) } };
}

import ts from 'typescript';
import { alternatives, isDeletedShape, objectName, sortedUnique } from './types.mjs';

/**
 * @typedef {'text' | 'boolean' | 'time' | 'bigint' | 'numeric' | 'json'} ScalarKind
 * @typedef {{ columns: Record<string, ScalarKind | string[]>, lists: Record<string, string[]> }} Fields
 * @typedef {{ owner: string, objectNames: ReadonlySet<string> }} Names
 *   columns: an array is a reference to those object types; lists: a sub-list and the types of its members
 */

/** The key of a row has these fields, so they get no column of their own. */
const KEYS = new Set(['id', 'object', 'livemode']);

/**
 * The fields of an object type as columns and sub-lists.
 *
 * @param {ts.TypeChecker} checker @param {ts.Type} type @param {ReadonlySet<string>} objectNames
 * @returns {Fields}
 */
export function fieldsOf(checker, type, objectNames) {
  const owner = objectName(checker, type) ?? '';
  /** @type {Fields} */
  const fields = { columns: {}, lists: {} };
  const properties = [...checker.getPropertiesOfType(type)].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const property of properties) {
    if (KEYS.has(property.name)) continue;
    const value = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    if (value.flags & ts.TypeFlags.Never) continue; // `deleted?: void` only tells a live object from a deleted one
    const members = memberNames(checker, value);
    if (members !== null) fields.lists[property.name] = members;
    else fields.columns[property.name] = columnOf(checker, property, value, { owner, objectNames });
  }
  return fields;
}

/** The object types of a sub-list's members; null if the type is not a list. @param {ts.TypeChecker} checker @param {ts.Type} type */
function memberNames(checker, type) {
  if (objectName(checker, type) !== 'list') return null;
  const data = checker.getTypeOfSymbol(/** @type {ts.Symbol} */ (type.getProperty('data')));
  const member = checker.getTypeArguments(/** @type {ts.TypeReference} */ (data))[0];
  return sortedUnique(alternatives(member).flatMap((one) => objectName(checker, one) ?? []));
}

/**
 * @param {ts.TypeChecker} checker @param {ts.Symbol} property @param {ts.Type} value @param {Names} names
 * @returns {ScalarKind | string[]}
 */
function columnOf(checker, property, value, names) {
  const kinds = alternatives(value);
  const comment = ts.displayPartsToString(property.getDocumentationComment(checker));
  if (kinds.some((kind) => kind.aliasSymbol?.name === 'Decimal' || kind.symbol?.name === 'Decimal')) return 'numeric';
  if (checker.typeToString(value) === 'Decimal') return 'numeric';
  if (kinds.every((kind) => kind.flags & ts.TypeFlags.BooleanLike)) return 'boolean';
  if (kinds.every((kind) => kind.flags & ts.TypeFlags.NumberLike)) return numberKind(property.name, comment);
  if (value.flags & ts.TypeFlags.String) return stringKind(property.name, comment, names);
  if (kinds.every(isText)) return 'text';
  const objects = kinds.filter((kind) => kind.flags & ts.TypeFlags.Object && !isDeletedShape(kind));
  const targets = sortedUnique(objects.flatMap((kind) => objectName(checker, kind) ?? []));
  return kinds.some((kind) => kind.flags & ts.TypeFlags.String) && targets.length > 0
    ? targets
    : embedded(objects, targets, names);
}

/** A string, a literal, or the `string & {}` with which the SDK leaves an enum open. @param {ts.Type} type */
function isText(type) {
  return Boolean(type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Intersection));
}

// Stripe's comments name the unit of a moment only sometimes ("A date in the future at which …"), so the names decide
// and the comments add to them. tools and tests print the table; a wrong guess is settled in src/catalog/overrides.ts.
const MOMENT =
  /(^|_)(created|updated|date|timestamp|expires|start|end|anchor|until|from|after|time)$|_(at|by|on)$|^(next_payment_attempt|next_pending_invoice_item_invoice)$/;
const FRACTION = /(^|_)(percent|percentage|rate|decimal)(_|$)|^aggregated_value$/;

/** @param {string} name @param {string} comment @returns {ScalarKind} */
function numberKind(name, comment) {
  if (/milliseconds since/.test(comment)) return 'bigint';
  if (/since the Unix epoch|Unix timestamp/.test(comment) || MOMENT.test(name)) return 'time';
  return FRACTION.test(name) ? 'numeric' : 'bigint';
}

/**
 * A plain string is a moment in API v2 (RFC 3339), an id when it is named for an object type, or text.
 *
 * @param {string} name @param {string} comment @param {Names} names
 * @returns {ScalarKind | string[]}
 */
function stringKind(name, comment, { owner, objectNames }) {
  if (/^(created|updated)$|_at$/.test(name) || /RFC ?3339/.test(comment)) return 'time';
  const sibling = owner.slice(0, owner.lastIndexOf('.') + 1) + name; // a treasury object's `financial_account` is treasury's
  return objectNames.has(sibling) ? [sibling] : objectNames.has(name) ? [name] : 'text';
}

/**
 * An object that always comes in full (`subscription_item.price`) is a reference all the same: its row is elsewhere.
 *
 * @param {readonly ts.Type[]} objects @param {string[]} targets @param {Names} names
 * @returns {ScalarKind | string[]}
 */
function embedded(objects, targets, { objectNames }) {
  const whole = objects.length > 0 && objects.every((type) => type.getProperty('id'));
  return whole && targets.length > 0 && targets.every((target) => objectNames.has(target)) ? targets : 'json';
}

/** @import ts from 'typescript' */

/**
 * The value of a type's `object: '…'` literal, which is how Stripe names a type; null when it has none.
 *
 * @param {ts.TypeChecker} checker @param {ts.Type} type @returns {string | null}
 */
export function objectName(checker, type) {
  const property = type.getProperty('object');
  if (!property) return null;
  const literal = checker.getTypeOfSymbol(property);
  return literal.isStringLiteral() ? literal.value : null;
}

/** The members of a union, or the type alone. @param {ts.Type} type @returns {readonly ts.Type[]} */
export function alternatives(type) {
  return type.isUnion() ? type.types : [type];
}

/** `DeletedCustomer` and its like are answers to a DELETE, not an object's shape. @param {ts.Type} type */
export function isDeletedShape(type) {
  return /^Deleted/.test(type.symbol?.name ?? '');
}

/** @template T @param {Iterable<T>} values @returns {T[]} */
export function sortedUnique(values) {
  return [...new Set(values)].sort();
}

import type { CatalogObject } from './object.js';

/** The id of an object's row. Null if the object has none; then it cannot be stored. */
export function rowId(
  object: Pick<CatalogObject, 'object' | 'key'>,
  data: Readonly<Record<string, unknown>>,
): string | null {
  switch (object.key) {
    case 'id':
      return text(data['id']);
    case 'customer':
      return text(data['customer']);
    case 'singleton':
      return object.object;
    case 'none':
      return null;
    default:
      return object.key satisfies never;
  }
}

// Stripe's ids have at most 255 characters, and an index cannot hold a text of any length.
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 255 ? value : null;
}

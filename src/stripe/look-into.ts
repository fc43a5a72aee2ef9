import Stripe from 'stripe';
import type { CatalogObject } from '../catalog/catalog.js';
import type { StripeObject } from './gateway.js';

/** The path of a read, with all values that Stripe is asked to expand. */
export function withExpansions({ expand, lookInto }: CatalogObject, path: string): string {
  const asked = [...expand, ...lookInto];
  return asked.length === 0
    ? path
    : `${path}?${asked.map((field) => `expand[]=${encodeURIComponent(field)}`).join('&')}`;
}

/**
 * Whether Stripe refused only the expansion, because the key may not see those values. Then the object is read alone.
 */
export function refusesToExpand(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  return error.statusCode === 403 || (error.statusCode === 400 && /expand/i.test(`${error.param} ${error.message}`));
}

/**
 * The object as Stripe returns it without expansions for consequences: an expanded object is an id again, and a list
 * that Stripe leaves out by default is left out.
 */
export function withoutLookingInto({ lookInto }: CatalogObject, answer: StripeObject): StripeObject {
  const object = { ...answer };
  for (const field of lookInto) {
    const value = object[field];
    if (isList(value)) delete object[field];
    else if (value !== undefined) object[field] = idIn(value);
  }
  return object;
}

function idIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(idIn);
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}

function isList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'object' in value && value.object === 'list';
}

import type { Json } from '../state/rows.js';
import { changes } from './changes.js';

/** Finds what an older shape names and the current one does not. */
export interface Lookup {
  /** The payment intent, charge or invoice that belongs to an object. */
  paymentOfInvoice: (invoice: string) => string | null;
  chargeOfInvoice: (invoice: string) => string | null;
  invoiceOfPayment: (payment: string) => string | null;
  /** The list of a payment's charges, the newest first. */
  chargesOfPayment: (payment: string) => Json;
  /** The list of a charge's refunds, the newest first. */
  refundsOfCharge: (charge: string) => Json;
  /** Objects as the API shows them; null if they no longer exist. */
  price: (id: string) => Json | null;
  plan: (id: string) => Json | null;
  coupon: (id: string) => Json | null;
  discount: (id: string) => Json | null;
  taxRate: (id: string) => Json | null;
}

/** Whether anything differs between a version and the current one: no need to look at objects otherwise. */
export const isOlder = (version: string): boolean => changes.some(({ since }) => version.slice(0, 10) < since);

/**
 * An object, and all objects in it, in the shape of an older version, as far as the differences matter for billing
 * (`changes` lists them). The given object is not changed.
 */
export function inVersion(version: string, object: Json, lookup: Lookup): Json {
  const date = version.slice(0, 10);
  const undone = changes.filter(({ since }) => date < since);
  // From the outside in: an outer object may show what its inner ones had.
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const node = value as Json;
    // An event was rendered once, in the version of that time.
    if (node.object === 'event') return node;
    const shown = undone.reduce((json, { of, undo }) => (node.object === of ? undo(json, lookup) : json), node);
    return Object.fromEntries(Object.entries(shown).map(([key, item]) => [key, walk(item)]));
  };
  return walk(object) as Json;
}

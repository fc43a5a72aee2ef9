import { json } from '../store/json.js';
import type { StripeObject } from '../stripe/gateway.js';
import { compare, differingFields } from './compare.js';

/**
 * What was last proven of an object: the object, or null if Stripe had none; undefined: nothing was proven. A snapshot
 * that was only shown does not count.
 */
export type Before = StripeObject | null | undefined;

/** A proof that differs from the one before it, as hooks and the change feed report it. */
export interface ProvenChange {
  /** `created`: nothing was proven before, or that Stripe had no such object. */
  kind: 'created' | 'updated' | 'deleted';
  before: Before;
  /** As the database would return it. null: Stripe no longer has it. */
  after: StripeObject | null;
  /** Of an update, the top-level fields that differ. Else none. */
  fields: readonly string[];
}

/**
 * What a proof changed; undefined: nothing but volatile fields. This is the one decision of what a change is, for hooks
 * and for the change feed. What else is marked after a proof is decided more widely, in `sync/consequences`: there a
 * doubt only costs a read.
 */
export function changeOf(type: string, before: Before, read: StripeObject | null): ProvenChange | undefined {
  if (before === undefined || before === null) {
    return read === null ? undefined : { kind: 'created', before, after: asStored(read), fields: [] };
  }
  if (read === null) return { kind: 'deleted', before, after: null, fields: [] };
  if (compare(type, read, before) !== 'different') return undefined;
  // They may differ only in what the database cannot store, such as NUL.
  const after = asStored(read);
  const fields = differingFields(type, after, before);
  return fields.length === 0 ? undefined : { kind: 'updated', before, after, fields };
}

/** An object as the database would return it: without what it cannot store. */
export function asStored(object: StripeObject): StripeObject {
  return JSON.parse(json(object)) as StripeObject;
}

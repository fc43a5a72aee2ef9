import { compare } from '../mirror/compare.js';
import { json } from '../store/json.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Watching } from './registrations.js';

/**
 * What was last proven of an object: the object, or null if Stripe had none; undefined: nothing was proven. A snapshot
 * that was only shown does not count.
 */
export type Before = StripeObject | null | undefined;

/** An object as the database would return it: without what it cannot store. */
export function asStored(object: StripeObject | null): StripeObject | null {
  return JSON.parse(json(object)) as StripeObject | null;
}

/** Whether two proofs differ in more than volatile fields. */
export function isChange(type: string, before: Before, after: StripeObject | null): boolean {
  if (before === undefined || before === null) return after !== null;
  return after === null || compare(type, after, before) === 'different';
}

/**
 * Whether a hook is called for a change. The first proof of an object is a change only if an event was about it, or if
 * it was created after the hook was registered. Otherwise a backfill would call the hook for every object.
 */
export function isCalled(
  { backfill, since }: Pick<Watching, 'backfill' | 'since'>,
  { before, after, heard }: { before: Before; after: StripeObject | null; heard: boolean },
): boolean {
  if (before !== undefined || heard || backfill) return true;
  const created = after?.['created'];
  // Stripe's clock ticks in whole seconds.
  return typeof created === 'number' && created >= Math.floor(since.getTime() / 1_000);
}

import { compare } from '../mirror/compare.js';
import { json } from '../store/json.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Watching } from './registrations.js';

/**
 * What was proven of an object before: the object, or null, that Stripe has none such; undefined: nothing was proven. A
 * snapshot that was merely shown is none of these.
 */
export type Before = StripeObject | null | undefined;

/** An object as the database would give it back: without what it cannot store. */
export function asStored(object: StripeObject | null): StripeObject | null {
  return JSON.parse(json(object)) as StripeObject | null;
}

/** Whether two proofs differ, in anything but what changes without a change. */
export function isChange(type: string, before: Before, after: StripeObject | null): boolean {
  if (before === undefined || before === null) return after !== null;
  return after === null || compare(type, after, before) === 'different';
}

/**
 * Whether a hook is called for a change. The first sight of an object is one only where an event spoke of it or it was
 * made while the hook watched: else it has stood at Stripe all the time, and a backfill would call for each of them.
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

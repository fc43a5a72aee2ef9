import type { Before } from '../mirror/change.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Watching } from './registrations.js';

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

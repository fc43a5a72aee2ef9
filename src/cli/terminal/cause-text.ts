import type { Cause } from '../../listing/drift/cause.js';
import type { CauseCounts } from '../../listing/sweep-type.js';
import { count } from './table.js';

/** A cause of drift in words. */
export const causeTexts = {
  not_received: 'no event came',
  waiting: 'its event came and waits',
  failed: 'its event came and failed',
  refused: 'its event was not taken',
  hidden: 'Stripe did not list it',
  only_swept: 'Stripe sends no event about it',
  edited: 'the row was changed here',
  unknown: 'not known',
} as const satisfies Record<Cause, string>;

export function causeText(cause: Cause, detail: string | null): string {
  return detail === null ? causeTexts[cause] : `${causeTexts[cause]} (${detail})`;
}

/** "no event came 3, the row was changed here 1": the most frequent first. */
export function causesText(counts: CauseCounts): string {
  const entries = Object.entries(counts) as [Cause, number][];
  return entries
    .filter(([, times]) => times > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, times]) => `${causeTexts[cause]} ${count(times)}`)
    .join(', ');
}

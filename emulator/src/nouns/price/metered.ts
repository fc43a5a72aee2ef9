import type { PriceRow } from './row.js';

/** What is billed by usage has no quantity, in whichever way it got its price. */
export const isMetered = (price: PriceRow | undefined): boolean => price?.recurring?.usage_type === 'metered';

import type { NounWithoutRows } from '../../state/noun.js';
import { planOperations } from './operations.js';
import { productOf, tiersOf } from '../price/expansions.js';

/** The older shape of a recurring price. */
export const plan: NounWithoutRows = {
  operations: planOperations,
  expansions: { ids: { product: productOf }, parts: { tiers: tiersOf } },
};

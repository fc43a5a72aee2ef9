import type { NounWithoutRows } from '../../state/noun.js';
import { sourceOperations } from './operations.js';

/** Payment methods in their older shape: the sources of a customer. */
export const source: NounWithoutRows = {
  operations: sourceOperations,
};

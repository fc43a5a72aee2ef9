import type { NounWithoutRows } from '../../state/noun.js';
import { cliSessionOperations } from './operations.js';

/** What Stripe's command line asks for to listen to events. */
export const cliSession: NounWithoutRows = {
  operations: cliSessionOperations,
};

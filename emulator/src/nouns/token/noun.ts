import type { Noun } from '../../state/noun.js';
import { tokenOperations } from './operations.js';
import type { TokenRow } from './row.js';

/** A token has no events. */
export const token: Noun<TokenRow> = {
  title: 'token',
  prefix: 'tok',
  view: ({ hidden: _hidden, ...shown }) => shown,
  operations: tokenOperations,
};

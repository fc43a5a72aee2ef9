import type { Noun } from '../../state/noun.js';
import { confirmationTokenOperations } from './operations.js';
import type { ConfirmationTokenRow } from './row.js';

export const confirmationToken: Noun<ConfirmationTokenRow> = {
  title: 'confirmation token',
  prefix: 'ctoken',
  view: ({ hidden: _hidden, ...shown }) => shown,
  operations: confirmationTokenOperations,
};

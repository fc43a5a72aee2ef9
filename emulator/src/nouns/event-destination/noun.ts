import type { Noun } from '../../state/noun.js';
import { eventDestinationOperations } from './operations.js';
import type { DestinationRow } from './row.js';

/** Where the second API sends events. Times are ISO text, as everywhere in that API. */
export const eventDestination: Noun<DestinationRow> = {
  title: 'event destination',
  prefix: 'ed',
  view: ({ hidden: _hidden, ...shown }) => ({ ...shown, webhook_endpoint: {} }),
  permission: 'webhook',
  operations: eventDestinationOperations,
};

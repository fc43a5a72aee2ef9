import { eventText } from '../../delivery/event.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import { coreEventOperations } from './core-event.js';
import { eventOperations } from './operations.js';
import type { EventRow } from './row.js';

export const event: Noun<EventRow> = {
  title: 'event',
  prefix: 'evt',
  view: (row) => JSON.parse(eventText(row)) as Json,
  permission: 'event',
  operations: [...eventOperations, ...coreEventOperations],
};

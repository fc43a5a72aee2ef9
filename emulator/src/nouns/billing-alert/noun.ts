import type { Noun } from '../../state/noun.js';
import { alertOperations } from './operations.js';
import type { AlertRow } from './row.js';

/** Stripe sends an event when an alert is triggered, and none when it is made or changed. */
export const billingAlert: Noun<AlertRow> = {
  title: 'alert',
  prefix: 'alrt',
  view: ({ hidden: _hidden, ...shown }) => shown,
  operations: alertOperations,
};

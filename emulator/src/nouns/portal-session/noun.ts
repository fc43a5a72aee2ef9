import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { portalSessionOperations } from './operations.js';
import type { PortalSessionRow } from './row.js';

/** A session can only be created. No address reads it again; only its page does. */
export const portalSession: Noun<PortalSessionRow> = {
  title: 'session',
  prefix: 'bps',
  created: [{ name: 'billing_portal.session.created' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  permission: 'customer_portal',
  operations: portalSessionOperations,
  expansions: { ids: { configuration: objectOf('billing_portal.configuration') } },
};

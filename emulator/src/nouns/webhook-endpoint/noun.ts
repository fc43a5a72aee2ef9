import type { Noun } from '../../state/noun.js';
import { webhookEndpointOperations } from './operations.js';
import type { WebhookEndpointRow } from './row.js';

/** The secret is shown once, in the answer to the creation. */
export const webhookEndpoint: Noun<WebhookEndpointRow> = {
  title: 'webhook endpoint',
  prefix: 'we',
  view: ({ hidden: _hidden, ...shown }) => shown,
  searched: ['url'],
  permission: 'webhook',
  operations: webhookEndpointOperations,
};

import type { Noun } from '../../state/noun.js';
import { configurationOperations } from './operations.js';
import type { ConfigurationRow } from './row.js';

/** Stripe sends no event about a configuration. */
export const paymentMethodConfiguration: Noun<ConfigurationRow> = {
  title: 'payment method configuration',
  prefix: 'pmc',
  operations: configurationOperations,
};

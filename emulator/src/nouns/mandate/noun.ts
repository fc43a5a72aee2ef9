import { objectOf } from '../../api/expand.js';
import { retrieveOperation } from '../../api/standard.js';
import type { Noun } from '../../state/noun.js';
import type { MandateRow } from './row.js';

/** Stripe sends `mandate.updated` when one changes, and here none does. */
export const mandate: Noun<MandateRow> = {
  title: 'mandate',
  prefix: 'mandate',
  operations: [retrieveOperation('/v1/mandates', 'mandate')],
  expansions: { ids: { payment_method: objectOf('payment_method') } },
};

import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { topupLife, topupOperations } from './operations.js';

export const topup: Noun<Stripe.Topup> = {
  title: 'topup',
  prefix: 'tu',
  created: [{ name: 'topup.created' }],
  life: topupLife,
  operations: topupOperations,
  expansions: { ids: { balance_transaction: objectOf('balance_transaction') } },
};

import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { earlyFraudWarningOperations } from './operations.js';

/** The bank reports a charge as fraud, before a dispute (https://docs.stripe.com/api/radar/early_fraud_warnings). */
export const earlyFraudWarning: Noun<Stripe.Radar.EarlyFraudWarning> = {
  title: 'early fraud warning',
  prefix: 'issfr',
  created: [{ name: 'radar.early_fraud_warning.created' }],
  updated: [{ name: 'radar.early_fraud_warning.updated' }],
  indexes: ['charge', 'payment_intent'],
  searched: [],
  operations: earlyFraudWarningOperations,
  expansions: { ids: { charge: objectOf('charge'), payment_intent: objectOf('payment_intent') } },
};

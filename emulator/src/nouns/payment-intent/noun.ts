import { objectOf } from '../../api/expand.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import { microdepositOperation } from './microdeposit-operation.js';
import { paymentIntentOperations } from './operations.js';
import { payerLife } from './payer.js';
import type { PaymentIntentRow } from './row.js';

export const paymentIntent: Noun<PaymentIntentRow> = {
  title: 'payment_intent',
  prefix: 'pi',
  created: [{ name: 'payment_intent.created' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer'],
  searched: ['description'],
  life: payerLife,
  operations: [
    ...paymentIntentOperations,
    microdepositOperation,
    searchOperation('/v1/payment_intents/search', 'payment_intent', {
      amount: 'number',
      created: 'number',
      currency: 'token',
      customer: 'token',
      status: 'token',
    }),
  ],
  expansions: {
    ids: {
      customer: objectOf('customer'),
      payment_method: objectOf('payment_method'),
      latest_charge: objectOf('charge'),
    },
  },
};

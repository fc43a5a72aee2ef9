import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { setupMicrodepositOperation } from './microdeposit-operation.js';
import { setupIntentOperations } from './operations.js';
import type { SetupIntentRow } from './row.js';

export const setupIntent: Noun<SetupIntentRow> = {
  title: 'setupintent',
  prefix: 'seti',
  created: [{ name: 'setup_intent.created' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer'],
  searched: ['description'],
  operations: [...setupIntentOperations, setupMicrodepositOperation],
  expansions: {
    ids: {
      customer: objectOf('customer'),
      latest_attempt: objectOf('setup_attempt'),
      mandate: objectOf('mandate'),
      payment_method: objectOf('payment_method'),
    },
  },
};

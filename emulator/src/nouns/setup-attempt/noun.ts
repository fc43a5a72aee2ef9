import { objectOf } from '../../api/expand.js';
import { listOperation, range } from '../../api/list.js';
import { needed, text } from '../../api/params.js';
import type { Noun } from '../../state/noun.js';
import type { SetupAttemptRow } from './row.js';

/** Each try of a setup intent that has ended. Stripe sends no event about one. */
export const setupAttempt: Noun<SetupAttemptRow> = {
  title: 'setup attempt',
  prefix: 'setatt',
  indexes: ['setup_intent'],
  operations: [
    listOperation('/v1/setup_attempts', {
      type: 'setup_attempt',
      filters: { created: range('created'), setup_intent: { param: needed(text()), field: 'setup_intent' } },
    }),
  ],
  expansions: {
    ids: {
      customer: objectOf('customer'),
      payment_method: objectOf('payment_method'),
      'payment_method_details.bancontact.generated_sepa_debit': objectOf('payment_method'),
      'payment_method_details.ideal.generated_sepa_debit': objectOf('payment_method'),
      setup_intent: objectOf('setup_intent'),
    },
  },
};

import { objectOf } from '../../api/expand.js';
import { listOperation } from '../../api/list.js';
import { text, unbuilt } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import type { Noun } from '../../state/noun.js';
import type { CreditBalanceTransactionRow } from './row.js';

/** What was granted, used, or lapsed. */
export const creditBalanceTransaction: Noun<CreditBalanceTransactionRow> = {
  title: 'credit balance transaction',
  prefix: 'cbtxn',
  created: [{ name: 'billing.credit_balance_transaction.created' }],
  indexes: ['credit_grant'],
  operations: [
    retrieveOperation('/v1/billing/credit_balance_transactions', 'billing.credit_balance_transaction'),
    listOperation('/v1/billing/credit_balance_transactions', {
      type: 'billing.credit_balance_transaction',
      filters: {
        credit_grant: { param: text(), field: 'credit_grant' },
        customer: {
          param: text(),
          test: (row, wanted: string, unit) => unit.find('billing.credit_grant', row.credit_grant)?.customer === wanted,
        },
        customer_account: { param: unbuilt() },
      },
    }),
  ],
  expansions: { ids: { credit_grant: objectOf('billing.credit_grant') } },
};

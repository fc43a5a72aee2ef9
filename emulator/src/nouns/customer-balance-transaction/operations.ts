import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { emptyable, integer, mergeMetadata, metadata, needed, text } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';

export const customerBalanceOperations: readonly Operation[] = [
  operation(
    'POST /v1/customers/:customer/balance_transactions',
    {
      amount: needed(integer()),
      currency: needed(currencyParam()),
      description: emptyable(text(350)),
      metadata: metadata(),
    },
    ({ unit, at, params }) => {
      const customer = unit.need('customer', at.customer ?? '');
      if (customer.currency && customer.currency !== params.currency) {
        throw invalid(
          `The customer's currency is ${customer.currency}, so a transaction in ${params.currency} is not possible.`,
          'currency',
        );
      }
      const row = changeBalance(unit, customer.id, {
        amount: params.amount,
        currency: params.currency,
        type: 'adjustment',
        description: params.description ?? null,
        metadata: mergeMetadata(null, params.metadata),
      });
      return unit.view('customer_balance_transaction', row);
    },
  ),
  operation('GET /v1/customers/:customer/balance_transactions/:id', {}, ({ unit, at }) =>
    unit.view('customer_balance_transaction', own(unit, at.customer, at.id)),
  ),
  operation(
    'POST /v1/customers/:customer/balance_transactions/:id',
    { description: emptyable(text(350)), metadata: metadata() },
    ({ unit, at, params }) => {
      const row = own(unit, at.customer, at.id);
      const patch = given({
        description: params.description,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      });
      return unit.view('customer_balance_transaction', unit.update('customer_balance_transaction', row.id, patch));
    },
  ),
  listOperation('/v1/customers/:id/balance_transactions', {
    type: 'customer_balance_transaction',
    parent: { type: 'customer', field: 'customer' },
    filters: { created: range('created'), invoice: { param: text(), field: 'invoice' } },
  }),
];

export interface BalanceChange {
  /** Negative lowers what the customer owes. */
  amount: number;
  currency: string;
  type: Stripe.CustomerBalanceTransaction.Type;
  invoice?: string;
  creditNote?: string;
  description?: string | null;
  metadata?: Record<string, string>;
}

/** Moves a customer's balance, with its transaction: `customer.updated`. */
export function changeBalance(
  unit: Unit,
  customerId: string,
  change: BalanceChange,
): Stripe.CustomerBalanceTransaction {
  const customer = unit.need('customer', customerId);
  const ending = (customer.balance ?? 0) + change.amount;
  const row = unit.insert('customer_balance_transaction', {
    id: newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount: change.amount,
    checkout_session: null,
    created: unit.now,
    credit_note: change.creditNote ?? null,
    currency: change.currency,
    customer: customerId,
    customer_account: null,
    description: change.description ?? null,
    ending_balance: ending,
    invoice: change.invoice ?? null,
    livemode: false,
    metadata: change.metadata ?? {},
    type: change.type,
  });
  unit.update('customer', customerId, { balance: ending, currency: customer.currency ?? change.currency });
  return row;
}

function own(unit: Unit, customer = '', id = ''): Stripe.CustomerBalanceTransaction {
  unit.need('customer', customer);
  const row = unit.find('customer_balance_transaction', id);
  if (row === undefined || row.customer !== customer) throw missing('customer balance transaction', id, 'id', 404);
  return row;
}

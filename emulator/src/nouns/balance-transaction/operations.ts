import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { text } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';

/** Stripe's published price for US cards: 2.9 % and 30 cents (https://stripe.com/pricing). */
const FEE = { percent: 2.9, fixed: 30 };
const AVAILABLE_AFTER_SECONDS = 2 * 86_400;

export interface Movement {
  /** Negative for money that leaves. */
  amount: number;
  currency: string;
  type: 'adjustment' | 'charge' | 'payment' | 'payment_refund' | 'refund' | 'refund_failure';
  source: string;
  description: string | null;
  /** What Stripe keeps; its own fee for charges unless given. */
  fee?: number;
}

/** The account's balance moves. */
export function moveMoney(unit: Unit, { amount, currency, type, source, description, ...more }: Movement): string {
  const charged = type === 'charge' || type === 'payment';
  const fee = more.fee ?? (charged ? Math.round((amount * FEE.percent) / 100) + FEE.fixed : 0);
  return unit.insert('balance_transaction', {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: unit.now + AVAILABLE_AFTER_SECONDS,
    balance_type: 'payments',
    created: unit.now,
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category:
      type === 'adjustment' ? 'dispute' : type === 'refund_failure' ? type : charged ? 'charge' : 'refund',
    source,
    status: 'pending',
    type,
  }).id;
}

function sums(unit: Unit): Json {
  const funds = { available: new Map<string, number>(), pending: new Map<string, number>() };
  for (const row of unit.store.tables.balance_transaction.walk()) {
    const fund = row.available_on <= unit.now ? funds.available : funds.pending;
    fund.set(row.currency, (fund.get(row.currency) ?? 0) + row.net);
  }
  const listed = (fund: Map<string, number>): Json[] =>
    [...(fund.size === 0 ? new Map([['usd', 0]]) : fund)].map(([currency, amount]) => ({
      amount,
      currency,
      source_types: { card: amount },
    }));
  return {
    object: 'balance',
    available: listed(funds.available),
    livemode: false,
    pending: listed(funds.pending),
  };
}

export const balanceTransactionOperations: readonly Operation[] = [
  operation('GET /v1/balance', {}, ({ unit }) => sums(unit)),
  retrieveOperation('/v1/balance_transactions', 'balance_transaction'),
  listOperation('/v1/balance_transactions', {
    type: 'balance_transaction',
    filters: {
      created: range('created'),
      currency: { param: currencyParam(), field: 'currency' },
      payout: { param: text(), test: () => false },
      source: { param: text(), field: 'source' },
      type: { param: text(), field: 'type' },
    },
  }),
];

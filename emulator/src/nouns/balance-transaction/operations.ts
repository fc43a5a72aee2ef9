import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type Stripe from 'stripe';
import { text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
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
  type: keyof typeof CATEGORIES;
  source: string;
  description: string | null;
  /** What Stripe keeps; its own fee for charges unless given. */
  fee?: number;
  /** What the platform keeps. */
  applicationFee?: number;
  /** When the money can be used; in two days unless given. */
  availableOn?: number;
}

/** What reports call each type (https://docs.stripe.com/reports/balance-transaction-types). */
const CATEGORIES = {
  adjustment: 'dispute',
  application_fee: 'platform_earning',
  application_fee_refund: 'platform_earning_refund',
  charge: 'charge',
  payment: 'charge',
  payment_refund: 'refund',
  payout: 'payout',
  payout_cancel: 'payout_reversal',
  payout_failure: 'payout_reversal',
  refund: 'refund',
  refund_failure: 'refund_failure',
  topup: 'topup',
  topup_reversal: 'topup_reversal',
  transfer: 'transfer',
  transfer_refund: 'transfer_reversal',
} as const;

/** The account's balance moves. Returns the id of the balance transaction. */
export function moveMoney(unit: Unit, movement: Movement): string {
  const { amount, currency, type } = movement;
  const charged = type === 'charge' || type === 'payment';
  const stripes = movement.fee ?? (charged ? Math.round((amount * FEE.percent) / 100) + FEE.fixed : 0);
  const platforms = movement.applicationFee ?? 0;
  return unit.insert('balance_transaction', {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: movement.availableOn ?? unit.now + AVAILABLE_AFTER_SECONDS,
    balance_type: 'payments',
    created: unit.now,
    currency,
    description: movement.description,
    exchange_rate: null,
    fee: stripes + platforms,
    fee_details: [
      ...feeDetail(stripes, currency, 'stripe_fee', 'Stripe processing fees'),
      ...feeDetail(platforms, currency, 'application_fee', 'application fee'),
    ],
    net: amount - stripes - platforms,
    reporting_category: CATEGORIES[type],
    source: movement.source,
    status: 'pending',
    type,
  }).id;
}

const feeDetail = (
  amount: number,
  currency: string,
  type: string,
  description: string,
): Stripe.BalanceTransaction.FeeDetail[] =>
  amount === 0 ? [] : [{ amount, application: null, currency, description, type }];

/** What can be used now. */
export function availableIn(unit: Unit, currency: string): number {
  let sum = 0;
  for (const row of unit.store.tables.balance_transaction.walk()) {
    if (row.currency === currency && row.available_on <= unit.now) sum += row.net;
  }
  return sum;
}

/** @throws Problem `balance_insufficient` */
export function needAvailable(unit: Unit, amount: number, currency: string): void {
  if (availableIn(unit, currency) >= amount) return;
  throw invalid(
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance',
    undefined,
    'balance_insufficient',
  );
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
      payout: { param: text(), field: 'source' },
      source: { param: text(), field: 'source' },
      type: { param: text(), field: 'type' },
    },
  }),
];

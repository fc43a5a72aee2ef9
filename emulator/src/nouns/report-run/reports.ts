import type Stripe from 'stripe';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

interface Report {
  name: string;
  columns: readonly string[];
  /** @param before what moved before the span */
  rows: (
    found: readonly Stripe.BalanceTransaction[],
    before: readonly Stripe.BalanceTransaction[],
  ) => Record<string, string | number>[];
}

/** Money as reports write it, in units of the currency: `12.34`. */
const major = (amount: number): string => (amount / 100).toFixed(2);

const itemized = (found: readonly Stripe.BalanceTransaction[]): Record<string, string | number>[] =>
  found.map((row) => ({
    balance_transaction_id: row.id,
    created_utc: new Date(row.created * 1000).toISOString().slice(0, 19).replace('T', ' '),
    currency: row.currency,
    gross: major(row.amount),
    fee: major(row.fee),
    net: major(row.net),
    reporting_category: row.reporting_category,
    source_id: idOf(row.source) ?? '',
    description: row.description ?? '',
  }));

/** One line for each category and currency. */
function summary(found: readonly Stripe.BalanceTransaction[]): Record<string, string | number>[] {
  const sums = new Map<string, { count: number; gross: number; fee: number; net: number }>();
  for (const { amount, currency, fee, net, reporting_category: category } of found) {
    const key = `${category} ${currency}`;
    const sum = sums.get(key) ?? { count: 0, gross: 0, fee: 0, net: 0 };
    sums.set(key, { count: sum.count + 1, gross: sum.gross + amount, fee: sum.fee + fee, net: sum.net + net });
  }
  return [...sums].map(([key, { count, gross, fee, net }]) => {
    const [reporting_category = '', currency = ''] = key.split(' ');
    return { reporting_category, currency, count, gross: major(gross), fee: major(fee), net: major(net) };
  });
}

/** Like the statement of a bank: what was there, what moved, what is there, in each currency. */
function balance(
  found: readonly Stripe.BalanceTransaction[],
  before: readonly Stripe.BalanceTransaction[],
): Record<string, string | number>[] {
  return [...new Set([...before, ...found].map(({ currency }) => currency))].flatMap((currency) => {
    const sum = (rows: readonly Stripe.BalanceTransaction[], field: 'amount' | 'fee' | 'net'): number =>
      rows.filter((row) => row.currency === currency).reduce((all, row) => all + row[field], 0);
    const [activity, payouts] = [found.filter((row) => !isPayout(row)), found.filter(isPayout)];
    return [
      ['starting_balance', 'Starting balance', sum(before, 'net')],
      ['activity_gross', 'Balance change from activity (gross)', sum(activity, 'amount')],
      ['activity_fee', 'Balance change from activity (fees)', 0 - sum(activity, 'fee')],
      ['activity', 'Balance change from activity', sum(activity, 'net')],
      ['payouts_gross', 'Payouts (gross)', sum(payouts, 'amount')],
      ['payouts_fee', 'Payouts (fees)', 0 - sum(payouts, 'fee')],
      ['payouts', 'Payouts', sum(payouts, 'net')],
      ['ending_balance', 'Ending balance', sum([...before, ...found], 'net')],
    ].map(([category = '', description = '', amount]) => ({
      category,
      description,
      net_amount: major(Number(amount)),
      currency,
    }));
  });
}

const ITEMIZED = [
  ...['balance_transaction_id', 'created_utc', 'currency', 'gross', 'fee', 'net', 'reporting_category'],
  ...['source_id', 'description'],
];
const SUMMARY = ['reporting_category', 'currency', 'count', 'gross', 'fee', 'net'];
const isPayout = ({ type }: Stripe.BalanceTransaction): boolean => type.startsWith('payout');

/** The reports that are built. Their columns are those of Stripe's that can be filled here. */
export const REPORTS: Readonly<Record<string, Report>> = {
  'balance.summary.1': {
    name: 'Balance summary',
    columns: ['category', 'description', 'net_amount', 'currency'],
    rows: balance,
  },
  'balance_change_from_activity.itemized.3': {
    name: 'Itemized balance change from activity',
    columns: ITEMIZED,
    rows: (found) => itemized(found.filter((row) => !isPayout(row))),
  },
  'balance_change_from_activity.summary.1': {
    name: 'Balance change from activity summary',
    columns: SUMMARY,
    rows: (found) => summary(found.filter((row) => !isPayout(row))),
  },
  'payouts.itemized.3': {
    name: 'Itemized payouts',
    columns: ITEMIZED,
    rows: (found) => itemized(found.filter(isPayout)),
  },
  'payouts.summary.1': {
    name: 'Payouts summary',
    columns: SUMMARY,
    rows: (found) => summary(found.filter(isPayout)),
  },
};

export interface ReportSpan {
  from: number;
  to: number;
  columns?: readonly string[];
  currency?: string;
}

/** The text of a report, of what moved from one moment until before another. */
export function csvOf(unit: Unit, type: string, { from, to, columns, currency }: ReportSpan): string {
  const report = REPORTS[type];
  if (report === undefined) return '';
  const all = [...unit.store.tables.balance_transaction.walk({ oldestFirst: true })].filter(
    (row) => row.created < to && (currency === undefined || row.currency === currency),
  );
  const found = all.filter(({ created }) => created >= from);
  const before = all.filter(({ created }) => created < from);
  const names = columns ?? report.columns;
  const lines = report.rows(found, before).map((row) => names.map((name) => quoted(String(row[name] ?? ''))).join(','));
  return [names.map(quoted).join(','), ...lines].map((line) => `${line}\n`).join('');
}

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

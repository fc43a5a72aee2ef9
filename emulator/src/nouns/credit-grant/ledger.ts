import type Stripe from 'stripe';
import type { Life } from '../../clock/life.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { CreditGrantRow } from './row.js';

type Credit = Stripe.Billing.CreditBalanceTransaction.Credit;
type Debit = Stripe.Billing.CreditBalanceTransaction.Debit;

const amountOf = (value: number, currency: string) => ({ monetary: { currency, value }, type: 'monetary' as const });

export const currencyOf = ({ amount }: CreditGrantRow): string => amount.monetary?.currency ?? 'usd';

/** What is left of a grant. */
export function leftOf(unit: Unit, grant: CreditGrantRow): number {
  let left = 0;
  for (const { credit, debit } of unit.all('billing.credit_balance_transaction', 'credit_grant', grant.id)) {
    left += (credit?.amount.monetary?.value ?? 0) - (debit?.amount.monetary?.value ?? 0);
  }
  return left;
}

/** Whether it can pay at a moment. */
export const isEffective = ({ effective_at, expires_at, voided_at }: CreditGrantRow, now: number): boolean =>
  voided_at === null && (effective_at ?? 0) <= now && (expires_at === null || expires_at > now);

/** `billing.credit_balance_transaction.created`. */
function book(
  unit: Unit,
  grant: CreditGrantRow,
  entry: Pick<Stripe.Billing.CreditBalanceTransaction, 'credit' | 'debit' | 'type'>,
): string {
  return unit.insert('billing.credit_balance_transaction', {
    id: newId('cbtxn'),
    object: 'billing.credit_balance_transaction',
    created: unit.now,
    credit_grant: grant.id,
    effective_at: Math.max(unit.now, grant.effective_at ?? unit.now),
    livemode: false,
    test_clock: idOf(grant.test_clock),
    ...entry,
  }).id;
}

export function credit(
  unit: Unit,
  grant: CreditGrantRow,
  value: number,
  why: Pick<Credit, 'type'> & Partial<Credit> = { type: 'credits_granted' },
): string {
  const entry = { amount: amountOf(value, currencyOf(grant)), credits_application_invoice_voided: null, ...why };
  return book(unit, grant, { credit: entry, debit: null, type: 'credit' });
}

export function debit(
  unit: Unit,
  grant: CreditGrantRow,
  value: number,
  why: Pick<Debit, 'type'> & Partial<Debit>,
): string {
  const entry = { amount: amountOf(value, currencyOf(grant)), credits_applied: null, ...why };
  return book(unit, grant, { credit: null, debit: entry, type: 'debit' });
}

/** What is left is gone. */
export function lapse(unit: Unit, grant: CreditGrantRow, type: 'credits_expired' | 'credits_voided'): void {
  const left = leftOf(unit, grant);
  if (left > 0) debit(unit, grant, left, { type });
}

/** A grant expires at its time. */
export const grantLife: Life<CreditGrantRow> = {
  clock: ({ test_clock: clock }) => idOf(clock),
  due: ({ expires_at: at, hidden, voided_at: voided }) => (hidden.expired || voided !== null ? null : at),
  act: (unit, row) => {
    lapse(unit, row, 'credits_expired');
    unit.update('billing.credit_grant', row.id, { hidden: { expired: true } }, []);
  },
};

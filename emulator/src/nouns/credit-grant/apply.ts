import type Stripe from 'stripe';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { InvoiceRow } from '../invoice/row.js';
import { total } from '../invoice/total.js';
import type { LineItemRow } from '../line-item/row.js';
import { isMetered } from '../price/metered.js';
import { credit, currencyOf, debit, isEffective, leftOf } from './ledger.js';
import { covers } from './operations.js';
import type { CreditGrantRow } from './row.js';

/**
 * Credits pay for what is metered when an invoice is finalized, after its discounts and before its taxes: those with the lowest
 * priority number first, then those that expire first, promotional before paid, then the oldest
 * (https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits).
 */
export function applyCredits(unit: Unit, invoice: InvoiceRow): InvoiceRow {
  const grants = unit
    .all('billing.credit_grant', 'customer', idOf(invoice.customer) ?? '')
    .filter((row) => currencyOf(row) === invoice.currency && isEffective(row, unit.now))
    .sort(inOrder);
  if (grants.length === 0) return invoice;
  let used = false;
  for (const line of unit.all('line_item', 'invoice', invoice.id)) {
    const credits = creditsOf(unit, line, invoice.id, grants);
    if (credits.length === 0) continue;
    used = true;
    unit.update('line_item', line.id, { hidden: { ...line.hidden, credits } });
  }
  return used ? unit.quietly(() => total(unit, invoice.id)) : invoice;
}

const rank = ({ category }: CreditGrantRow): number => (category === 'promotional' ? 0 : 1);

function inOrder(one: CreditGrantRow, other: CreditGrantRow): number {
  return (
    (one.priority ?? 50) - (other.priority ?? 50) ||
    (one.expires_at ?? Infinity) - (other.expires_at ?? Infinity) ||
    rank(one) - rank(other) ||
    (one.effective_at ?? 0) - (other.effective_at ?? 0)
  );
}

type Credit = NonNullable<LineItemRow['hidden']['credits']>[number];

function creditsOf(unit: Unit, line: LineItemRow, invoice: string, grants: readonly CreditGrantRow[]): Credit[] {
  const price = unit.find('price', line.pricing?.price_details.price);
  if (price === undefined || !isMetered(price)) return [];
  let due = line.amount - (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const credits: Credit[] = [];
  for (const grant of grants) {
    const amount = Math.min(due, leftOf(unit, grant));
    if (amount <= 0 || !covers(grant, price.id)) continue;
    const applied: Stripe.Billing.CreditBalanceTransaction.Debit.CreditsApplied = {
      invoice,
      invoice_line_item: line.id,
    };
    const transaction = debit(unit, grant, amount, { type: 'credits_applied', credits_applied: applied });
    credits.push({ amount, transaction });
    due -= amount;
  }
  return credits;
}

/** A voided invoice gives its credits back. */
export function returnCredits(unit: Unit, invoice: string): void {
  for (const { id, hidden } of unit.all('line_item', 'invoice', invoice)) {
    for (const { amount, transaction } of hidden.credits ?? []) {
      const grant = unit.find(
        'billing.credit_grant',
        unit.need('billing.credit_balance_transaction', transaction).credit_grant,
      );
      if (grant === undefined) continue;
      credit(unit, grant, amount, {
        credits_application_invoice_voided: { invoice, invoice_line_item: id },
        type: 'credits_application_invoice_voided',
      });
    }
  }
}

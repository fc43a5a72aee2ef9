import type { Unit } from '../../state/unit.js';
import { invoicePaid } from './status.js';

/** A credit note lowers what is left to pay, or records what was returned after the payment: `invoice.updated`. */
export function settleCredit(unit: Unit, id: string, before: number, after: number): void {
  const invoice = unit.need('invoice', id);
  const due = invoice.amount_due - before;
  unit.update('invoice', id, {
    pre_payment_credit_notes_amount: invoice.pre_payment_credit_notes_amount + before,
    post_payment_credit_notes_amount: invoice.post_payment_credit_notes_amount + after,
    amount_due: due,
    amount_remaining: invoice.amount_remaining - before,
  });
  const intent = unit.find('payment_intent', invoice.hidden.payment_intent);
  if (before !== 0 && intent !== undefined && due > 0) unit.update('payment_intent', intent.id, { amount: due });
  if (before > 0 && due === 0) invoicePaid(unit, id, null);
}

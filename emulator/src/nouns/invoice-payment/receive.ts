import type { Unit } from '../../state/unit.js';
import { invoicePaid } from '../invoice/status.js';

/** A payment of an invoice succeeded: it pays all of what is left, a part of it, or more than that. */
export function paymentReceived(unit: Unit, id: string, payment: string): void {
  const row = unit.need('invoice', id);
  const own = row.hidden.payment_intent;
  if (payment === own || row.status !== 'open') return invoicePaid(unit, id, payment);
  const { amount_received: received } = unit.need('payment_intent', payment);
  const left = row.amount_remaining - received;
  if (left <= 0) {
    unit.quietly(() => unit.update('invoice', id, { amount_overpaid: -left }));
    return invoicePaid(unit, id, payment);
  }
  for (const one of unit.all('invoice_payment', 'invoice', id)) {
    if (one.payment.payment_intent !== payment) continue;
    const status_transitions = { ...one.status_transitions, paid_at: unit.now };
    unit.update('invoice_payment', one.id, { status: 'paid', amount_paid: received, status_transitions }, []);
    unit.emit('invoice_payment.paid', 'invoice_payment', one.id);
  }
  if (own !== null) unit.update('payment_intent', own, { amount: left }, []);
  unit.update('invoice', id, { amount_paid: row.amount_paid + received, amount_remaining: left });
}

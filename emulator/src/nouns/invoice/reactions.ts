import type { PaymentIntentRow } from '../payment-intent/row.js';
import type { Unit } from '../../state/unit.js';
import { paymentReceived } from '../invoice-payment/receive.js';
import { invoiceActionRequired, invoiceFailed } from './status.js';

interface OfPayment {
  payment: PaymentIntentRow;
}

/** The invoice of a payment that succeeded is paid, or a part of it is. */
export function payInvoice(unit: Unit, { payment }: OfPayment): void {
  if (payment.hidden.invoice !== null) paymentReceived(unit, payment.hidden.invoice, payment.id);
}

/** The invoice of a payment that failed counts the try. */
export function countFailedTry(unit: Unit, { payment }: OfPayment): void {
  if (payment.hidden.invoice !== null) invoiceFailed(unit, payment.hidden.invoice);
}

/** The invoice of a payment with an open challenge says that the customer has to act. */
export function askForAction(unit: Unit, { payment }: OfPayment): void {
  if (payment.hidden.invoice !== null) invoiceActionRequired(unit, payment.hidden.invoice);
}

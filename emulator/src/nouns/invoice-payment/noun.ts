import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { text, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { InvoiceRow } from '../invoice/row.js';
import type { PaymentIntentRow } from '../payment-intent/row.js';
import { idOf } from '../../state/unit.js';
import { addPayment } from '../invoice/status.js';
import { paymentReceived } from './receive.js';

/** An invoice may be paid by several payments (https://docs.stripe.com/invoicing/partial-payments). */
export const invoicePaymentOperations: readonly Operation[] = [
  operation(
    'POST /v1/invoices/:id/attach_payment',
    { payment_intent: text(), ...unbuiltAll('payment_record') },
    ({ unit, at, params }) => {
      const row = unit.need('invoice', at.id ?? '');
      if (params.payment_intent === undefined)
        throw invalid('Missing required param: payment_intent.', 'payment_intent', 'parameter_missing');
      const payment = unit.need('payment_intent', params.payment_intent, 'payment_intent');
      checkFits(row, payment);
      addPayment(unit, row, payment.id, false);
      if (payment.status === 'succeeded') paymentReceived(unit, row.id, payment.id);
      return unit.show('invoice', row.id);
    },
  ),
];

function checkFits(invoice: InvoiceRow, payment: PaymentIntentRow): void {
  const wrong =
    invoice.status !== 'open'
      ? 'Payments can only be attached to open invoices.'
      : payment.status === 'canceled'
        ? 'A canceled PaymentIntent cannot be attached to an invoice.'
        : payment.hidden.invoice !== null
          ? 'This PaymentIntent is already attached to an invoice.'
          : payment.currency !== invoice.currency
            ? 'The PaymentIntent and the invoice must have the same currency.'
            : idOf(payment.customer) !== idOf(invoice.customer)
              ? 'The PaymentIntent and the invoice must have the same customer.'
              : undefined;
  if (wrong !== undefined) throw invalid(wrong, invoice.status === 'open' ? 'payment_intent' : undefined);
}

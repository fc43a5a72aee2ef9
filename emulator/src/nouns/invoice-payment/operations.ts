import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, oneOf, text, unbuiltAll } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
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
  retrieveOperation('/v1/invoice_payments', 'invoice_payment'),
  listOperation('/v1/invoice_payments', {
    type: 'invoice_payment',
    filters: {
      created: range('created'),
      invoice: { param: text(), field: 'invoice' },
      payment: {
        param: accepted(),
        test: (row, wanted: { payment_intent?: string }) => row.payment.payment_intent === wanted.payment_intent,
      },
      status: { param: oneOf('canceled', 'open', 'paid'), field: 'status' },
    },
  }),
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

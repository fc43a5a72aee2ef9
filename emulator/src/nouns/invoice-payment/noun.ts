import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { invoicePaymentOperations } from './operations.js';

export const invoicePayment: Noun<Stripe.InvoicePayment> = {
  title: 'invoice_payment',
  prefix: 'inpay',
  indexes: ['invoice', 'payment.payment_intent'],
  permission: 'invoice',
  operations: invoicePaymentOperations,
  expansions: {
    ids: {
      invoice: objectOf('invoice'),
      'payment.payment_intent': objectOf('payment_intent'),
      'payment.charge': objectOf('charge'),
    },
  },
};

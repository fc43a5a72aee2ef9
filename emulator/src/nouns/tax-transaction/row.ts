import type Stripe from 'stripe';

export type TaxTransactionRow = Omit<Stripe.Tax.Transaction, 'line_items'> & {
  hidden: { lines: Stripe.Tax.TransactionLineItem[] };
};

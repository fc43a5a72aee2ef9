import type Stripe from 'stripe';

export type CreditNoteLineRow = Omit<Stripe.CreditNoteLineItem, 'unit_amount_decimal'> & {
  unit_amount_decimal: string | null;
  hidden: { creditNote: string };
};

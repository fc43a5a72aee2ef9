import type Stripe from 'stripe';

export type CreditNoteRow = Omit<Stripe.CreditNote, 'lines'>;

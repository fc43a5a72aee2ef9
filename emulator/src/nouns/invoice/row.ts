import type Stripe from 'stripe';

export type InvoiceRow = Omit<Stripe.Invoice, 'lines' | 'payments' | 'confirmation_secret'> & {
  hidden: { subscription: string | null; payment_intent: string | null };
};

import type Stripe from 'stripe';

export type QuoteRow = Omit<Stripe.Quote, 'line_items'>;

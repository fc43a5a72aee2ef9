import type Stripe from 'stripe';

export type CreditBalanceTransactionRow = Stripe.Billing.CreditBalanceTransaction & { credit_grant: string };

import type Stripe from 'stripe';

/** The bank account of a connected account, or of the own one, to which money is paid out. */
export type BankAccountRow = Stripe.BankAccount & { account: string; hidden: { number: string } };

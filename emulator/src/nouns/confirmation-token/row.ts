import type Stripe from 'stripe';

/** `method`: the payment method it stands for, made when the token was. */
export type ConfirmationTokenRow = Stripe.ConfirmationToken & { hidden: { method: string } };

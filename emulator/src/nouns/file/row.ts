import type Stripe from 'stripe';

/** `content`: its bytes, as latin1. */
export type FileRow = Omit<Stripe.File, 'links'> & { hidden: { content: string } };

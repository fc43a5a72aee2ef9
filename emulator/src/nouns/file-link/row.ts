import type Stripe from 'stripe';

/** `expired` is computed when it is shown. */
export type FileLinkRow = Omit<Stripe.FileLink, 'file' | 'url' | 'expired'> & { file: string; url: string };

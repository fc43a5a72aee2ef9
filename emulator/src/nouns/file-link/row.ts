import type Stripe from 'stripe';

/** `expired` is worked out when it is shown. */
export type FileLinkRow = Omit<Stripe.FileLink, 'file' | 'url' | 'expired'> & { file: string; url: string };

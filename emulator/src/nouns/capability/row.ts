import type Stripe from 'stripe';

/** `name`: as in `card_payments`; the row's own id also says whose it is, because each account has one of that name. */
export type CapabilityRow = Stripe.Capability & { account: string; hidden: { name: string } };

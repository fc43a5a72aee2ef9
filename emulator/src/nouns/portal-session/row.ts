import type Stripe from 'stripe';

/** `isDone`: the customer has completed the flow. Absent: they have not. */
export type PortalSessionRow = Stripe.BillingPortal.Session & { hidden?: { isDone: boolean } };

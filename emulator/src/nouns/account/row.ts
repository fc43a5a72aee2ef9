import type Stripe from 'stripe';

/** An account connected to this one; its objects are in a store of their own. `rejected`: why the platform turned it away. */
export type AccountRow = Pick<
  Stripe.Account,
  'id' | 'object' | 'business_type' | 'country' | 'created' | 'default_currency' | 'email' | 'metadata' | 'type'
> & { hidden?: { rejected: string | null } };

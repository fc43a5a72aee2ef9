import type Stripe from 'stripe';

export type ActiveEntitlementRow = Stripe.Entitlements.ActiveEntitlement & { hidden: { customer: string } };

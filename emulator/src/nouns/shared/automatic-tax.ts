import type Stripe from 'stripe';
import { accepted, flag, hash, needed } from '../../api/params.js';

/**
 * Stripe Tax. Nobody is registered for taxes here, so there is none to collect: the setting is shown, and the tax is zero,
 * as at Stripe without a registration (https://docs.stripe.com/tax/zero-tax).
 */
export const automaticTaxParam = () => hash({ enabled: needed(flag()), liability: accepted() });

type Sent = { enabled: boolean } | undefined;

export const taxOfSubscription = (sent: Sent): Stripe.Subscription.AutomaticTax => ({
  disabled_reason: null,
  enabled: sent?.enabled === true,
  liability: sent?.enabled === true ? { type: 'self' } : null,
});

export const taxOfInvoice = (sent: Sent): Stripe.Invoice.AutomaticTax => ({
  ...taxOfSubscription(sent),
  provider: sent?.enabled === true ? 'stripe' : null,
  status: sent?.enabled === true ? 'complete' : null,
});

/** Known when the customer has said where they are. */
export const taxOfCheckout = (
  sent: Sent,
  status: 'complete' | 'requires_location_inputs',
): Stripe.Checkout.Session.AutomaticTax => ({
  enabled: sent?.enabled === true,
  liability: sent?.enabled === true ? { type: 'self' } : null,
  provider: sent?.enabled === true ? 'stripe' : null,
  status: sent?.enabled === true ? status : null,
});

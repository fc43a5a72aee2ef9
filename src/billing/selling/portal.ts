import type Stripe from 'stripe';
import { keyBehind, post } from '../post-to-stripe.js';
import type { User, UserRef } from '../users/users.js';
import { pageOf, type Page } from './checkout.js';
import type { SellingDeps } from './deps.js';
import { returnUrl } from './return-url.js';

/** A visit to the billing portal. */
export interface PortalRequest {
  /** The user whose customer the portal shows. */
  user: UserRef;
  /** Where the link back goes: a path, or a URL on an origin of billing.returnOrigins. */
  returnUrl: string;
  /** Calls with the same key return the same page. The key holds for at least 24 hours. Default: none. */
  idempotencyKey?: string | undefined;
}

/** The setup of a payment method for later. */
export interface SetupRequest {
  /** The user who gets the payment method. */
  user: UserRef;
  /** Calls with the same key return the same setup. The key holds for at least 24 hours. Default: none. */
  idempotencyKey?: string | undefined;
}

/** A setup that Elements confirms: `stripe.confirmSetup`. */
export interface Setup {
  /** `seti_…`. */
  id: string;
  /** For Stripe.js: `elements({ clientSecret })`. Anyone who has it can complete this one setup. */
  clientSecret: string;
  /** The same field as in the result of `subscriptions.create`, so that a page can treat both alike. */
  kind: 'setup';
}

/** See `Billing.sessions.portal`. */
export async function openPortal(
  deps: SellingDeps,
  user: User,
  { returnUrl: asked, idempotencyKey }: PortalRequest,
): Promise<Page> {
  const back = returnUrl(asked, deps.settings.returnOrigins);
  const { id: customer } = await deps.customers.ensure(user);
  return deps.customers.unlessStale(customer, async () => {
    const parameters = { customer, return_url: back };
    const key = keyBehind(user.id, 'portal', idempotencyKey);
    return pageOf(await post<Stripe.BillingPortal.Session>(deps, '/v1/billing_portal/sessions', parameters, key));
  });
}

/** See `Billing.sessions.setup`. */
export async function openSetup(deps: SellingDeps, user: User, { idempotencyKey }: SetupRequest): Promise<Setup> {
  const { id: customer } = await deps.customers.ensure(user);
  return deps.customers.unlessStale(customer, async () => {
    const parameters = { customer, usage: 'off_session', automatic_payment_methods: { enabled: true } };
    const key = keyBehind(user.id, 'setup', idempotencyKey);
    const intent = await post<Stripe.SetupIntent>(deps, '/v1/setup_intents', parameters, key);
    await deps.ownWrites.proven([{ type: 'setup_intent', id: intent.id }]);
    return { id: intent.id, clientSecret: String(intent.client_secret), kind: 'setup' };
  });
}

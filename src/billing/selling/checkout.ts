import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import type { Gateway } from '../../stripe/gateway.js';
import { keyBehind, post } from '../post-to-stripe.js';
import type { User, UserRef } from '../users/users.js';
import { checkMetadata } from '../validate.js';
import { fingerprintOf } from './attempts.js';
import { REQUEST_METADATA, type WantedItem } from './create-decision.js';
import { wantedItems } from './create-subscription.js';
import type { SellingDeps } from './deps.js';
import type { Offered } from './prices.js';
import { promotionCodeId } from './promotion.js';
import { returnUrl } from './return-url.js';

/** A checkout of a subscription on Stripe's own page. Give exactly one of `price` and `items`. */
export interface CheckoutRequest {
  /** The user who gets the subscription. */
  user: UserRef;
  /** A price's id or lookup key. Default: see `items`. */
  price?: string | undefined;
  /** Several prices, or a quantity: 1 to 20, each price once. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /**
   * Where Stripe sends the user after the payment: a path, or a URL on an origin of billing.returnOrigins. Stripe fills
   * in `{CHECKOUT_SESSION_ID}`. Source: Stripe's "Customize redirect behavior".
   */
  successUrl: string;
  /** Where Stripe sends a user who cancels the checkout, in the same form. */
  cancelUrl: string;
  /** Days of trial, 0 to 730. Default: none. */
  trialDays?: number | undefined;
  /**
   * Do not ask for a card if nothing is due now. Without a card at the end of the trial, the subscription ends. Default
   * false.
   */
  withoutCard?: boolean | undefined;
  /** A promotion code as customers type it. Default: the page asks for one. */
  promotionCode?: string | undefined;
  /** Metadata of the subscription, as in `CreateSubscription`. Default: none. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Allow a second subscription of the same group. Default: the option billing.severalPerGroup. */
  several?: boolean | undefined;
  /** Allow only prices that the option billing.prices names. Default false: without that option, any active price. */
  listedOnly?: boolean | undefined;
  /** Calls with the same key return the same page. The key holds for at least 24 hours. Default: none. */
  idempotencyKey?: string | undefined;
}

/**
 * A page of Stripe's. Anyone with its URL can act for the customer. So redirect the browser to it, and do not store it.
 */
export interface Page {
  /** `cs_…` for a checkout, `bps_…` for the portal. */
  id: string;
  /** Its URL. It is valid for 24 hours for a checkout, and for minutes for the portal. */
  url: string;
}

/** See `Billing.sessions.checkout`. */
export async function openCheckout(deps: SellingDeps, user: User, request: CheckoutRequest): Promise<Page> {
  const order = await orderOf(deps, request);
  const { promotionCode, idempotencyKey } = request;
  const fingerprint = fingerprintOf({ checkout: order.parameters, promotionCode, idempotencyKey });
  const attempt = await deps.attempts.open(user.id, 'checkout', fingerprint);
  // Two clicks use the same key at Stripe, and both get the same page.
  const key = keyBehind(user.id, 'checkout', idempotencyKey) ?? attempt;
  try {
    const { id: customer } = await deps.customers.ensure(user);
    return await deps.customers.unlessStale(customer, () => openFor(deps, customer, order, key));
  } finally {
    await deps.attempts.close(user.id, attempt);
  }
}

/** A request with its prices looked up. */
interface Order {
  request: CheckoutRequest;
  groups: readonly string[];
  parameters: Record<string, unknown>;
}

async function orderOf({ prices, settings }: SellingDeps, request: CheckoutRequest): Promise<Order> {
  const back = {
    success_url: returnUrl(request.successUrl, settings.returnOrigins),
    cancel_url: returnUrl(request.cancelUrl, settings.returnOrigins),
  };
  const items = await prices.named(wantedItems(request));
  const offered = await prices.offered(
    items.map(({ price }) => price),
    request.listedOnly ?? false,
  );
  const parameters = {
    mode: 'subscription',
    line_items: items.map((item, index) => lineItem(item, offered[index])),
    ...back,
    ...subscriptionData(request),
    ...(settings.automaticTax ? { automatic_tax: { enabled: true } } : {}),
  };
  return { request, groups: offered.map(({ group }) => group), parameters };
}

/** Checkout requires a quantity, except for a metered price, which has none. */
function lineItem(item: WantedItem, offered: Offered | undefined): WantedItem {
  return { ...(offered?.metered ? {} : { quantity: 1 }), ...item };
}

async function openFor(deps: SellingDeps, customer: string, order: Order, key: string): Promise<Page> {
  const { request, groups, parameters } = order;
  if (!(request.several ?? deps.settings.severalPerGroup)) {
    await deps.openCheckouts.expire(customer, key);
    await deps.subscribedGroups.refuse(customer, groups);
  }
  const discounts = await discountsOf(request, deps.gateway);
  const sent = { customer, ...parameters, ...discounts, metadata: { [REQUEST_METADATA]: key } };
  const session = await post<Stripe.Checkout.Session>(deps, '/v1/checkout/sessions', sent, key);
  await deps.ownWrites.proven([{ type: 'checkout.session', id: session.id }]);
  return pageOf(session);
}

function subscriptionData({ trialDays, withoutCard, metadata }: CheckoutRequest): Record<string, unknown> {
  const data = {
    ...(trialDays === undefined || trialDays === 0 ? {} : { trial_period_days: trialDays }),
    ...(withoutCard === true ? { trial_settings: { end_behavior: { missing_payment_method: 'cancel' } } } : {}),
    ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata) }),
  };
  return {
    ...(Object.keys(data).length === 0 ? {} : { subscription_data: data }),
    ...(withoutCard === true ? { payment_method_collection: 'if_required' } : {}),
  };
}

async function discountsOf({ promotionCode }: CheckoutRequest, gateway: Gateway): Promise<Record<string, unknown>> {
  if (promotionCode === undefined) return { allow_promotion_codes: true };
  return { discounts: [{ promotion_code: await promotionCodeId(gateway, promotionCode) }] };
}

/** @throws stripe_refused the session has no URL */
export function pageOf({ id, url }: { id: string; url: string | null }): Page {
  if (typeof url === 'string') return { id, url };
  throw new LockstepError('stripe_refused', 'Stripe returned no URL for its page');
}

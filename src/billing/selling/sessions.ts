import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { keyBehind, post } from '../post-to-stripe.js';
import { fingerprintOf, type Attempts } from './attempts.js';
import type { Billing } from '../billing.js';
import { checkMetadata } from '../validate.js';
import { wantedItems } from './create-subscription.js';
import type { Customers } from '../users/customers.js';
import type { OpenCheckouts } from './open-checkouts.js';
import { promotionCodeId } from './promotion.js';
import type { OwnWrites } from '../own-writes.js';
import type { Prices } from './prices.js';
import { returnUrl } from './return-url.js';
import type { BillingConfig } from '../settings.js';
import type { SubscribedGroups } from './subscribed-groups.js';
import { REQUEST_METADATA, type WantedItem } from './create-decision.js';
import type { UserRef, Users } from '../users/users.js';

/** A checkout of a subscription, on Stripe's own page. Exactly one of `price` and `items`. */
export interface CheckoutRequest {
  /** Whose subscription it will be. */
  user: UserRef;
  /** A price's id or lookup key; default: see `items`. */
  price?: string | undefined;
  /** Several prices, or a quantity: 1 to 20, each price once. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /**
   * Where Stripe leads to after the payment: a path, or an address on an origin of billing.returnOrigins.
   * `{CHECKOUT_SESSION_ID}` in it is filled in. Source: Stripe's "Customize redirect behavior".
   */
  successUrl: string;
  /** Where Stripe leads to when the person turns back; of the same kind. */
  cancelUrl: string;
  /** Days of trial, 0 to 730. Default: none. */
  trialDays?: number | undefined;
  /** Ask for no card where nothing is due today; the subscription ends with the trial if there is still none. Default false. */
  withoutCard?: boolean | undefined;
  /** A promotion code as customers write it. Default: the page asks. */
  promotionCode?: string | undefined;
  /** Kept on the subscription; as of `CreateSubscription`. Default: none. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Allow a second subscription of the same group. Default: the option billing.severalPerGroup. */
  several?: boolean | undefined;
  /** Only prices that the option billing.prices names. Default false: any active price while the option is absent. */
  listedOnly?: boolean | undefined;
  /** A call with the same key, for at least 24 hours, returns the same page. Default: none, each call creates one. */
  idempotencyKey?: string | undefined;
}

/**
 * A page of Stripe's. Anyone with its URL can act for the customer: redirect the browser to it, and do not store it.
 */
export interface Page {
  /** `cs_…` of a checkout, `bps_…` of the portal. */
  id: string;
  /** Its address; good for 24 hours for a checkout, for minutes for the portal. */
  url: string;
}

/** A visit to the billing portal. */
export interface PortalRequest {
  /** Whose customer the portal shows. */
  user: UserRef;
  /** Where its link back leads: a path, or an address on an origin of billing.returnOrigins. */
  returnUrl: string;
  /** A call with the same key, for at least 24 hours, returns the same page. Default: none. */
  idempotencyKey?: string | undefined;
}

/** A payment method for later. */
export interface SetupRequest {
  /** Whose payment method it will be. */
  user: UserRef;
  /** A call with the same key, for at least 24 hours, returns the same setup. Default: none. */
  idempotencyKey?: string | undefined;
}

/** A set-up that Elements confirms: `stripe.confirmSetup`. */
export interface Setup {
  /** `seti_…`. */
  id: string;
  /** For Stripe.js: `elements({ clientSecret })`. Anyone who has it can complete this one setup. */
  clientSecret: string;
  /** So that a page can treat it as what `subscriptions.create` answers. */
  kind: 'setup';
}

export interface SessionsDeps {
  users: Users;
  gateway: Gateway;
  customers: Customers;
  ownWrites: OwnWrites;
  attempts: Attempts;
  prices: Prices;
  subscribedGroups: SubscribedGroups;
  openCheckouts: OpenCheckouts;
  settings: BillingConfig;
  clock: Clock;
  chance: Chance;
}

export function createSessions(options: SessionsDeps): Billing['sessions'] {
  const { users, gateway, customers, ownWrites, attempts, prices, settings, subscribedGroups, openCheckouts } = options;

  return {
    async checkout(request) {
      const { successUrl, cancelUrl } = request;
      const user = await users.find(request.user);
      const back = {
        success_url: returnUrl(successUrl, settings.returnOrigins),
        cancel_url: returnUrl(cancelUrl, settings.returnOrigins),
      };
      const items = await prices.named(wantedItems(request));
      const offered = await prices.offered(
        items.map(({ price }) => price),
        request.listedOnly ?? false,
      );
      const parameters = {
        mode: 'subscription',
        line_items: items.map((item, index) => ({ ...(offered[index]?.metered ? {} : { quantity: 1 }), ...item })),
        ...back,
        ...subscriptionData(request),
        ...(settings.automaticTax ? { automatic_tax: { enabled: true } } : {}),
      };
      const { promotionCode, idempotencyKey } = request;
      const asked = fingerprintOf({ checkout: parameters, promotionCode, idempotencyKey });
      const attempt = await attempts.open(user.id, asked);
      // Who clicks twice asks Stripe with one key, and both clicks lead to one page.
      const key = keyBehind(user.id, 'checkout', idempotencyKey) ?? attempt;
      try {
        const { id: customer } = await customers.ensure(user);
        return await customers.unlessStale(customer, async () => {
          if (!(request.several ?? settings.severalPerGroup)) {
            await openCheckouts.expire(customer, key);
            await subscribedGroups.refuse(
              customer,
              offered.map(({ group }) => group),
            );
          }
          const wanted = { ...parameters, ...(await discountsOf(request, gateway)) };
          const sent = { customer, ...wanted, metadata: { [REQUEST_METADATA]: key } };
          const session = await post(options, '/v1/checkout/sessions', sent, key);
          await ownWrites.proven([{ type: 'checkout.session', id: session.id as string }]);
          return pageOf(session);
        });
      } finally {
        await attempts.close(user.id, attempt);
      }
    },
    async portal({ user: ref, returnUrl: asked, idempotencyKey }) {
      const user = await users.find(ref);
      const back = returnUrl(asked, settings.returnOrigins);
      const { id: customer } = await customers.ensure(user);
      return customers.unlessStale(customer, async () => {
        const key = keyBehind(user.id, 'portal', idempotencyKey);
        return pageOf(await post(options, '/v1/billing_portal/sessions', { customer, return_url: back }, key));
      });
    },
    async setup({ user: ref, idempotencyKey }) {
      const user = await users.find(ref);
      const { id: customer } = await customers.ensure(user);
      return customers.unlessStale(customer, async () => {
        const parameters = { customer, usage: 'off_session', automatic_payment_methods: { enabled: true } };
        const key = keyBehind(user.id, 'setup', idempotencyKey);
        const intent = await post(options, '/v1/setup_intents', parameters, key);
        await ownWrites.proven([{ type: 'setup_intent', id: intent.id as string }]);
        return { id: intent.id as string, clientSecret: String(intent['client_secret']), kind: 'setup' };
      });
    },
  };
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

function pageOf({ id, url }: StripeObject): Page {
  if (typeof url === 'string') return { id: id as string, url };
  throw new LockstepError('stripe_refused', 'Stripe returned no URL for its page');
}

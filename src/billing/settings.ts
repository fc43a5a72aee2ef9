import * as v from 'valibot';

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
const Origin = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href;
  }, 'must be an origin, for example https://app.example.com'),
);

/** What the app sells, and where Stripe's pages may return to. Every option has a default. */
export const BillingOptions = v.strictObject({
  /**
   * What may be bought: ids of prices or products, or lookup keys of prices. Default: the app's server may use any
   * active price, and a user token may use none.
   */
  prices: v.optional(v.array(Id)),
  /**
   * The origins that checkout and the billing portal may return to, such as `https://app.example.com`. A path without
   * an origin is below the first. Default: none.
   */
  returnOrigins: v.optional(v.array(Origin), []),
  /** Allow a user several subscriptions of one group at once. Default false: the second is `already_subscribed`. */
  severalPerGroup: v.optional(v.boolean(), false),
  /** Keep access while Stripe retries a failed payment, as Stripe does with entitlements. Default true. */
  pastDueKeepsAccess: v.optional(v.boolean(), true),
  /** What happens to the customer when the app deletes a user, unless the call says otherwise. Default `keep`. */
  onUserDeletion: v.optional(v.picklist(['keep', 'cancel', 'delete']), 'keep'),
  /** Let Stripe Tax compute taxes on new subscriptions and checkouts. Default false. Source: Stripe's "Stripe Tax". */
  automaticTax: v.optional(v.boolean(), false),
});
export type BillingConfig = v.InferOutput<typeof BillingOptions>;
/**
 * What happens to the customer when the app deletes a user. `keep`: it stays, with its invoices and subscriptions.
 * `cancel`: its subscriptions are canceled now. `delete`: Stripe deletes it, which also cancels its subscriptions.
 */
export type OnUserDeletion = 'keep' | 'cancel' | 'delete';

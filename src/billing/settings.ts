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

/** What the app sells, and where people come back to. Everything has a default. */
export const BillingOptions = v.strictObject({
  /**
   * What may be bought: ids of prices or products, or lookup keys of prices. Default: the app's own server may name any active
   * price, and a user's own token none.
   */
  prices: v.optional(v.array(Id)),
  /**
   * Where checkout and the billing portal may lead back to, such as `https://app.example.com`. Paths are taken below the
   * first. Default: nowhere.
   */
  returnOrigins: v.optional(v.array(Origin), []),
  /** Let a user have several subscriptions of one group at once. Default false: `already_subscribed`. */
  severalPerGroup: v.optional(v.boolean(), false),
  /** Keep access while Stripe tries a failed payment again, as it keeps entitlements active. Default true. */
  pastDueKeepsAccess: v.optional(v.boolean(), true),
  /** What becomes of the customer of a user whom the app deletes, unless the call says otherwise. Default `keep`. */
  onUserDeletion: v.optional(v.picklist(['keep', 'cancel', 'delete']), 'keep'),
  /** Let Stripe Tax compute taxes on new subscriptions and checkouts. Default false. Source: Stripe's "Stripe Tax". */
  automaticTax: v.optional(v.boolean(), false),
});
export type BillingConfig = v.InferOutput<typeof BillingOptions>;
/**
 * What becomes of the customer of a user whom the app deletes. `keep`: it stays, with its invoices and subscriptions. `cancel`: its
 * subscriptions end now. `delete`: Stripe deletes it, which ends them too.
 */
export type OnUserDeletion = 'keep' | 'cancel' | 'delete';

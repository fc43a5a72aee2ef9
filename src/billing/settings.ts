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
   * What may be bought: ids of prices or products, or lookup keys of prices. Absent: the app's own server may name any active
   * price, and a user's own token none.
   */
  prices: v.optional(v.array(Id)),
  /** Where checkout and the billing portal may lead back to. Empty: nowhere. Paths are taken below the first. */
  returnOrigins: v.optional(v.array(Origin), []),
  /** Let a user have several subscriptions of one group at once. */
  severalPerGroup: v.optional(v.boolean(), false),
  /** Keep access while Stripe tries a failed payment again, as it keeps entitlements active. */
  pastDueKeepsAccess: v.optional(v.boolean(), true),
  /** What becomes of the customer of a user whom the app deletes, unless the call says otherwise. */
  onUserDeletion: v.optional(v.picklist(['keep', 'cancel', 'delete']), 'keep'),
  /** Let Stripe Tax compute taxes on new subscriptions and checkouts. */
  automaticTax: v.optional(v.boolean(), false),
});
export type BillingConfig = v.InferOutput<typeof BillingOptions>;
export type OnUserDeletion = BillingConfig['onUserDeletion'];

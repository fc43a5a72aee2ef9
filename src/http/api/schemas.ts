import * as v from 'valibot';
import { isText } from '../../billing/validate.js';

/**
 * The schemas of requests and answers. Requests are checked by them, and the OpenAPI document is generated from them.
 */

const Id = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  v.check((text: string) => isText(text), 'must not contain NUL or an unpaired surrogate'),
);
const Url = v.pipe(v.string(), v.minLength(1), v.maxLength(2_048));
const Time = v.pipe(v.string(), v.isoTimestamp());
const AskedTime = v.pipe(v.string(), v.isoTimestamp(), v.check(isOnCalendar, 'must be a real calendar date'));
const Whole = v.pipe(v.number(), v.integer());
const Quantity = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(1_000_000),
  v.description('With a user token or a session: 1 at least.'),
);
const TrialDays = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(730));
const Metadata = v.record(v.pipe(v.string(), v.maxLength(40)), v.pipe(v.string(), v.maxLength(500)));
const Items = v.pipe(
  v.array(v.strictObject({ price: Id, quantity: v.optional(Quantity) })),
  v.minLength(1),
  v.maxLength(20),
);
const priced = { price: v.optional(Id), items: v.optional(Items) };

export const requests = {
  none: v.strictObject({}),
  which: v.strictObject({
    product: v.optional(Id),
    price: v.optional(Id),
    group: v.optional(Id),
    feature: v.optional(Id),
  }),
  invoices: v.strictObject({
    limit: v.optional(v.pipe(v.string(), v.regex(/^[1-9][0-9]?$|^100$/))),
    before: v.optional(AskedTime),
  }),
  create: v.strictObject({
    ...priced,
    trialDays: v.optional(TrialDays),
    withoutCard: v.optional(v.picklist(['pause', 'cancel'])),
    coupon: v.optional(Id),
    promotionCode: v.optional(Id),
    metadata: v.optional(Metadata),
  }),
  change: v.strictObject({
    ...priced,
    when: v.optional(v.picklist(['now', 'now_invoiced', 'now_unprorated', 'period_end'])),
    prorationDate: v.optional(AskedTime),
  }),
  cancel: v.strictObject({ at: v.optional(v.union([v.picklist(['now', 'period_end']), AskedTime])) }),
  pause: v.strictObject({ until: v.optional(AskedTime) }),
  checkout: v.strictObject({
    ...priced,
    successUrl: Url,
    cancelUrl: Url,
    trialDays: v.optional(TrialDays),
    withoutCard: v.optional(v.boolean()),
    promotionCode: v.optional(Id),
    metadata: v.optional(Metadata),
  }),
  portal: v.strictObject({ returnUrl: Url }),
  changed: v.strictObject({ metadata: v.optional(Metadata) }),
  deleted: v.strictObject({ what: v.optional(v.picklist(['keep', 'cancel', 'delete'])) }),
  usage: v.strictObject({
    meter: Id,
    value: v.number(),
    at: v.optional(AskedTime),
    id: v.optional(Id),
  }),
} as const;

const Subscription = v.strictObject({
  id: v.string(),
  status: v.string(),
  access: v.boolean(),
  onTrial: v.boolean(),
  pastDue: v.boolean(),
  willEnd: v.boolean(),
  onGracePeriod: v.boolean(),
  ended: v.boolean(),
  endsAt: v.nullable(Time),
  trialEnd: v.nullable(Time),
  currentPeriodEnd: v.nullable(Time),
  collectionPaused: v.nullable(v.string()),
  created: v.nullable(Time),
  items: v.array(
    v.strictObject({
      id: v.string(),
      price: v.nullable(v.string()),
      product: v.nullable(v.string()),
      group: v.string(),
      quantity: v.nullable(Whole),
    }),
  ),
  proven: v.boolean(),
});
const Invoice = v.strictObject({
  id: v.string(),
  number: v.nullable(v.string()),
  status: v.nullable(v.string()),
  currency: v.string(),
  total: Whole,
  amountDue: Whole,
  amountPaid: Whole,
  amountRemaining: Whole,
  created: Time,
  dueDate: v.nullable(Time),
  subscription: v.nullable(v.string()),
  hostedUrl: v.nullable(v.string()),
  pdfUrl: v.nullable(v.string()),
});
const Upcoming = v.strictObject({
  currency: v.string(),
  subtotal: Whole,
  total: Whole,
  amountDue: Whole,
  periodStart: v.nullable(Time),
  periodEnd: v.nullable(Time),
  nextPaymentAttempt: v.nullable(Time),
  lines: v.array(
    v.strictObject({
      description: v.nullable(v.string()),
      amount: Whole,
      proration: v.boolean(),
      periodStart: v.nullable(Time),
      periodEnd: v.nullable(Time),
    }),
  ),
});

export const answers = {
  customer: v.strictObject({ id: v.string() }),
  access: v.strictObject({
    subscribed: v.boolean(),
    /** Whether the user has the feature in the query. Null if the query names none. */
    has: v.nullable(v.boolean()),
    subscription: v.nullable(Subscription),
    features: v.array(v.string()),
  }),
  subscription: v.strictObject({ subscription: v.nullable(Subscription) }),
  subscriptions: v.strictObject({ subscriptions: v.array(Subscription) }),
  created: v.strictObject({
    id: v.string(),
    status: v.string(),
    clientSecret: v.nullable(v.string()),
    kind: v.picklist(['payment', 'setup', 'none']),
  }),
  preview: v.strictObject({ ...Upcoming.entries, prorationDate: Time }),
  invoices: v.strictObject({ invoices: v.array(Invoice) }),
  upcoming: v.strictObject({ invoice: v.nullable(Upcoming) }),
  page: v.strictObject({ id: v.string(), url: v.string() }),
  setup: v.strictObject({ id: v.string(), clientSecret: v.string(), kind: v.literal('setup') }),
  changed: v.strictObject({
    sent: v.array(v.string()),
    differences: v.array(
      v.strictObject({
        field: v.picklist(['name', 'email']),
        app: v.string(),
        stripe: v.string(),
        changedBy: v.picklist(['app', 'stripe', 'both']),
      }),
    ),
  }),
  deleted: v.strictObject({ deleted: v.literal(true) }),
  usage: v.strictObject({ outcome: v.picklist(['counted', 'duplicate']) }),
  failure: v.strictObject({
    error: v.strictObject({ code: v.string(), message: v.string(), hint: v.optional(v.string()) }),
  }),
} as const;

/**
 * Whether the day exists: JavaScript reads February 31 as March 3. A text that is not a time is left to another check.
 */
function isOnCalendar(timestamp: string): boolean {
  const day = timestamp.slice(0, 'yyyy-mm-dd'.length);
  const time = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(time.getTime()) || time.toISOString().startsWith(day);
}

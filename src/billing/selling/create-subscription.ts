import { createHash } from 'node:crypto';
import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { post } from '../post-to-stripe.js';
import { fingerprintOf, type Attempts } from './attempts.js';
import { checkMetadata } from '../validate.js';
import type { Customers } from '../users/customers.js';
import { endUnpaid } from './end-unpaid.js';
import type { OpenCheckouts } from './open-checkouts.js';
import { touchedBy, type OwnWrites } from '../own-writes.js';
import type { Offered, Prices } from './prices.js';
import { promotionCodeId } from './promotion.js';
import type { BillingConfig } from '../settings.js';
import {
  decide,
  FINGERPRINT_METADATA,
  REQUEST_METADATA,
  openSubscriptionOf,
  type WantedItem,
} from './create-decision.js';
import { alreadySubscribed, EXPAND, type SubscribedGroups } from './subscribed-groups.js';
import type { User, UserRef } from '../users/users.js';

/** What the browser has to do: pay the first invoice, set a card up for later (a trial), or nothing. */
export type SecretKind = 'payment' | 'setup' | 'none';

/** A subscription that was made, or taken up again. */
export interface Created {
  /** `sub_…`. */
  id: string;
  /** As Stripe writes it: incomplete until it is paid, trialing, or active. */
  status: string;
  /** For Stripe.js: `elements({ clientSecret })`. null where `kind` is none. */
  clientSecret: string | null;
  /** What the browser has to do with it. */
  kind: SecretKind;
}

/** A subscription to be paid with Elements. Exactly one of `price` and `items`. */
export interface CreateSubscription {
  /** Whose it will be. */
  user: UserRef;
  /** A price's id or lookup key; default: see `items`. */
  price?: string | undefined;
  /** Several prices, or a quantity: 1 to 20, each price once. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /** Days of trial, 0 to 730. Default: what the price's plan says (`trial_period_days`). */
  trialDays?: number | undefined;
  /** Ask for no card during the trial; what happens at its end where there is none: it pauses, or ends. Default: ask. */
  withoutCard?: 'pause' | 'cancel' | undefined;
  /** A coupon's id. Default: none. */
  coupon?: string | undefined;
  /** A promotion code as customers write it. Default: none. */
  promotionCode?: string | undefined;
  /**
   * Kept on the subscription: 48 keys of 40 characters at most, with values of 500. Names that begin with `lockstep_` are ours.
   * Default: none. Source: Stripe's "Metadata".
   */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Allow a second subscription of the same group. Default: the option billing.severalPerGroup. */
  several?: boolean | undefined;
  /** Only prices that the option billing.prices names. Default false: any active price while the option is absent. */
  listedOnly?: boolean | undefined;
  /** A call with the same key returns the same subscription. Default: none. */
  idempotencyKey?: string | undefined;
}

export interface CreateOptions {
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

/** The same for a user that was found. */
type UsersRequest = CreateSubscription & { user: User };

/** What `subscriptions.create` does. */
export async function createSubscription(request: UsersRequest, options: CreateOptions): Promise<Created> {
  const { customers, ownWrites, attempts, prices } = options;
  const { user } = request;
  const asIs = wantedItems(request);
  const metadata = checkMetadata(request.metadata);
  const wanted = await prices.named(asIs);
  const offered = await prices.offered(
    wanted.map(({ price }) => price),
    request.listedOnly ?? false,
  );
  const asked = request.idempotencyKey === undefined ? undefined : hash(request.idempotencyKey);
  const fingerprint = fingerprintOf(intent(request, wanted));
  const key = await attempts.open(user.id, `${fingerprint} ${asked ?? ''}`);
  try {
    const { id: customer } = await customers.ensure(user);
    return await customers.unlessStale(customer, async () => {
      const decision = await decideAtStripe({ customer, offered, wanted, fingerprint, asked, request }, options);
      const subscription =
        decision.open ?? (await make(request, { customer, wanted, metadata, fingerprint, asked, key }, options));
      const ended = decision.instead.map((id) => ({ type: 'subscription', id }));
      await ownWrites.proven([...touchedBy(subscription), ...ended]);
      const { id, status } = subscription;
      return { id: id as string, status: String(status), ...secretOf(subscription, request.withoutCard !== undefined) };
    });
  } finally {
    await attempts.close(user.id, key);
  }
}

interface Asked {
  customer: string;
  offered: readonly Offered[];
  wanted: readonly WantedItem[];
  fingerprint: string;
  asked: string | undefined;
  request: CreateSubscription;
}

/** Asks Stripe, not the mirror, what the customer has; ends what was left unpaid for another plan. @throws already_subscribed */
async function decideAtStripe(
  { customer, offered, wanted, fingerprint, asked, request }: Asked,
  { subscribedGroups, openCheckouts, settings, ...stripe }: CreateOptions,
): Promise<{ open: StripeObject | undefined; instead: readonly string[] }> {
  const several = request.several ?? settings.severalPerGroup;
  if (!several) await openCheckouts.expire(customer);
  const { subscriptions: data, groups } = await subscribedGroups.read(customer);
  const decision = decide(
    data.map((one) => openSubscriptionOf(one, groups)),
    {
      groups: offered.map(({ group }) => group),
      ...{ fingerprint, request: asked, items: wanted, several },
      plain: isPlain(request),
    },
  );
  if (decision.do === 'refuse') throw refusals[decision.why](decision.id);
  if (decision.do === 'reuse') return { open: data.find(({ id }) => id === decision.id), instead: [] };
  for (const one of data.filter(({ id }) => decision.instead.includes(id as string))) await endUnpaid(stripe, one);
  return { open: undefined, instead: decision.instead };
}

interface Making {
  customer: string;
  wanted: readonly WantedItem[];
  metadata: Readonly<Record<string, string>>;
  fingerprint: string;
  asked: string | undefined;
  key: string;
}

async function make(request: CreateSubscription, making: Making, options: CreateOptions): Promise<StripeObject> {
  const { customer, wanted, metadata, fingerprint, asked, key } = making;
  const parameters = {
    customer,
    items: wanted,
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    expand: EXPAND,
    metadata: {
      ...metadata,
      [FINGERPRINT_METADATA]: fingerprint,
      ...(asked === undefined ? {} : { [REQUEST_METADATA]: asked }),
    },
    ...trialOf(request),
    ...(await discountsOf(request, options.gateway)),
    ...(options.settings.automaticTax ? { automatic_tax: { enabled: true } } : {}),
  };
  return post(options, '/v1/subscriptions', parameters, key);
}

function trialOf({ trialDays, withoutCard }: CreateSubscription): Record<string, unknown> {
  const trial =
    trialDays === undefined ? { trial_from_plan: true } : trialDays === 0 ? {} : { trial_period_days: trialDays };
  if (withoutCard === undefined) return trial;
  return { ...trial, trial_settings: { end_behavior: { missing_payment_method: withoutCard } } };
}

async function discountsOf(
  { coupon, promotionCode }: CreateSubscription,
  gateway: Gateway,
): Promise<Record<string, unknown>> {
  const discounts = [
    ...(coupon === undefined ? [] : [{ coupon }]),
    ...(promotionCode === undefined ? [] : [{ promotion_code: await promotionCodeId(gateway, promotionCode) }]),
  ];
  return discounts.length === 0 ? {} : { discounts };
}

/** @throws request_invalid */
export function wantedItems({ price, items }: Pick<CreateSubscription, 'price' | 'items'>): readonly WantedItem[] {
  const wanted = items ?? (price === undefined ? [] : [{ price }]);
  if ((price === undefined) === (items === undefined) || wanted.length === 0 || wanted.length > ITEMS_MAX) {
    throw new LockstepError('request_invalid', 'Give either price or items', {
      hint: `items holds 1 to ${ITEMS_MAX} prices, each one once`,
    });
  }
  const odd = wanted.find(({ quantity = 1 }) => !Number.isInteger(quantity) || quantity < 0 || quantity > QUANTITY_MAX);
  if (odd !== undefined) {
    throw new LockstepError('request_invalid', 'The quantity must be a whole number', {
      hint: `use a number from 0 to ${QUANTITY_MAX}`,
    });
  }
  return wanted.map((item) => (item.quantity === undefined ? { price: item.price } : item));
}

const ITEMS_MAX = 20; // Stripe's own limit
const QUANTITY_MAX = 1_000_000;

function intent(request: CreateSubscription, items: readonly WantedItem[]): Record<string, unknown> {
  const { trialDays, withoutCard, coupon, promotionCode, metadata } = request;
  return { items, trialDays, withoutCard, coupon, promotionCode, metadata };
}

function isPlain({ trialDays, withoutCard, coupon, promotionCode, metadata }: CreateSubscription): boolean {
  return [trialDays, withoutCard, coupon, promotionCode, metadata].every((one) => one === undefined);
}

/** Where the secret is since API version 2025-03-31: on the invoice's confirmation secret, or a set-up when nothing is due. */
function secretOf(subscription: StripeObject, noCard: boolean): { clientSecret: string | null; kind: SecretKind } {
  const invoice = subscription['latest_invoice'] as { confirmation_secret?: { client_secret?: string } | null } | null;
  const payment = invoice?.confirmation_secret?.client_secret;
  const setup = (subscription['pending_setup_intent'] as { client_secret?: string } | null)?.client_secret;
  if (typeof setup === 'string' && !noCard) return { clientSecret: setup, kind: 'setup' };
  if (typeof payment === 'string' && subscription['status'] === 'incomplete')
    return { clientSecret: payment, kind: 'payment' };
  return { clientSecret: null, kind: 'none' };
}

const refusals = {
  already_subscribed: alreadySubscribed,
  idempotency_conflict: () =>
    new LockstepError('idempotency_conflict', 'This idempotency key was used for another subscription', {
      hint: 'send a new key for a new request',
    }),
} as const;

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

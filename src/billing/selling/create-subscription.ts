import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import type { Gateway } from '../../stripe/gateway.js';
import { touchedBy } from '../own-writes.js';
import { post } from '../post-to-stripe.js';
import type { User, UserRef } from '../users/users.js';
import { checkMetadata } from '../validate.js';
import { fingerprintOf } from './attempts.js';
import {
  decide,
  FINGERPRINT_METADATA,
  openSubscriptionOf,
  REQUEST_METADATA,
  type WantedItem,
} from './create-decision.js';
import type { SellingDeps } from './deps.js';
import { endUnpaid } from './end-unpaid.js';
import { promotionCodeId } from './promotion.js';
import { alreadySubscribed, EXPAND } from './subscribed-groups.js';

/** What the browser must do: pay the first invoice, set up a card for later (for a trial), or nothing. */
export type SecretKind = 'payment' | 'setup' | 'none';

/** A subscription that was created, or an open one that was found. */
export interface Created {
  /** `sub_…`. */
  id: string;
  /** As Stripe writes it: incomplete until it is paid, trialing, or active. */
  status: string;
  /** For Stripe.js: `elements({ clientSecret })`. null if `kind` is `none`. */
  clientSecret: string | null;
  /** What the browser must do with it. */
  kind: SecretKind;
}

/** A subscription that is paid with Elements. Give exactly one of `price` and `items`. */
export interface CreateSubscription {
  /** The user who gets the subscription. */
  user: UserRef;
  /** A price's id or lookup key. Default: see `items`. */
  price?: string | undefined;
  /** Several prices, or a quantity: 1 to 20, each price once. Default: one of `price`. */
  items?: readonly WantedItem[] | undefined;
  /** Days of trial, 0 to 730. Default: `trial_period_days` of the price's plan. */
  trialDays?: number | undefined;
  /** Do not ask for a card. Says what happens at the end of the trial if there is still none. Default: ask. */
  withoutCard?: 'pause' | 'cancel' | undefined;
  /** A coupon's id. Default: none. */
  coupon?: string | undefined;
  /** A promotion code as customers type it. Default: none. */
  promotionCode?: string | undefined;
  /**
   * Metadata of the subscription: at most 48 keys of 40 characters, with values of 500 characters. Lockstep reserves
   * keys that begin with `lockstep_`. Default: none. Source: Stripe's "Metadata".
   */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Allow a second subscription of the same group. Default: the option billing.severalPerGroup. */
  several?: boolean | undefined;
  /** Allow only prices that the option billing.prices names. Default false: without that option, any active price. */
  listedOnly?: boolean | undefined;
  /** Calls with the same key return the same subscription. Default: none. */
  idempotencyKey?: string | undefined;
}

/** See `Billing.subscriptions.create`. */
export async function createSubscription(deps: SellingDeps, user: User, request: CreateSubscription): Promise<Created> {
  const order = await orderOf(deps, request);
  const { fingerprint, requestHash } = order;
  const key = await deps.attempts.open(user.id, 'create', `${fingerprint} ${requestHash ?? ''}`);
  try {
    const { id: customer } = await deps.customers.ensure(user);
    return await deps.customers.unlessStale(customer, () => createFor(deps, customer, order, key));
  } finally {
    await deps.attempts.close(user.id, key);
  }
}

/** A request with its prices looked up. */
interface Order {
  request: CreateSubscription;
  items: readonly WantedItem[];
  groups: readonly string[];
  metadata: Readonly<Record<string, string>>;
  /** The same for equal requests. */
  fingerprint: string;
  /** The hash of the caller's idempotency key. */
  requestHash: string | undefined;
}

async function orderOf({ prices }: SellingDeps, request: CreateSubscription): Promise<Order> {
  const asIs = wantedItems(request);
  const metadata = checkMetadata(request.metadata);
  const items = await prices.named(asIs);
  const offered = await prices.offered(
    items.map(({ price }) => price),
    request.listedOnly ?? false,
  );
  return {
    request,
    items,
    groups: offered.map(({ group }) => group),
    metadata,
    fingerprint: fingerprintOf(intent(request, items)),
    requestHash: request.idempotencyKey === undefined ? undefined : hash(request.idempotencyKey),
  };
}

async function createFor(deps: SellingDeps, customer: string, order: Order, key: string): Promise<Created> {
  const { open, instead } = await decideAtStripe(deps, customer, order);
  const subscription = open ?? (await make(deps, customer, order, key));
  const ended = instead.map((id) => ({ type: 'subscription', id }));
  await deps.ownWrites.proven([...touchedBy(subscription), ...ended]);
  const { id, status } = subscription;
  return { id, status, ...secretOf(subscription, order.request.withoutCard !== undefined) };
}

interface Decided {
  /** The open subscription that is returned. Undefined if a new one is created. */
  open: Stripe.Subscription | undefined;
  /** The ids of the unpaid subscriptions that were ended. */
  instead: readonly string[];
}

/**
 * Asks Stripe, not the mirror, what the customer has. Ends unpaid subscriptions to other plans.
 * @throws already_subscribed
 */
async function decideAtStripe(deps: SellingDeps, customer: string, order: Order): Promise<Decided> {
  const { groups: wanted, fingerprint, requestHash, items, request } = order;
  const several = request.several ?? deps.settings.severalPerGroup;
  if (!several) await deps.openCheckouts.expire(customer);
  const { subscriptions, groups } = await deps.subscribedGroups.read(customer);
  const decision = decide(
    subscriptions.map((subscription) => openSubscriptionOf(subscription, groups)),
    { groups: wanted, fingerprint, request: requestHash, items, several, plain: isPlain(request) },
  );
  if (decision.do === 'refuse') throw refusals[decision.why](decision.id);
  if (decision.do === 'reuse') return { open: subscriptions.find(({ id }) => id === decision.id), instead: [] };
  const unpaid = subscriptions.filter(({ id }) => decision.instead.includes(id));
  for (const subscription of unpaid) await endUnpaid(deps, subscription);
  return { open: undefined, instead: decision.instead };
}

async function make(deps: SellingDeps, customer: string, order: Order, key: string): Promise<Stripe.Subscription> {
  const { request, items, metadata, fingerprint, requestHash } = order;
  const parameters = {
    customer,
    items,
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    expand: EXPAND,
    metadata: {
      ...metadata,
      [FINGERPRINT_METADATA]: fingerprint,
      ...(requestHash === undefined ? {} : { [REQUEST_METADATA]: requestHash }),
    },
    ...trialOf(request),
    ...(await discountsOf(request, deps.gateway)),
    ...(deps.settings.automaticTax ? { automatic_tax: { enabled: true } } : {}),
  };
  return post(deps, '/v1/subscriptions', parameters, key);
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
  return [trialDays, withoutCard, coupon, promotionCode, metadata].every((wish) => wish === undefined);
}

/** The secret. Since API version 2025-03-31, it is on the first invoice, or on a setup intent if nothing is due. */
function secretOf(subscription: Stripe.Subscription, noCard: boolean): Pick<Created, 'clientSecret' | 'kind'> {
  const { status, latest_invoice: invoice, pending_setup_intent: setup } = subscription;
  const payment = (invoice as Stripe.Invoice | null)?.confirmation_secret?.client_secret;
  const setupSecret = (setup as Stripe.SetupIntent | null)?.client_secret;
  if (typeof setupSecret === 'string' && !noCard) return { clientSecret: setupSecret, kind: 'setup' };
  if (typeof payment === 'string' && status === 'incomplete') return { clientSecret: payment, kind: 'payment' };
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

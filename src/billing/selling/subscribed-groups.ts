import type Stripe from 'stripe';
import { LockstepError } from '../../kernel/error.js';
import type { Gateway } from '../../stripe/gateway.js';
import { productsOf } from './create-decision.js';
import { hasEnded } from './owned-subscription.js';
import type { Prices } from './prices.js';

/** What a customer is subscribed to. It is read from Stripe, because the mirror may be behind at a second click. */
export interface SubscribedGroups {
  /**
   * The subscriptions that have not ended, with the secrets for their first payment and the groups of their products.
   */
  read(customer: string): Promise<Subscribed>;
  /** @throws already_subscribed the customer has a subscription in one of the groups, paid or on trial */
  refuse(customer: string, groups: readonly string[]): Promise<void>;
}

export interface Subscribed {
  subscriptions: Stripe.Subscription[];
  groups: Map<string, string>;
}

export interface SubscribedGroupsDeps {
  gateway: Gateway;
  prices: Prices;
}

export const EXPAND = ['latest_invoice.confirmation_secret', 'pending_setup_intent'];

export function createSubscribedGroups(deps: SubscribedGroupsDeps): SubscribedGroups {
  return {
    read: (customer) => read(deps, customer),
    refuse: (customer, groups) => refuse(deps, customer, groups),
  };
}

async function read({ gateway, prices }: SubscribedGroupsDeps, customer: string): Promise<Subscribed> {
  const query = { customer, expand: EXPAND.map((path) => `data.${path}`) };
  const listed = (await gateway.list('/v1/subscriptions', query)).data as unknown as readonly Stripe.Subscription[];
  // Stripe's list has expired subscriptions, but no canceled ones.
  const subscriptions = listed.filter((subscription) => !hasEnded(subscription));
  const products = new Set(subscriptions.flatMap(productsOf));
  return { subscriptions, groups: await prices.groupsOf([...products]) };
}

async function refuse(deps: SubscribedGroupsDeps, customer: string, wanted: readonly string[]): Promise<void> {
  const { subscriptions, groups } = await read(deps, customer);
  const rival = subscriptions
    .filter(({ status }) => status !== 'incomplete')
    .find((one) => productsOf(one).some((product) => wanted.includes(groups.get(product) as string)));
  if (rival !== undefined) throw alreadySubscribed(rival.id);
}

export function alreadySubscribed(subscription: string): LockstepError {
  return new LockstepError('already_subscribed', 'The user already has a subscription in this group', {
    hint: 'change that one instead, or allow several with billing.severalPerGroup',
    facts: { subscription },
  });
}

import { LockstepError } from '../../kernel/error.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import type { Prices } from './prices.js';
import { itemsOf, productOf } from './create-decision.js';

/** What a customer is subscribed to, asked of Stripe itself: the mirror may be a moment behind a second click. */
export interface SubscribedGroups {
  /** The subscriptions that have not ended, complete with their first payment's secrets, and the groups of their products. */
  read(customer: string): Promise<{ subscriptions: StripeObject[]; groups: Map<string, string> }>;
  /** @throws already_subscribed one of them, paid or on trial, is of such a group */
  refuse(customer: string, groups: readonly string[]): Promise<void>;
}

export const EXPAND = ['latest_invoice.confirmation_secret', 'pending_setup_intent'];
const ENDED: ReadonlySet<unknown> = new Set(['canceled', 'incomplete_expired']);

export function createSubscribedGroups({ gateway, prices }: { gateway: Gateway; prices: Prices }): SubscribedGroups {
  const read: SubscribedGroups['read'] = async (customer) => {
    const query = { customer, expand: EXPAND.map((path) => `data.${path}`) };
    const { data } = await gateway.list('/v1/subscriptions', query);
    const subscriptions = data.filter(({ status }) => !ENDED.has(status)); // expired ones are listed, unlike canceled ones
    const products = new Set(subscriptions.flatMap(itemsOf).map(productOf));
    return { subscriptions, groups: await prices.groupsOf([...products]) };
  };
  return {
    read,
    async refuse(customer, wanted) {
      const { subscriptions, groups } = await read(customer);
      const rival = subscriptions
        .filter(({ status }) => status !== 'incomplete')
        .find((one) => itemsOf(one).some((item) => wanted.includes(groups.get(productOf(item)) as string)));
      if (rival !== undefined) throw alreadySubscribed(rival.id as string);
    },
  };
}

export function alreadySubscribed(subscription: string): LockstepError {
  return new LockstepError('already_subscribed', 'The user already has a subscription in this group', {
    hint: 'change that one instead, or allow several with billing.severalPerGroup',
    facts: { subscription },
  });
}

import { randomUUID } from 'node:crypto';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import { factsOf, stripeFailureOf, worthRetrying } from '../stripe/failure.js';
import type { Gateway, StripeObject } from '../stripe/gateway.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { Customers } from './customers.js';
import type { Named, OwnWrites } from './own-writes.js';
import type { User } from './users.js';

/** What the browser has to do: pay the first invoice, set a card up for later (a trial), or nothing. */
export type SecretKind = 'payment' | 'setup' | 'none';

export interface Created {
  id: string;
  status: string;
  /** For Stripe.js: `elements({ clientSecret })`. null where `kind` is none. */
  clientSecret: string | null;
  kind: SecretKind;
}

export interface CreateSubscription {
  user: User;
  /** A price's id. */
  price: string;
  /** Days of trial. Default: what the price's plan says (`trial_period_days`). */
  trialDays?: number | undefined;
}

export interface Subscriptions {
  /**
   * A subscription to be paid with Elements. One that is still incomplete, of the same user and price, is taken up again.
   * Resolves when it is proven in the mirror, so that a select finds it.
   * @throws price_not_found, customer_stale, stripe_refused, stripe_unreachable
   */
  create(request: CreateSubscription): Promise<Created>;
  /** Ends the user's subscription now. @throws stripe_refused it is not the user's, or has ended */
  cancel(user: User, id: string): Promise<void>;
}

export interface SubscriptionsOptions {
  gateway: Gateway;
  customers: Customers;
  ownWrites: OwnWrites;
  database: Database;
  source: Source;
}

const EXPAND = ['latest_invoice.confirmation_secret', 'pending_setup_intent'];
const TRIES = 4;

export function createSubscriptions({
  gateway,
  customers,
  ownWrites,
  database,
  source,
}: SubscriptionsOptions): Subscriptions {
  const findIncomplete = async (customer: string, price: string): Promise<StripeObject | undefined> => {
    const { data } = await gateway.list('/v1/subscriptions', {
      customer,
      price,
      status: 'incomplete',
      expand: EXPAND.map((path) => `data.${path}`),
    });
    return data[0];
  };

  const make = async ({ price, trialDays }: CreateSubscription, customer: string): Promise<StripeObject> => {
    const trial = trialDays === undefined ? { trial_from_plan: true } : { trial_period_days: trialDays };
    const parameters = {
      customer,
      items: [{ price }],
      payment_behavior: 'default_incomplete',
      payment_settings: { save_default_payment_method: 'on_subscription' },
      expand: EXPAND,
      ...trial,
    };
    const idempotencyKey = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await gateway.post('/v1/subscriptions', parameters, { idempotencyKey });
      } catch (error) {
        if (!worthRetrying(stripeFailureOf(error)) || attempt === TRIES) throw error;
      }
    }
  };

  return {
    async create(request) {
      const { id: customer } = await customers.ensure(request.user);
      try {
        const subscription = (await findIncomplete(customer, request.price)) ?? (await make(request, customer));
        await ownWrites.proven(touched(subscription, customer));
        return { id: subscription.id as string, status: String(subscription['status']), ...secretOf(subscription) };
      } catch (error) {
        throw await explain(error, customer, ownWrites);
      }
    },
    async cancel(user, id) {
      const owned = await database.query(sql`
        select 1 from lockstep.links l where l.account = ${source.account} and l.livemode = ${source.livemode} and l.user_id = ${user.id}
          and l.customer_id = ${await customerOf(gateway, id)}`);
      if (owned.length === 0) throw new LockstepError('forbidden', 'this subscription belongs to somebody else');
      await gateway.delete(`/v1/subscriptions/${encodeURIComponent(id)}`);
      await ownWrites.proven([{ type: 'subscription', id }]);
    },
  };
}

async function customerOf(gateway: Gateway, id: string): Promise<string> {
  const { found } = await gateway.read('subscription', id, {});
  if (found === null) throw new LockstepError('stripe_refused', `there is no subscription ${id}`);
  return String(found['customer']);
}

/** Everything the call changed at Stripe, as far as its answer names it. */
function touched(subscription: StripeObject, customer: string): Named[] {
  const objects: Named[] = [
    { type: 'subscription', id: subscription.id as string },
    { type: 'customer', id: customer },
  ];
  const invoice = subscription['latest_invoice'] as { id?: string } | null;
  const setup = subscription['pending_setup_intent'] as { id?: string } | null;
  if (invoice?.id !== undefined) objects.push({ type: 'invoice', id: invoice.id });
  if (setup?.id !== undefined) objects.push({ type: 'setup_intent', id: setup.id });
  return objects;
}

/** Where the secret is since API version 2025-03-31: on the invoice's confirmation secret, or a set-up when nothing is due. */
function secretOf(subscription: StripeObject): { clientSecret: string | null; kind: SecretKind } {
  const invoice = subscription['latest_invoice'] as { confirmation_secret?: { client_secret?: string } | null } | null;
  const payment = invoice?.confirmation_secret?.client_secret;
  const setup = (subscription['pending_setup_intent'] as { client_secret?: string } | null)?.client_secret;
  if (typeof setup === 'string') return { clientSecret: setup, kind: 'setup' };
  if (typeof payment === 'string' && subscription['status'] === 'incomplete')
    return { clientSecret: payment, kind: 'payment' };
  return { clientSecret: null, kind: 'none' };
}

async function explain(error: unknown, customer: string, ownWrites: OwnWrites): Promise<unknown> {
  if (error instanceof LockstepError) return error;
  const facts = factsOf(error);
  if (facts['code'] === 'resource_missing' && facts['param'] === 'customer') {
    await ownWrites.proven([{ type: 'customer', id: customer }]).catch(() => {});
    return new LockstepError('customer_stale', 'the customer of this user was deleted at Stripe', {
      hint: 'call again: a new one is made',
      cause: error,
    });
  }
  if (facts['code'] === 'resource_missing') {
    return new LockstepError('price_not_found', 'Stripe has no such price', {
      hint: 'use the id of an active price',
      cause: error,
      facts,
    });
  }
  if (worthRetrying(stripeFailureOf(error))) {
    return new LockstepError('stripe_unreachable', 'Stripe did not answer', {
      hint: 'try again in a moment',
      cause: error,
    });
  }
  return new LockstepError('stripe_refused', `Stripe refused: ${messageOf(error)}`, { cause: error, facts });
}

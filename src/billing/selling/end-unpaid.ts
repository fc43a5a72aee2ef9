import type Stripe from 'stripe';
import { stripeFailureOf } from '../../stripe/failure.js';
import { address, orGone, post, type PostDeps } from '../post-to-stripe.js';
import { alreadySubscribed } from './subscribed-groups.js';

/**
 * Ends an unpaid subscription. Its invoice is voided first, which Stripe refuses once it is paid. So a user who pays in
 * another tab at the same time keeps the subscription.
 * @throws already_subscribed it has been paid since
 */
export async function endUnpaid(stripe: PostDeps, subscription: Stripe.Subscription): Promise<void> {
  const { id } = subscription;
  const invoice = subscription.latest_invoice as Stripe.Invoice | null; // our lists expand it
  // It is already void if an earlier attempt crashed between the two steps.
  if (invoice?.status === 'open') {
    try {
      await post(stripe, address`/v1/invoices/${invoice.id}/void`, {});
    } catch (error) {
      throw stripeFailureOf(error) === 'refused' ? alreadySubscribed(id) : error;
    }
  }
  await orGone(stripe.gateway.delete(address`/v1/subscriptions/${id}`));
}

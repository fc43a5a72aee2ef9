import * as checkout from './nouns/checkout-session/reactions.js';
import * as invoice from './nouns/invoice/reactions.js';
import * as paymentLink from './nouns/payment-link/reactions.js';
import * as pendingUpdate from './nouns/subscription/pending-update.js';
import * as subscription from './nouns/subscription/reactions.js';
import type { Reactions } from './state/reaction.js';

/**
 * What follows from what. A noun announces what happened to it (`unit.react`), and does not know who reacts. The functions
 * run at once, in this order, and each may announce something itself. So a payment that succeeds pays its invoice, which
 * activates its subscription, which completes its Checkout session:
 *
 *     payment.succeeded → invoice.paid → subscription.paid → checkout.completed
 *
 * The order of the rows' functions is the order of Stripe's events.
 */
export const reactions: Reactions = {
  'checkout.completed': [paymentLink.countCompleted],
  'invoice.paid': [pendingUpdate.applyPending, subscription.activate],
  'invoice.payment_failed': [subscription.becomeOverdue],
  'invoice.voided': [pendingUpdate.dropPending],
  'payment.action_required': [invoice.askForAction],
  'payment.failed': [invoice.countFailedTry],
  'payment.returned': [checkout.reportReturned],
  'payment.succeeded': [invoice.payInvoice, checkout.settlePaid],
  'setup.succeeded': [subscription.useSetUpMethod],
  'subscription.paid': [checkout.completeSubscribed],
};

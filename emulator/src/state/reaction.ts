import type { CheckoutSessionRow } from '../nouns/checkout-session/row.js';
import type { InvoiceRow } from '../nouns/invoice/row.js';
import type { PaymentIntentRow } from '../nouns/payment-intent/row.js';
import type { SetupIntentRow } from '../nouns/setup-intent/row.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { Unit } from './unit.js';

/** What a noun can announce, and the objects that each announcement is about. */
export interface Announcements {
  'checkout.completed': { session: CheckoutSessionRow };
  /** `payment`: the payment that paid the rest; null if credit paid it, or money from elsewhere. */
  'invoice.paid': { invoice: InvoiceRow; payment: string | null };
  'invoice.payment_failed': { invoice: InvoiceRow };
  'invoice.voided': { invoice: InvoiceRow };
  'payment.action_required': { payment: PaymentIntentRow };
  'payment.failed': { payment: PaymentIntentRow };
  /** A debit that was being processed failed. Follows `payment.failed`. */
  'payment.returned': { payment: PaymentIntentRow };
  'payment.succeeded': { payment: PaymentIntentRow };
  'setup.succeeded': { setup: SetupIntentRow };
  /** An invoice was paid that the subscription waited for: it is active, or its trial has begun. */
  'subscription.paid': { subscription: SubscriptionRow };
}

/** By announcement: the functions of other nouns that react to it, in the order in which they run. */
export type Reactions = {
  readonly [A in keyof Announcements]: readonly ((unit: Unit, about: Announcements[A]) => void)[];
};

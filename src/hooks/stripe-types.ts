import type Stripe from 'stripe';
import type { EventType, ObjectName } from '../catalog/catalog.js';

type Reported = Stripe.Event['data']['object'];

/** An object of a type that no event reports, of which the SDK's events tell no shape. */
interface Unreported<T extends string> {
  id: string;
  object: T;
  [field: string]: unknown;
}

/**
 * The SDK's type of an object: 'subscription' → Stripe.Subscription. Values are JSON as Stripe sends it: times are epoch
 * seconds, and a decimal (`unit_amount_decimal`) is text, where the SDK's own client makes a Decimal of it.
 */
export type StripeObjectOf<T extends ObjectName> = [Extract<Reported, { object: T }>] extends [never]
  ? Unreported<T>
  : Extract<Reported, { object: T }>;

/** The SDK's type of an event: 'invoice.payment_failed' → Stripe.InvoicePaymentFailedEvent. */
export type StripeEventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

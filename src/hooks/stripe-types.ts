import type Stripe from 'stripe';
import type { EventType, ObjectName } from '../catalog/catalog.js';

/** An object of a type that no event reports. The SDK's event types do not include it, so its fields are not typed. */
export interface UnreportedObject<T extends string> {
  /** The object's id. */
  id: string;
  /** The object's type. */
  object: T;
  [field: string]: unknown;
}

/**
 * The SDK's type of an object: 'subscription' → Stripe.Subscription. Values are JSON as Stripe sends it: times are
 * epoch seconds, and a decimal (`unit_amount_decimal`) is text. The SDK's own client turns it into a Decimal.
 */
export type StripeObjectOf<T extends ObjectName> = [Extract<Stripe.Event['data']['object'], { object: T }>] extends [
  never,
]
  ? UnreportedObject<T>
  : Extract<Stripe.Event['data']['object'], { object: T }>;

/** The SDK's type of an event: 'invoice.payment_failed' → Stripe.InvoicePaymentFailedEvent. */
export type StripeEventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

import type Stripe from 'stripe';
import type { EventType, ObjectName } from '../catalog/catalog.js';

/** An object of a type that no event reports, so that the SDK's events have no type for it. As Stripe sends it. */
export interface UnreportedObject<T extends string> {
  /** As Stripe has it. */
  id: string;
  /** Its type. */
  object: T;
  [field: string]: unknown;
}

/**
 * The SDK's type of an object: 'subscription' → Stripe.Subscription. Values are JSON as Stripe sends it: times are
 * epoch seconds, and a decimal (`unit_amount_decimal`) is text, where the SDK's own client makes a Decimal of it.
 */
export type StripeObjectOf<T extends ObjectName> = [Extract<Stripe.Event['data']['object'], { object: T }>] extends [
  never,
]
  ? UnreportedObject<T>
  : Extract<Stripe.Event['data']['object'], { object: T }>;

/** The SDK's type of an event: 'invoice.payment_failed' → Stripe.InvoicePaymentFailedEvent. */
export type StripeEventOf<T extends EventType> = Extract<Stripe.Event, { type: T }>;

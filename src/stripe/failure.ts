import Stripe from 'stripe';
import { LockstepError } from '../kernel/error.js';

/**
 * What an answer of Stripe means for the object that was asked for. The one place that decides whether to try again:
 * - `missing`: no such object in this account and mode (`resource_missing`).
 * - `throttled`, `unavailable`: later (429; 5xx, time-outs, cut connections, unreadable answers).
 * - `forbidden`: the key may not read this type. `unauthenticated`: the key is revoked or wrong.
 * - `conflict`: the same idempotency key is being worked on right now (409).
 * - `refused`: Stripe will not do it; asking again changes nothing.
 */
export type StripeFailure =
  'missing' | 'throttled' | 'unavailable' | 'forbidden' | 'unauthenticated' | 'conflict' | 'refused';

export function stripeFailureOf(error: unknown): StripeFailure {
  if (error instanceof LockstepError) return error.code === 'stripe_refused' ? 'refused' : 'unavailable';
  if (!(error instanceof Stripe.errors.StripeError)) return 'unavailable';
  if (error.code === 'resource_missing' && error.statusCode === 404) return 'missing';
  const status = error.statusCode;
  if (status === undefined || status >= 500) return 'unavailable';
  return byStatus[status] ?? 'refused';
}

const byStatus: Readonly<Record<number, StripeFailure>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  408: 'unavailable',
  409: 'conflict',
  429: 'throttled',
};

/**
 * Why a whole type cannot be listed, where asking again changes nothing.
 * - `not_available`: the account does not use that product of Stripe's (Issuing, Treasury), or this Stripe has no such list.
 * - `no_permission`: the key may not.
 */
export function unlistableOf(error: unknown): 'not_available' | 'no_permission' | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  if (error.statusCode === 501) return 'not_available';
  const failure = stripeFailureOf(error);
  if (failure === 'forbidden')
    return /not (set up|enabled|activated)/i.test(error.message) ? 'not_available' : 'no_permission';
  return failure === 'refused' || failure === 'missing' ? 'not_available' : undefined;
}

export function worthRetrying(failure: StripeFailure): boolean {
  return failure === 'throttled' || failure === 'unavailable' || failure === 'conflict';
}

/** The facts of a Stripe error that may be shown and logged: never a body or a key. */
export function factsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Stripe.errors.StripeError)) return {};
  const { statusCode: status, code, param, requestId, type } = error;
  return { status, code, param, requestId, type };
}

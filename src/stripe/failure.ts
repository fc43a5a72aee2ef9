import Stripe from 'stripe';
import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';
import { UnusableAnswer } from './unusable.js';

/**
 * What a failed request means. Only this file decides whether to try again:
 * - `missing`: this account and mode has no such object (`resource_missing`).
 * - `throttled`, `unavailable`: try later (429; 5xx, no answer, or an answer that cannot be believed).
 * - `forbidden`: the key may not read this type. `unauthenticated`: the key is revoked or wrong.
 * - `conflict`: another request with the same idempotency key is running (409).
 * - `refused`: Stripe does not do it, and trying again changes nothing.
 * - `internal`: the error is not from Stripe. It is a bug of ours.
 */
export type StripeFailure =
  'missing' | 'throttled' | 'unavailable' | 'forbidden' | 'unauthenticated' | 'conflict' | 'refused' | 'internal';

export function stripeFailureOf(error: unknown): StripeFailure {
  if (error instanceof UnusableAnswer) return error.httpStatus === 429 ? 'throttled' : 'unavailable';
  if (error instanceof LockstepError) return byCode[error.code] ?? 'internal';
  if (!(error instanceof Stripe.errors.StripeError)) return 'internal';
  const status = error.statusCode;
  if (status === undefined || status >= 500) return 'unavailable';
  if (status === 404 && isMissing(error)) return 'missing';
  return byStatus[status] ?? 'refused';
}

// API v2 has another code for a missing object.
function isMissing({ code, rawType }: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return (code === 'resource_missing' && rawType === 'invalid_request_error') || (code === 'not_found' && !rawType);
}

const byCode: Readonly<Partial<Record<ErrorCode, StripeFailure>>> = {
  database_unreachable: 'unavailable',
  inbox_full: 'unavailable',
  stopped: 'unavailable',
  stripe_refused: 'refused',
  stripe_unreachable: 'unavailable',
  timed_out: 'unavailable',
};

const byStatus: Readonly<Record<number, StripeFailure>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  408: 'unavailable',
  409: 'conflict',
  429: 'throttled',
};

/**
 * Why a type cannot be listed at all, so that trying again changes nothing.
 * - `not_available`: the account does not use that product of Stripe's (Issuing, Treasury), or the list does not exist.
 * - `no_permission`: the key may not list it.
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
  if (error instanceof UnusableAnswer) {
    // Not named `status`, because that is the status of a real answer of Stripe's.
    return { answer: error.reason, httpStatus: error.httpStatus, requestId: error.requestId, code: error.code };
  }
  if (!(error instanceof Stripe.errors.StripeError)) return {};
  const { statusCode: status, code, param, requestId, type } = error;
  return { status, code, param, requestId, type };
}

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EAI_AGAIN: 'the host name could not be resolved',
  ENOTFOUND: 'the host name could not be resolved',
  ETIMEDOUT: 'connection timed out',
};

/** Why Stripe could not be reached: a text for common network errors, else the error's own message. */
export function unreachedBecause(error: unknown): string {
  const code = error instanceof UnusableAnswer && error.reason === 'unreachable' ? error.code : undefined;
  return code === undefined ? messageOf(error) : (connectionReasons[code] ?? code);
}

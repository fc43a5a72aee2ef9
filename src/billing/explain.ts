import { LockstepError, messageOf } from '../kernel/error.js';
import { factsOf, stripeFailureOf, worthRetrying } from '../stripe/failure.js';

/**
 * Turns a failure of Stripe's into an error with a code and a next step.
 * @throws the error itself, if it is a bug of ours
 */
export function explainStripe(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error;
  const facts = factsOf(error);
  const { code, param, type } = facts as Record<'code' | 'param' | 'type', string | undefined>;
  const more = { cause: error, facts };
  const failure = stripeFailureOf(error);
  if (failure === 'internal') throw error;
  if (worthRetrying(failure)) {
    return new LockstepError('stripe_unreachable', 'Stripe did not answer', {
      ...more,
      hint: 'try again in a moment; with the same idempotency key, nothing is done twice',
    });
  }
  // Only this combination means that a stored customer is gone. The code alone may be about another parameter.
  if (code === 'resource_missing' && param === 'customer') {
    return customerStale(error);
  }
  if (code === 'resource_missing' && /price|plan/.test(param ?? '')) {
    return new LockstepError('price_not_found', 'No such price at Stripe', {
      ...more,
      hint: 'use the id of an active price',
    });
  }
  if (type === 'StripeIdempotencyError') {
    return new LockstepError('idempotency_conflict', 'This idempotency key was used for another request', {
      ...more,
      hint: 'send a new Idempotency-Key for a new request',
    });
  }
  if (type === 'StripeCardError') {
    return new LockstepError('payment_failed', `The payment failed: ${messageOf(error)}`, {
      ...more,
      hint: 'ask for another payment method',
    });
  }
  return new LockstepError('stripe_refused', `Stripe refused: ${messageOf(error)}`, { ...more, hint: hintOf(error) });
}

export function customerStale(cause: unknown): LockstepError {
  return new LockstepError('customer_stale', 'The customer of this user was deleted at Stripe', {
    cause,
    facts: factsOf(cause),
    hint: 'call again; Lockstep then creates a new customer',
  });
}

/** The next step for a refusal that Lockstep has no explanation for. */
export function hintOf(error: unknown): string {
  const { param, requestId } = factsOf(error) as Record<'param' | 'requestId', string | undefined>;
  const where = requestId === undefined ? '' : `; the Stripe Dashboard shows the request as ${requestId}`;
  return `${param === undefined ? 'correct the request' : `correct ${param}`}${where}`;
}

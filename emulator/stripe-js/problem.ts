import type { Intent } from './intent.js';
import type { Kind } from './secret.js';

/** An error as Stripe.js returns it to the page. It is never thrown. */
export interface StripeError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly payment_intent?: Intent;
  readonly setup_intent?: Intent;
}

export interface Refused {
  readonly error: StripeError;
}

/** The page called Stripe.js in a wrong way. The message is for its developer. */
export function misuse(message: string): Refused {
  return { error: { type: 'invalid_request_error', message } };
}

/** The user failed or closed the challenge. The message and the code are Stripe's. */
export function notAuthenticated(kind: Kind, intent: Intent): Refused {
  const error = {
    type: 'invalid_request_error',
    code: `${kind}_intent_authentication_failure`,
    message:
      'We are unable to authenticate your payment method. ' + 'Please choose a different payment method and try again.',
  };
  return { error: kind === 'payment' ? { ...error, payment_intent: intent } : { ...error, setup_intent: intent } };
}

import { Problem, invalid } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';

export function checkSecret(
  secret: string | null,
  sent: string | undefined,
  key: 'secret' | 'publishable',
  title: string,
): void {
  if (sent === undefined && key === 'secret') return;
  if (sent === undefined) throw invalid('Missing required param: client_secret.', 'client_secret', 'parameter_missing');
  if (sent !== secret) {
    throw new Problem(
      400,
      `The client_secret provided does not match the client_secret associated with this ${title}.`,
      {
        type: 'invalid_request_error',
        code: `${title === 'PaymentIntent' ? 'payment' : 'setup'}_intent_invalid_parameter`,
        param: 'client_secret',
      },
    );
  }
}

const PUBLIC = [
  'id',
  'object',
  'amount',
  'amount_details',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_configuration_details',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
  'usage',
  'last_setup_error',
];

/** An error's intent is shown to a guest as any other one is. */
export function publicly<T>(guest: boolean, work: () => T): T {
  if (!guest) return work();
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) {
      const { body } = error;
      for (const name of ['payment_intent', 'setup_intent'] as const) {
        if (body[name] !== undefined) body[name] = publicView(body[name] as Json);
      }
    }
    throw error;
  }
}

/** A publishable key sees only what a payment page needs: no customer, no metadata. */
export function publicView(intent: Json): Json {
  return Object.fromEntries(PUBLIC.filter((name) => name in intent).map((name) => [name, intent[name]]));
}

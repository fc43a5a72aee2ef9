import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { declineProblem } from '../payment-method/attach.js';
import type { Attempt } from './attempt-options.js';
import type { PaymentOutcome } from './outcome.js';
import { attemptPayment } from './attempt.js';

/** Confirms, and answers a refusal of the bank as Stripe does: 402, with the failed intent inside. */
export function confirm(unit: Unit, id: string, attempt: Attempt): Json {
  refuse(unit, id, attemptPayment(unit, id, attempt));
  return unit.show('payment_intent', id);
}

function refuse(unit: Unit, id: string, outcome: PaymentOutcome): void {
  if (outcome.is !== 'declined') return;
  const intent = unit.show('payment_intent', id);
  throw declineProblem(
    outcome.decline,
    {
      ...(outcome.charge === null ? {} : { charge: outcome.charge }),
      payment_intent: intent,
      payment_method: (intent.last_payment_error as { payment_method?: unknown } | null)?.payment_method,
    },
    true,
  );
}

import type Stripe from 'stripe';
import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import { localAction } from '../payment-intent/next-action.js';
import type { LocalMethod } from '../payment-method/local.js';
import { localMethod } from '../payment-method/local.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { SetupIntentRow } from './row.js';

/** The local types of which the SDK's type `SetupAttempt` knows details: the others cannot be set up without a payment. */
const SET_UP: ReadonlySet<string> = new Set(['acss_debit', 'bancontact', 'blik', 'boleto', 'ideal']);

/** What the payer does so that a local method is set up; null for one that is ready at once. @throws Problem if it cannot be */
export function setupAction(
  unit: Unit,
  intent: SetupIntentRow,
  method: PaymentMethodRow,
  returnUrl: string | undefined,
): Stripe.SetupIntent.NextAction | null {
  if (!SET_UP.has(method.type)) {
    throw invalid(`The payment method type \`${method.type}\` cannot be set up for later payments.`, 'payment_method');
  }
  const { shows } = localMethod(method.type) as LocalMethod;
  if (method.type === 'boleto' || method.hidden.verified === true) return null;
  return localAction(unit, intent, method, { shows, returnUrl }) as Stripe.SetupIntent.NextAction;
}

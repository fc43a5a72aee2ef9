import type Stripe from 'stripe';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { localDetails } from '../charge/method-details.js';
import type { PaymentMethodRow } from '../payment-method/row.js';

/** The attempt of a setup that succeeded, or failed for a reason. Returns its id. */
export function noteAttempt(unit: Unit, intent: string, error: Stripe.SetupIntent.LastSetupError | null): string {
  const row = unit.need('setup_intent', intent);
  const method = unit.need('payment_method', idOf(row.payment_method) ?? '');
  return unit.insert('setup_attempt', {
    id: newId('setatt'),
    object: 'setup_attempt',
    application: null,
    created: unit.now,
    customer: idOf(row.customer),
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: detailsOf(method),
    setup_error: error,
    setup_intent: intent,
    status: error === null ? 'succeeded' : 'failed',
    usage: row.usage,
  }).id;
}

function detailsOf(method: PaymentMethodRow): Stripe.SetupAttempt.PaymentMethodDetails {
  const { card, type } = method;
  if (card !== undefined) {
    const { brand, checks, country, exp_month, exp_year, fingerprint, funding, last4, wallet } = card;
    const shown = { brand, country, exp_month, exp_year, fingerprint, funding, last4, network: brand, wallet };
    return { card: { ...shown, checks, three_d_secure: null } as Stripe.SetupAttempt.PaymentMethodDetails.Card, type };
  }
  const redirects = type === 'bancontact' || type === 'ideal';
  return { [type]: redirects ? localDetails(method) : {}, type };
}

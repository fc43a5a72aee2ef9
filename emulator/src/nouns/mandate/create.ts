import type Stripe from 'stripe';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import type { PaymentMethodRow } from '../payment-method/row.js';

/** What is debited, and whether it is debited once. */
export interface DebitPermission {
  options: object | null;
  once?: Stripe.Mandate.SingleUse;
}

/** The payment method with the payer's permission to debit it: the one it has, or a new one. Makes no event. */
export function mandateFor(unit: Unit, id: string, { options, once }: DebitPermission): PaymentMethodRow {
  const method = unit.need('payment_method', id);
  if (method.hidden.mandate !== undefined) return method;
  const mandate = unit.insert('mandate', {
    id: newId('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: unit.now,
      online: { ip_address: null, user_agent: null },
      type: 'online',
    },
    livemode: false,
    payment_method: id,
    payment_method_details: detailsOf(unit, method.type, options),
    status: 'active',
    ...(once === undefined ? { multi_use: {}, type: 'multi_use' } : { single_use: once, type: 'single_use' }),
  });
  return unit.update('payment_method', id, { hidden: { ...method.hidden, mandate: mandate.id } }, []);
}

function detailsOf(unit: Unit, type: string, options: object | null): Stripe.Mandate.PaymentMethodDetails {
  if (type === 'sepa_debit') {
    const reference = randomText(16).toUpperCase();
    return { sepa_debit: { reference, url: `${unit.store.origin}/c/done` }, type };
  }
  const sent = (options as Record<string, { mandate_options?: object } | undefined> | null)?.[type]?.mandate_options;
  const acss_debit = {
    interval_description: null,
    payment_schedule: 'sporadic',
    transaction_type: 'personal',
    ...sent,
  } as Stripe.Mandate.PaymentMethodDetails.AcssDebit;
  return { acss_debit, type };
}

import type { Unit } from '../../state/unit.js';
import { attach } from './attach.js';
import type { PaymentMethodRow } from './row.js';
import { newDebit } from './sepa.js';

/** The accounts behind the redirects: Stripe's test IBANs of the two countries (https://docs.stripe.com/payments/sepa-debit). */
const IBANS: Readonly<Record<string, string>> = { bancontact: 'BE62510007547061', ideal: 'NL39RABO0300065264' };

/**
 * A payment by iDEAL or Bancontact tells Stripe the payer's account: a SEPA debit of it is attached to the customer for later
 * payments (https://docs.stripe.com/payments/ideal/set-up-payment).
 */
export function generateDebit(unit: Unit, id: string, customer: string): PaymentMethodRow {
  const method = unit.need('payment_method', id);
  const debit = newDebit(unit, IBANS[method.type], method.billing_details);
  attach(unit, debit.id, customer, 'payment_method');
  unit.update('payment_method', id, { hidden: { ...method.hidden, generated: debit.id } }, []);
  return debit;
}

import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

/** The parts of an invoice that are shown only when asked for. */
export function invoicePayments(id: string, unit: Unit): Json {
  return {
    object: 'list',
    data: unit.all('invoice_payment', 'invoice', id),
    has_more: false,
    url: `/v1/invoice_payments?invoice=${id}`,
  };
}

export function confirmationSecret(id: string, unit: Unit): Json | null {
  const { hidden, status } = unit.need('invoice', id);
  const secret = unit.find('payment_intent', hidden.payment_intent)?.client_secret ?? null;
  return secret === null || status === 'draft' ? null : { client_secret: secret, type: 'payment_intent' };
}

import { sublist } from '../../api/list.js';
import type { Resource } from '../../state/resource.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';

export const invoice: Resource<'invoice'> = {
  title: 'invoice',
  prefix: 'in',
  created: [{ name: 'invoice.created' }],
  updated: [{ name: 'invoice.updated' }],
  deleted: [{ name: 'invoice.deleted' }],
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    lines: sublist(
      `/v1/invoices/${shown.id}/lines`,
      unit.all('line_item', 'invoice', shown.id).map((line) => unit.view('line_item', line)),
    ),
  }),
};

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

import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { accepted, emptyable, flag, hash, listOf, metadata, needed, oneOf, text } from '../../api/params.js';
import { complete } from '../../api/standard.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { draftInvoice } from '../invoice/draft.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { finalizeInvoice } from '../invoice/status.js';
import { total } from '../invoice/total.js';
import { itemsOf } from '../item/operations.js';

/** An invoice for what was paid once (https://docs.stripe.com/payments/checkout/receipts#paid-invoices). */
export const invoiceCreationParam = () =>
  hash({
    enabled: needed(flag()),
    invoice_data: hash({
      account_tax_ids: emptyable(listOf(text())),
      custom_fields: emptyable(listOf(hash({ name: needed(text(40)), value: needed(text(140)) }), 4)),
      description: text(1500),
      footer: text(5000),
      issuer: accepted(),
      metadata: metadata(),
      rendering_options: emptyable(
        hash({ amount_tax_display: emptyable(oneOf('exclude_tax', 'include_inclusive_tax')), template: text() }),
      ),
    }),
  });
type Sent = Values<{ invoice_creation: ReturnType<typeof invoiceCreationParam> }>['invoice_creation'];

const KEYS = [
  'account_tax_ids',
  'custom_fields',
  'description',
  'footer',
  'issuer',
  'metadata',
  'rendering_options',
] as const;

/** As a session of payment mode or a link shows it. */
export function invoiceCreation(sent: Sent): Stripe.Checkout.Session.InvoiceCreation {
  const data = sent?.invoice_data ?? {};
  return {
    enabled: sent?.enabled ?? false,
    invoice_data: complete(KEYS, {
      ...data,
      metadata: data.metadata ?? {},
    }) as unknown as Stripe.Checkout.Session.InvoiceCreation.InvoiceData,
  };
}

/** The paid invoice of a payment, where one was asked for; the session names it. */
export function invoicePayment(unit: Unit, row: CheckoutSessionRow): void {
  const asked = row.invoice_creation;
  if (asked?.enabled !== true || row.invoice !== null) return;
  const customer = unit.need('customer', idOf(row.customer) ?? '');
  const { account_tax_ids, custom_fields, description, footer, metadata: own, rendering_options } = asked.invoice_data;
  const { id } = draftInvoice(
    unit,
    {
      unannounced: true,
      customer,
      currency: row.currency ?? 'usd',
      billingReason: 'manual',
      collectionMethod: 'charge_automatically',
      autoAdvance: false,
      period: { start: unit.now, end: unit.now },
      patch: {
        account_tax_ids,
        automatic_tax: { disabled_reason: null, ...row.automatic_tax },
        custom_fields: custom_fields ?? customer.invoice_settings.custom_fields,
        customer_shipping: row.collected_information?.shipping_details ?? customer.shipping,
        description,
        discounts: unit.all('discount', 'checkout_session', row.id).map((discount) => discount.id),
        footer: footer ?? customer.invoice_settings.footer,
        metadata: own ?? {},
        rendering: rendering_options === null ? null : { pdf: null, template_version: null, ...rendering_options },
        shipping_cost: row.shipping_cost,
      },
    },
    [],
  );
  for (const line of itemsOf(unit, row.id)) {
    newInvoiceItem(unit, {
      customer: customer.id,
      invoice: id,
      price: line.price,
      quantity: line.quantity ?? 1,
      tax_rates: line.hidden.tax_rates,
    });
  }
  unit.quietly(() => total(unit, id));
  unit.announce('invoice', id);
  unit.update('checkout.session', row.id, { invoice: id });
  finalizeInvoice(unit, id, { paidBy: idOf(row.payment_intent) });
}

import type Stripe from 'stripe';
import type { Unit } from '../../state/unit.js';
import type { CheckoutSent } from '../checkout-session/create.js';
import { createCheckout } from '../checkout-session/create.js';
import { itemsOf, quantitySent } from '../item/operations.js';

/** The link with this address's last part. */
export function linkOfPage(unit: Unit, slug: string): Stripe.PaymentLink | undefined {
  for (const row of unit.store.tables.payment_link.walk()) if (row.url.endsWith(`/b/${slug}`)) return row;
  return undefined;
}

/** Opens a link: a checkout session of its own for each visitor; null when it is no longer active. */
export function openLink(unit: Unit, slug: string): string | null {
  const row = linkOfPage(unit, slug);
  if (row?.active !== true) return null;
  const success = row.after_completion.redirect?.url ?? `${unit.store.origin}/c/done`;
  const lines = itemsOf(unit, row.id).map((line) => ({
    adjustable_quantity: line.adjustable_quantity,
    price: line.price,
    ...quantitySent(line),
    tax_rates: line.hidden.tax_rates,
  }));
  const sent = withoutNulls({
    allow_promotion_codes: row.allow_promotion_codes,
    automatic_tax: { enabled: row.automatic_tax.enabled },
    billing_address_collection: row.billing_address_collection,
    consent_collection: row.consent_collection,
    custom_fields: row.custom_fields,
    custom_text: row.custom_text,
    customer_creation: row.customer_creation,
    invoice_creation: row.invoice_creation,
    line_items: lines,
    metadata: row.metadata,
    name_collection: row.name_collection,
    optional_items: row.optional_items,
    payment_intent_data: row.payment_intent_data,
    payment_method_collection: row.payment_method_collection,
    payment_method_types: row.payment_method_types,
    phone_number_collection: row.phone_number_collection,
    shipping_address_collection: row.shipping_address_collection,
    shipping_options:
      row.shipping_options.length === 0 ? null : row.shipping_options.map(({ shipping_rate }) => ({ shipping_rate })),
    submit_type: row.submit_type,
    // A session's invoices have no settings of their own here.
    subscription_data: { ...row.subscription_data, invoice_settings: null },
    success_url: success,
    tax_id_collection: row.tax_id_collection,
  });
  return createCheckout(unit, sent as CheckoutSent, { payment_link: row.id }).url;
}

/** What a link shows is what a session is sent, but for the nulls of what was not said. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(said.map(([key, item]) => [key, withoutNulls(item)]));
}

import type Stripe from 'stripe';
import { given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { InvoiceRow } from './row.js';
import type { LineItemRow } from '../line-item/row.js';
import type { PriceRow } from '../price/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { liveDiscounts } from '../discount/operations.js';
import { total } from './total.js';

export interface LineSent {
  amount: number;
  description: string | null;
  price: PriceRow | null;
  quantity: number | null;
  period: { start: number; end: number };
  parent: LineItemRow['parent'];
  subscription?: string | null;
  metadata?: Record<string, string>;
  discounts?: string[];
  discountable?: boolean;
  taxRates?: string[];
  /** What one costs, if it is not the price's own amount. */
  unitAmount?: string | null;
  /** Of a credit: the ids of the debits that it takes back. */
  credited?: string[];
}

export interface DraftSent {
  customer: Stripe.Customer;
  currency: string;
  subscription?: string | null;
  subscriptionMetadata?: Record<string, string>;
  billingReason: Stripe.Invoice.BillingReason;
  collectionMethod: 'charge_automatically' | 'send_invoice';
  autoAdvance: boolean;
  period: { start: number; end: number };
  discounts?: string[];
  defaultTaxRates?: Stripe.TaxRate[];
  patch?: Partial<InvoiceRow>;
  /** The caller adds more to it before its event, and then announces it. */
  unannounced?: boolean;
}

/** A draft with its lines: `invoice.created`. */
export function draftInvoice(unit: Unit, sent: DraftSent, lines: readonly LineSent[]): InvoiceRow {
  const { customer } = sent;
  const id = newId('in');
  unit.insertUnannounced('invoice', {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Local emulator',
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: sent.autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: sent.billingReason,
    collection_method: sent.collectionMethod,
    created: unit.now,
    currency: sent.currency,
    custom_fields: customer.invoice_settings.custom_fields,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: taxIdsOf(unit, customer.id),
    default_payment_method: null,
    default_source: null,
    default_tax_rates: sent.defaultTaxRates ?? [],
    description: null,
    discounts: discountsOf(unit, sent),
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: customer.invoice_settings.footer,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent:
      sent.subscription === undefined || sent.subscription === null
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: sent.subscriptionMetadata ?? {}, subscription: sent.subscription },
            type: 'subscription_details',
          },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: sent.period.end,
    period_start: sent.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: customer.test_clock ?? null,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: unit.now,
    hidden: { subscription: sent.subscription ?? null, payment_intent: null },
    ...sent.patch,
  });
  for (const line of lines) addLine(unit, id, sent.currency, line);
  total(unit, id);
  spendOnce(unit, id, sent.subscription ?? null);
  return sent.unannounced === true ? unit.need('invoice', id) : unit.announce('invoice', id);
}

/** The customer's tax ids as an invoice shows them. They are read again when the draft is finalized. */
export const taxIdsOf = (unit: Unit, customer: string): Stripe.Invoice.CustomerTaxId[] =>
  unit.all('tax_id', 'customer', customer).map(({ type, value }) => ({ type, value }));

/** A coupon with duration `once` is used up by the first invoice that it lowers. It makes no event. */
function spendOnce(unit: Unit, id: string, subscriptionId: string | null): void {
  const { total_discount_amounts: amounts, customer } = unit.need('invoice', id);
  const used = (amounts ?? []).flatMap(({ discount }) => unit.find('discount', idOf(discount)) ?? []);
  for (const row of used) {
    if (unit.find('coupon', idOf(row.source.coupon))?.duration !== 'once' || row.invoice !== null) continue;
    unit.update('discount', row.id, { end: unit.now }, []);
    const subscription = unit.find('subscription', subscriptionId);
    if (subscription !== undefined) {
      const discounts = subscription.discounts.filter((one) => idOf(one) !== row.id);
      unit.update('subscription', subscription.id, { discounts }, []);
    }
    const owner = unit.find('customer', idOf(customer));
    if (owner?.discount?.id === row.id) unit.update('customer', owner.id, { discount: null }, []);
  }
}

/** The subscription's discounts, else the customer's own. */
function discountsOf(unit: Unit, { customer, discounts }: DraftSent): string[] {
  if (discounts !== undefined && discounts.length > 0) return discounts;
  return liveDiscounts(unit, customer.discount ? [customer.discount] : []);
}

export function addLine(unit: Unit, invoice: string, currency: string, line: LineSent): void {
  const { price } = line;
  const id = newId('il');
  unit.insert('line_item', {
    id,
    object: 'line_item',
    amount: line.amount,
    currency,
    description: line.description,
    discount_amounts: [],
    discountable: line.discountable ?? true,
    discounts: line.discounts ?? [],
    invoice,
    livemode: false,
    metadata: line.metadata ?? {},
    parent: line.parent,
    period: line.period,
    pretax_credit_amounts: [],
    pricing:
      price === null
        ? null
        : {
            price_details: { price: price.id, product: price.product },
            type: 'price_details',
            unit_amount_decimal: line.unitAmount === undefined ? price.unit_amount_decimal : line.unitAmount,
          },
    quantity: line.quantity,
    quantity_decimal: line.quantity === null ? null : String(line.quantity),
    subscription: line.subscription ?? null,
    subtotal: line.amount,
    taxes: [],
    hidden: { tax_rates: line.taxRates ?? [], ...given({ credited: line.credited }) },
  });
}

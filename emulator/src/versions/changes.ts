import type { Json } from '../state/rows.js';
import { BASIL, CHARGES, CLOVER, DAHLIA, UI_MODES } from './dates.js';
import type { Lookup } from './older.js';

/** One breaking change of the API, and how an object looked before it. */
export interface VersionChange {
  /** The day of the version that brought it. */
  since: string;
  /** The object's type. */
  of: string;
  undo: (object: Json, lookup: Lookup) => Json;
}

/** The newest first, so that each undo finds the shape that its change made. Sources: docs.stripe.com/changelog. */
export const changes: readonly VersionChange[] = [
  // dahlia: "Updates Checkout Session UI mode enum values"
  {
    since: DAHLIA,
    of: 'checkout.session',
    undo: ({ ui_mode: mode, ...rest }) => ({ ...rest, ui_mode: UI_MODES[String(mode)] ?? mode }),
  },
  // clover: "Adds the Discount source property and removes the Discount coupon property"
  {
    since: CLOVER,
    of: 'discount',
    undo: ({ source, ...rest }, { coupon }) => ({ ...rest, coupon: coupon(textAt(source, 'coupon')) }),
  },
  // clover: "Promotion Codes now reference Coupons using a polymorphic field"
  {
    since: CLOVER,
    of: 'promotion_code',
    undo: ({ promotion, ...rest }, { coupon }) => ({ ...rest, coupon: coupon(textAt(promotion, 'coupon')) }),
  },
  // basil: periods moved from the subscription to its items; all items had the same one
  { since: BASIL, of: 'subscription', undo: subscription },
  {
    since: BASIL,
    of: 'subscription_item',
    undo: ({ current_period_end: _e, current_period_start: _s, ...rest }) => rest,
  },
  // basil: "Moves shipping details into collected information"
  {
    since: BASIL,
    of: 'checkout.session',
    undo: (object) => ({
      ...object,
      shipping_details: hashAt(object.collected_information, 'shipping_details') ?? null,
    }),
  },
  // basil: `parent`, `pricing`, `taxes` and `payments` replaced fields of their own
  { since: BASIL, of: 'invoice', undo: invoice },
  { since: BASIL, of: 'line_item', undo: line },
  { since: BASIL, of: 'invoiceitem', undo: invoiceItem },
  // basil: an invoice can have several payments
  {
    since: BASIL,
    of: 'payment_intent',
    undo: (object, lookup) => ({ ...object, invoice: object.invoice ?? lookup.invoiceOfPayment(String(object.id)) }),
  },
  {
    since: BASIL,
    of: 'charge',
    undo: (object, lookup) => ({
      ...object,
      invoice: object.invoice ?? lookup.invoiceOfPayment(textAt(object, 'payment_intent')),
    }),
  },
  // 2022-11-15: "Removes the charges property on the PaymentIntent object"
  {
    since: CHARGES,
    of: 'payment_intent',
    undo: (object, { chargesOfPayment }) => ({
      ...object,
      charges: object.charges ?? chargesOfPayment(String(object.id)),
    }),
  },
  // 2022-11-15: "The Charges object no longer auto-expands refunds by default"
  {
    since: CHARGES,
    of: 'charge',
    undo: (object, { refundsOfCharge }) => ({
      ...object,
      refunds: object.refunds ?? refundsOfCharge(String(object.id)),
    }),
  },
];

function subscription(object: Json, lookup: Lookup): Json {
  const [first] = (object.items as { data: Json[] } | undefined)?.data ?? [];
  const { current_period_end = null, current_period_start = null } = first ?? {};
  const [discount] = (object.discounts as (string | Json)[] | undefined) ?? [];
  return {
    ...object,
    current_period_end,
    current_period_start,
    // Before several could be stacked there was the one.
    discount: typeof discount === 'string' ? lookup.discount(discount) : (discount ?? null),
  };
}

function invoice(
  { parent, total_taxes: taxes, amount_paid_off_stripe: offStripe, ...rest }: Json,
  lookup: Lookup,
): Json {
  const details = hashAt(parent, 'subscription_details');
  const amounts = taxAmounts(taxes);
  const [discount] = (rest.discounts as (string | Json)[] | undefined) ?? [];
  return {
    ...rest,
    discount: typeof discount === 'string' ? lookup.discount(discount) : (discount ?? null),
    charge: rest.charge ?? lookup.chargeOfInvoice(String(rest.id)),
    paid: rest.status === 'paid',
    paid_out_of_band: typeof offStripe === 'number' && offStripe > 0,
    payment_intent: rest.payment_intent ?? lookup.paymentOfInvoice(String(rest.id)),
    quote: textAt(hashAt(parent, 'quote_details'), 'quote') || null,
    subscription: rest.subscription ?? (textAt(details, 'subscription') || null),
    subscription_details: { metadata: hashAt(details, 'metadata') ?? null },
    tax: amounts.length === 0 ? null : amounts.reduce((sum, { amount }) => sum + Number(amount), 0),
    total_tax_amounts: amounts,
  };
}

function line({ parent, pricing, taxes, ...rest }: Json, lookup: Lookup): Json {
  const item = hashAt(parent, 'subscription_item_details');
  const own = hashAt(parent, 'invoice_item_details');
  const amounts = taxAmounts(taxes);
  return {
    ...rest,
    ...priced(pricing, lookup),
    invoice_item: textAt(own ?? item, 'invoice_item') || null,
    proration: (own ?? item)?.proration ?? false,
    proration_details: (own ?? item)?.proration_details ?? { credited_items: null },
    subscription: rest.subscription ?? (textAt(own ?? item, 'subscription') || null),
    subscription_item: textAt(item, 'subscription_item') || null,
    tax_amounts: amounts,
    tax_rates: amounts.map(({ tax_rate }) => lookup.taxRate(String(tax_rate))),
    type: item === undefined || item.invoice_item != null ? 'invoiceitem' : 'subscription',
  };
}

function invoiceItem({ parent, pricing, net_amount: _net, ...rest }: Json, lookup: Lookup): Json {
  const details = hashAt(parent, 'subscription_details');
  const { price, plan } = priced(pricing, lookup);
  const each = Number(rest.amount) / (Number(rest.quantity_decimal) || 1);
  const unit = textAt(pricing, 'unit_amount_decimal') || String(each);
  return {
    ...rest,
    plan,
    price,
    subscription: textAt(details, 'subscription') || null,
    subscription_item: textAt(details, 'subscription_item') || null,
    unit_amount: /^-?\d+$/.test(unit) ? Number(unit) : null,
    unit_amount_decimal: unit,
  };
}

function priced(pricing: unknown, lookup: Lookup): { price: Json | null; plan: Json | null } {
  const id = textAt(hashAt(pricing, 'price_details'), 'price');
  const price = id === '' ? null : lookup.price(id);
  return { price, plan: price?.recurring == null ? null : lookup.plan(id) };
}

const taxAmounts = (taxes: unknown): Json[] =>
  (Array.isArray(taxes) ? (taxes as Json[]) : []).map((tax) => ({
    amount: tax.amount,
    inclusive: tax.tax_behavior === 'inclusive',
    tax_rate: textAt(tax.tax_rate_details, 'tax_rate'),
    taxability_reason: tax.taxability_reason,
    taxable_amount: tax.taxable_amount,
  }));

const hashAt = (value: unknown, key: string): Json | undefined => {
  const found: unknown = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
  return typeof found === 'object' && found !== null ? (found as Json) : undefined;
};

/** The text, or the id of the object, at a key; '' if there is none. */
function textAt(value: unknown, key: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? (value as Json)[key] : undefined;
  if (typeof found === 'string') return found;
  return typeof found === 'object' && found !== null ? String((found as Json).id) : '';
}

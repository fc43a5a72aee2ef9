import type Stripe from 'stripe';

/** Any object of the API as JSON. */
export type Json = Record<string, unknown>;

/** What is stored of each type: Stripe's own shape, less what a view adds, plus `hidden` facts the API never shows. */
export interface Rows {
  charge: Stripe.Charge;
  coupon: CouponRow;
  customer: Stripe.Customer;
  event: EventRow;
  invoice: InvoiceRow;
  invoice_payment: Stripe.InvoicePayment;
  invoiceitem: InvoiceItemRow;
  line_item: LineItemRow;
  payment_intent: PaymentIntentRow;
  payment_method: PaymentMethodRow;
  price: PriceRow;
  product: Stripe.Product;
  refund: Stripe.Refund;
  setup_intent: SetupIntentRow;
  subscription: SubscriptionRow;
  subscription_item: SubscriptionItemRow;
  webhook_endpoint: WebhookEndpointRow;
}
export type RowType = keyof Rows;

export const ROW_TYPES = [
  'charge',
  'coupon',
  'customer',
  'event',
  'invoice',
  'invoice_payment',
  'invoiceitem',
  'line_item',
  'payment_intent',
  'payment_method',
  'price',
  'product',
  'refund',
  'setup_intent',
  'subscription',
  'subscription_item',
  'webhook_endpoint',
] as const satisfies readonly RowType[];

/** Decimals are text in JSON; the SDK's type is its decoded form. */
export type PriceRow = Omit<Stripe.Price, 'unit_amount_decimal' | 'tiers' | 'currency_options' | 'product'> & {
  product: string;
  unit_amount_decimal: string | null;
  tiers?: Tier[];
};
export interface Tier {
  flat_amount: number | null;
  flat_amount_decimal: string | null;
  unit_amount: number | null;
  unit_amount_decimal: string | null;
  up_to: number | null;
}

export type CouponRow = Stripe.Coupon;

export type SubscriptionRow = Omit<Stripe.Subscription, 'items'>;
/** `lastPrice`: the price as it was when its plan was deleted. */
export type SubscriptionItemRow = Omit<Stripe.SubscriptionItem, 'price' | 'plan'> & {
  price: string;
  hidden: { lastPrice?: PriceRow };
};

export type InvoiceRow = Omit<Stripe.Invoice, 'lines' | 'payments' | 'confirmation_secret'> & {
  hidden: { subscription: string | null; payment_intent: string | null };
};
export type LineItemRow = Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal' | 'invoice'> & {
  invoice: string;
  quantity_decimal: string | null;
  pricing: {
    type: 'price_details';
    price_details: { price: string; product: string };
    unit_amount_decimal: string | null;
  } | null;
};
export type InvoiceItemRow = Omit<Stripe.InvoiceItem, 'pricing' | 'quantity_decimal'> & {
  quantity_decimal: string | null;
  pricing: LineItemRow['pricing'];
};

/** `card`: the test card's number, which decides how payments with it end; `authenticated`: set up for later payments. */
export type PaymentMethodRow = Stripe.PaymentMethod & {
  hidden: { card: string; authenticated: boolean; spent: boolean };
};

export type PaymentIntentRow = Stripe.PaymentIntent & {
  hidden: { invoice: string | null; error_on_requires_action: boolean };
};
export type SetupIntentRow = Stripe.SetupIntent & { hidden: { subscription: string | null } };

export type WebhookEndpointRow = Omit<Stripe.WebhookEndpoint, 'secret'> & { hidden: { secret: string } };

/** An event as rendered when it happened: `data` is JSON text, because it never changes and there are many. */
export interface EventRow {
  readonly id: string;
  readonly created: number;
  readonly type: string;
  readonly api_version: string;
  readonly request: { id: string | null; idempotency_key: string | null };
  /** Endpoints that have not answered 2xx yet. */
  readonly pending: number;
  readonly data: string;
  readonly object_type: string;
  readonly object_id: string;
}

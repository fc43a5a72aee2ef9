import type Stripe from 'stripe';

/** Any object of the API as JSON. */
export type Json = Record<string, unknown>;

/** What is stored of each type: Stripe's own shape, less what a view adds, plus `hidden` facts the API never shows. */
export interface Rows {
  account: AccountRow;
  api_key: ApiKeyRow;
  balance_transaction: Stripe.BalanceTransaction;
  'billing.meter': Stripe.Billing.Meter;
  'billing.meter_event': MeterEventRow;
  'billing_portal.configuration': Stripe.BillingPortal.Configuration;
  'billing_portal.session': Stripe.BillingPortal.Session;
  charge: Stripe.Charge;
  'checkout.session': CheckoutSessionRow;
  coupon: CouponRow;
  credit_note: CreditNoteRow;
  credit_note_line_item: CreditNoteLineRow;
  customer: Stripe.Customer;
  customer_balance_transaction: Stripe.CustomerBalanceTransaction;
  discount: Stripe.Discount;
  dispute: Stripe.Dispute;
  'entitlements.active_entitlement': ActiveEntitlementRow;
  'entitlements.feature': Stripe.Entitlements.Feature;
  event: EventRow;
  file: FileRow;
  file_link: FileLinkRow;
  invoice: InvoiceRow;
  invoice_payment: Stripe.InvoicePayment;
  invoiceitem: InvoiceItemRow;
  item: ItemRow;
  line_item: LineItemRow;
  payment_intent: PaymentIntentRow;
  payment_link: Stripe.PaymentLink;
  payment_method: PaymentMethodRow;
  price: PriceRow;
  product: Stripe.Product;
  product_feature: ProductFeatureRow;
  promotion_code: Stripe.PromotionCode;
  quote: QuoteRow;
  'radar.early_fraud_warning': Stripe.Radar.EarlyFraudWarning;
  refund: Stripe.Refund;
  setup_intent: SetupIntentRow;
  shipping_rate: Stripe.ShippingRate;
  subscription: SubscriptionRow;
  subscription_item: SubscriptionItemRow;
  subscription_schedule: ScheduleRow;
  tax_id: TaxIdRow;
  tax_rate: Stripe.TaxRate;
  'test_helpers.test_clock': Stripe.TestHelpers.TestClock;
  'v2.core.event_destination': DestinationRow;
  webhook_endpoint: WebhookEndpointRow;
}
export type RowType = keyof Rows;

export const ROW_TYPES = [
  'account',
  'api_key',
  'balance_transaction',
  'billing.meter',
  'billing.meter_event',
  'billing_portal.configuration',
  'billing_portal.session',
  'charge',
  'checkout.session',
  'coupon',
  'credit_note',
  'credit_note_line_item',
  'customer',
  'customer_balance_transaction',
  'discount',
  'dispute',
  'entitlements.active_entitlement',
  'entitlements.feature',
  'event',
  'file',
  'file_link',
  'invoice',
  'invoice_payment',
  'invoiceitem',
  'item',
  'line_item',
  'payment_intent',
  'payment_link',
  'payment_method',
  'price',
  'product',
  'product_feature',
  'promotion_code',
  'quote',
  'radar.early_fraud_warning',
  'refund',
  'setup_intent',
  'shipping_rate',
  'subscription',
  'subscription_item',
  'subscription_schedule',
  'tax_id',
  'tax_rate',
  'test_helpers.test_clock',
  'v2.core.event_destination',
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

/** An account connected to this one; its objects are in a store of their own. */
export type AccountRow = Pick<
  Stripe.Account,
  'id' | 'object' | 'business_type' | 'country' | 'created' | 'default_currency' | 'email' | 'metadata' | 'type'
>;

/** A restricted key; `id` is the key itself. No address of the API shows it. */
export interface ApiKeyRow {
  id: string;
  permissions: Readonly<Record<string, 'read' | 'write'>>;
}

/** `content`: its bytes, as latin1. */
export type FileRow = Omit<Stripe.File, 'links'> & { hidden: { content: string } };

/** `expired` is worked out when it is shown. */
export type FileLinkRow = Omit<Stripe.FileLink, 'file' | 'url' | 'expired'> & { file: string; url: string };

/** `id` is the identifier. */
export type MeterEventRow = Stripe.Billing.MeterEvent & {
  id: string;
  hidden: { meter: string; customer: string; value: number };
};

export type CouponRow = Stripe.Coupon;

/** `owner`: the checkout session, payment link or quote whose line this is; `optional`: the customer took it besides. */
export type ItemRow = Omit<Stripe.LineItem, 'price'> & {
  price: string;
  hidden: { owner: string; tax_rates: string[]; optional?: true };
};

/**
 * What the completed payment or subscription gets from the session. `updates`: what it may change of its customer;
 * `trial`: what recurs is free at first.
 */
export type CheckoutSessionRow = Omit<Stripe.Checkout.Session, 'line_items'> & {
  hidden: {
    paymentIntent: Json;
    subscription: Json;
    setupIntent: Json;
    saves: boolean;
    trial?: boolean;
    updates?: { address: boolean; name: boolean; shipping: boolean };
  };
};
export type CreditNoteRow = Omit<Stripe.CreditNote, 'lines'>;
export type CreditNoteLineRow = Omit<Stripe.CreditNoteLineItem, 'unit_amount_decimal'> & {
  unit_amount_decimal: string | null;
  hidden: { creditNote: string };
};
export type ActiveEntitlementRow = Stripe.Entitlements.ActiveEntitlement & { hidden: { customer: string } };
export type ProductFeatureRow = Omit<Stripe.ProductFeature, 'entitlement_feature'> & {
  entitlement_feature: string;
  hidden: { product: string };
};
export type QuoteRow = Omit<Stripe.Quote, 'line_items'>;
export type ScheduleRow = Stripe.SubscriptionSchedule & { hidden: { expiringTold: boolean } };
/** `owner_id`: the customer, or null for the account's own. */
export type TaxIdRow = Stripe.TaxId;

/**
 * `trialWarned`: the event three days before the trial's end was made; `first`: what a first period cut short costs;
 * `announced`: the end of the period whose renewal was.
 */
export type SubscriptionRow = Omit<Stripe.Subscription, 'items'> & {
  hidden: { trialWarned: boolean; first?: 'free' | 'prorated'; announced?: number };
};
/** `lastPrice`: the price as it was when its plan was deleted; `previousStart`: when the period before this one began. */
export type SubscriptionItemRow = Omit<Stripe.SubscriptionItem, 'price' | 'plan'> & {
  price: string;
  hidden: { lastPrice?: PriceRow; previousStart?: number };
};

export type InvoiceRow = Omit<Stripe.Invoice, 'lines' | 'payments' | 'confirmation_secret'> & {
  hidden: { subscription: string | null; payment_intent: string | null };
};
export type LineItemRow = Omit<Stripe.InvoiceLineItem, 'pricing' | 'quantity_decimal' | 'invoice'> & {
  invoice: string;
  quantity_decimal: string | null;
  hidden: { tax_rates: string[] };
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

/** `old` still signs until its time, in epoch seconds. */
export interface Secrets {
  /** Sent what happens in connected accounts, instead of what happens in the own one. */
  connect?: boolean;
  secret: string;
  old?: { secret: string; until: number };
}
export type WebhookEndpointRow = Omit<Stripe.WebhookEndpoint, 'secret'> & { hidden: Secrets };
export type DestinationRow = Omit<Stripe.V2.Core.EventDestination, 'webhook_endpoint'> & {
  webhook_endpoint: { url: string };
  hidden: Secrets;
};

/** An event as rendered when it happened: `data` is JSON text, because it never changes and there are many. */
export interface EventRow {
  readonly id: string;
  readonly created: number;
  readonly type: string;
  readonly api_version: string;
  /** The connected account it happened in; absent for the own one. */
  readonly account?: string;
  readonly request: { id: string | null; idempotency_key: string | null };
  /** Endpoints that have not answered 2xx yet. */
  readonly pending: number;
  readonly data: string;
  /** Epoch seconds before which no list has it: a fault. */
  readonly hidden_until?: number;
  readonly object_type: string;
  readonly object_id: string;
}

import type Stripe from 'stripe';
import type { PriceRow } from '../nouns/price/row.js';
import type { AccountRow } from '../nouns/account/row.js';
import type { ApiKeyRow } from '../nouns/api-key/row.js';
import type { FileRow } from '../nouns/file/row.js';
import type { FileLinkRow } from '../nouns/file-link/row.js';
import type { MeterEventRow } from '../nouns/meter-event/row.js';
import type { CouponRow } from '../nouns/coupon/row.js';
import type { ItemRow } from '../nouns/item/row.js';
import type { CheckoutSessionRow } from '../nouns/checkout-session/row.js';
import type { CreditNoteRow } from '../nouns/credit-note/row.js';
import type { CreditNoteLineRow } from '../nouns/credit-note-line-item/row.js';
import type { ActiveEntitlementRow } from '../nouns/active-entitlement/row.js';
import type { ProductFeatureRow } from '../nouns/product-feature/row.js';
import type { QuoteRow } from '../nouns/quote/row.js';
import type { ScheduleRow } from '../nouns/subscription-schedule/row.js';
import type { TaxIdRow } from '../nouns/tax-id/row.js';
import type { SubscriptionRow } from '../nouns/subscription/row.js';
import type { SubscriptionItemRow } from '../nouns/subscription-item/row.js';
import type { InvoiceRow } from '../nouns/invoice/row.js';
import type { LineItemRow } from '../nouns/line-item/row.js';
import type { InvoiceItemRow } from '../nouns/invoice-item/row.js';
import type { PaymentMethodRow } from '../nouns/payment-method/row.js';
import type { PaymentIntentRow } from '../nouns/payment-intent/row.js';
import type { SetupIntentRow } from '../nouns/setup-intent/row.js';
import type { WebhookEndpointRow } from '../nouns/webhook-endpoint/row.js';
import type { DestinationRow } from '../nouns/event-destination/row.js';
import type { EventRow } from '../nouns/event/row.js';

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

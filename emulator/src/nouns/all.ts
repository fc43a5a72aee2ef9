import { account } from './account/noun.js';
import { activeEntitlement } from './active-entitlement/noun.js';
import { apiKey } from './api-key/noun.js';
import { balanceTransaction } from './balance-transaction/noun.js';
import { charge } from './charge/noun.js';
import { checkoutSession } from './checkout-session/noun.js';
import { cliSession } from './cli-session/noun.js';
import { coupon } from './coupon/noun.js';
import { creditNote } from './credit-note/noun.js';
import { creditNoteLine } from './credit-note-line-item/noun.js';
import { customer } from './customer/noun.js';
import { customerBalanceTransaction } from './customer-balance-transaction/noun.js';
import { discount } from './discount/noun.js';
import { dispute } from './dispute/noun.js';
import { earlyFraudWarning } from './early-fraud-warning/noun.js';
import { event } from './event/noun.js';
import { eventDestination } from './event-destination/noun.js';
import { feature } from './feature/noun.js';
import { file } from './file/noun.js';
import { fileLink } from './file-link/noun.js';
import { invoice } from './invoice/noun.js';
import { invoiceItem } from './invoice-item/noun.js';
import { invoicePayment } from './invoice-payment/noun.js';
import { item } from './item/noun.js';
import { lineItem } from './line-item/noun.js';
import { meter } from './meter/noun.js';
import { meterEvent } from './meter-event/noun.js';
import { paymentIntent } from './payment-intent/noun.js';
import { paymentLink } from './payment-link/noun.js';
import { paymentMethod } from './payment-method/noun.js';
import { plan } from './plan/noun.js';
import { portalConfiguration } from './portal-configuration/noun.js';
import { portalSession } from './portal-session/noun.js';
import { price } from './price/noun.js';
import { product } from './product/noun.js';
import { productFeature } from './product-feature/noun.js';
import { promotionCode } from './promotion-code/noun.js';
import { quote } from './quote/noun.js';
import { refund } from './refund/noun.js';
import { setupIntent } from './setup-intent/noun.js';
import { shippingRate } from './shipping-rate/noun.js';
import { source } from './source/noun.js';
import { subscription } from './subscription/noun.js';
import { subscriptionItem } from './subscription-item/noun.js';
import { subscriptionSchedule } from './subscription-schedule/noun.js';
import { taxId } from './tax-id/noun.js';
import { taxRate } from './tax-rate/noun.js';
import { testClock } from './test-clock/noun.js';
import { webhookEndpoint } from './webhook-endpoint/noun.js';

/** Every noun, by the name of its type. A new type is a folder here and a line in this list. */
export const nouns = {
  account,
  api_key: apiKey,
  balance_transaction: balanceTransaction,
  'billing.meter': meter,
  'billing.meter_event': meterEvent,
  'billing_portal.configuration': portalConfiguration,
  'billing_portal.session': portalSession,
  charge,
  'checkout.session': checkoutSession,
  cli_session: cliSession,
  coupon,
  credit_note: creditNote,
  credit_note_line_item: creditNoteLine,
  customer,
  customer_balance_transaction: customerBalanceTransaction,
  discount,
  dispute,
  'entitlements.active_entitlement': activeEntitlement,
  'entitlements.feature': feature,
  event,
  file,
  file_link: fileLink,
  invoice,
  invoice_payment: invoicePayment,
  invoiceitem: invoiceItem,
  item,
  line_item: lineItem,
  payment_intent: paymentIntent,
  payment_link: paymentLink,
  payment_method: paymentMethod,
  plan,
  price,
  product,
  product_feature: productFeature,
  promotion_code: promotionCode,
  quote,
  'radar.early_fraud_warning': earlyFraudWarning,
  refund,
  setup_intent: setupIntent,
  shipping_rate: shippingRate,
  source,
  subscription,
  subscription_item: subscriptionItem,
  subscription_schedule: subscriptionSchedule,
  tax_id: taxId,
  tax_rate: taxRate,
  'test_helpers.test_clock': testClock,
  'v2.core.event_destination': eventDestination,
  webhook_endpoint: webhookEndpoint,
} as const;

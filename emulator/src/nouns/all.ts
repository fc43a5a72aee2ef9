import type { Operation } from '../api/operation.js';
import type { Resources } from '../state/resource.js';
import type { Store } from '../state/store.js';
import type { EventRow } from './event/row.js';
import { account, accountOperations } from './account/noun.js';
import { balanceTransaction, balanceTransactionOperations } from './balance-transaction/noun.js';
import { chargeOperations, chargeView } from './charge/noun.js';
import { checkoutSession, checkoutOperations } from './checkout-session/noun.js';
import { creditNote, creditNoteOperations } from './credit-note/noun.js';
import { dispute, disputeOperations } from './dispute/noun.js';
import { paymentLink, paymentLinkOperations } from './payment-link/noun.js';
import { portalConfiguration, portalConfigurationOperations } from './portal-configuration/noun.js';
import { portalSession, portalSessionOperations } from './portal-session/noun.js';
import { quote, quoteOperations } from './quote/noun.js';
import { subscriptionSchedule, scheduleOperations } from './subscription-schedule/noun.js';
import { testClock, testClockOperations } from './test-clock/noun.js';
import { creditNoteLine } from './credit-note/noun.js';
import { activeEntitlement, entitlementOperations, feature, productFeature } from './active-entitlement/noun.js';
import { item } from './item/noun.js';
import { sourceOperations } from './source/noun.js';
import type { OpenSession } from './cli-session/noun.js';
import { cliSessionOperations } from './cli-session/noun.js';
import { invoicePreviewOperations } from './invoice/preview.js';
import { searchOperations } from './shared/search.js';
import { subscriptionPauseOperations } from './subscription/pause.js';
import { coreEventOperations } from './event/core-event.js';
import { eventDestination, eventDestinationOperations } from './event-destination/noun.js';
import { meter, meterOperations } from './meter/noun.js';
import { meterEvent, meterEventOperations } from './meter-event/noun.js';
import { coupon, couponOperations } from './coupon/noun.js';
import { customer, customerOperations } from './customer/noun.js';
import { customerBalanceOperations, customerBalanceTransaction } from './customer-balance-transaction/noun.js';
import { discount, discountOperations } from './discount/noun.js';
import { event, eventOperations } from './event/noun.js';
import { file, fileOperations } from './file/noun.js';
import { fileLink, fileLinkOperations } from './file-link/noun.js';
import { invoicePaymentOperations } from './invoice-payment/noun.js';
import { invoice } from './invoice/noun.js';
import { invoiceOperations } from './invoice/operations.js';
import { invoiceItem, invoiceItemOperations } from './invoice-item/noun.js';
import { invoiceItemEditOperations } from './invoice-item/edit.js';
import { invoiceLineOperations } from './line-item/noun.js';
import { paymentIntent, paymentIntentOperations } from './payment-intent/noun.js';
import { paymentMethod, paymentMethodOperations } from './payment-method/noun.js';
import { planOperations } from './plan/noun.js';
import { price, priceOperations } from './price/noun.js';
import { product, productOperations } from './product/noun.js';
import { promotionCode, promotionCodeOperations } from './promotion-code/noun.js';
import { earlyFraudWarning, earlyFraudWarningOperations } from './early-fraud-warning/noun.js';
import { refund, refundOperations } from './refund/noun.js';
import { setupIntent, setupIntentOperations } from './setup-intent/noun.js';
import { shippingRate, shippingRateOperations } from './shipping-rate/noun.js';
import { subscription, subscriptionOperations } from './subscription/noun.js';
import { subscriptionItem, subscriptionItemOperations } from './subscription-item/noun.js';
import { taxId, taxIdOperations } from './tax-id/noun.js';
import { taxRate, taxRateOperations } from './tax-rate/noun.js';
import { webhookEndpoint, webhookEndpointOperations } from './webhook-endpoint/noun.js';

/** Every stored type. */
export const resources: Resources = {
  account,
  api_key: { title: 'API key', prefix: 'rk_test' },
  'checkout.session': checkoutSession,
  credit_note: creditNote,
  dispute: dispute,
  payment_link: paymentLink,
  'billing_portal.configuration': portalConfiguration,
  'billing_portal.session': portalSession,
  quote: quote,
  subscription_schedule: subscriptionSchedule,
  'test_helpers.test_clock': testClock,
  'billing.meter': meter,
  'billing.meter_event': meterEvent,
  credit_note_line_item: creditNoteLine,
  'entitlements.active_entitlement': activeEntitlement,
  'entitlements.feature': feature,
  item,
  product_feature: productFeature,
  balance_transaction: balanceTransaction,
  charge: { title: 'charge', prefix: 'ch', updated: [{ name: 'charge.updated' }], view: chargeView },
  coupon,
  customer,
  customer_balance_transaction: customerBalanceTransaction,
  discount,
  event,
  file,
  file_link: fileLink,
  invoice,
  invoice_payment: { title: 'invoice_payment', prefix: 'inpay' },
  invoiceitem: invoiceItem,
  line_item: { title: 'line_item', prefix: 'il', view: ({ hidden: _hidden, ...shown }) => shown },
  payment_intent: paymentIntent,
  payment_method: paymentMethod,
  price,
  product,
  promotion_code: promotionCode,
  'radar.early_fraud_warning': earlyFraudWarning,
  refund,
  setup_intent: setupIntent,
  shipping_rate: shippingRate,
  subscription,
  subscription_item: subscriptionItem,
  tax_id: taxId,
  tax_rate: taxRate,
  'v2.core.event_destination': eventDestination,
  webhook_endpoint: webhookEndpoint,
};

/** Every operation that is built. @param more what operations need beyond the store. */
export function operationsOf(more: {
  resend(event: EventRow, store: Store, endpoint?: string): void;
  openSession: OpenSession;
}): readonly Operation[] {
  return [
    ...accountOperations,
    ...checkoutOperations,
    ...cliSessionOperations(more.openSession),
    ...invoicePreviewOperations,
    ...searchOperations,
    ...subscriptionPauseOperations,
    ...coreEventOperations,
    ...eventDestinationOperations(),
    ...meterOperations,
    ...meterEventOperations,
    ...creditNoteOperations,
    ...disputeOperations,
    ...paymentLinkOperations,
    ...portalConfigurationOperations,
    ...portalSessionOperations,
    ...quoteOperations,
    ...scheduleOperations,
    ...testClockOperations,
    ...entitlementOperations,
    ...sourceOperations,
    ...balanceTransactionOperations,
    ...chargeOperations,
    ...couponOperations,
    ...customerBalanceOperations,
    ...customerOperations,
    ...discountOperations,
    ...eventOperations((row, store, endpoint) => more.resend(row, store, endpoint)),
    ...fileOperations,
    ...fileLinkOperations,
    ...invoicePaymentOperations,
    ...invoiceItemOperations,
    ...invoiceItemEditOperations,
    ...invoiceLineOperations,
    ...invoiceOperations,
    ...paymentIntentOperations,
    ...paymentMethodOperations,
    ...planOperations,
    ...priceOperations,
    ...productOperations,
    ...promotionCodeOperations,
    ...earlyFraudWarningOperations,
    ...refundOperations,
    ...setupIntentOperations,
    ...shippingRateOperations,
    ...subscriptionItemOperations,
    ...subscriptionOperations,
    ...taxIdOperations,
    ...taxRateOperations,
    ...webhookEndpointOperations,
  ];
}

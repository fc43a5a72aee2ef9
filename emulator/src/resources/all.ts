import type { Operation } from '../api/operation.js';
import type { Resources } from '../state/resource.js';
import type { Store } from '../state/store.js';
import type { EventRow } from '../state/rows.js';
import { account, accountOperations } from './account.js';
import { balanceTransaction, balanceTransactionOperations } from './balance-transaction.js';
import { chargeOperations, chargeView } from './charge-operations.js';
import { checkoutSession, checkoutOperations } from './checkout.js';
import { creditNote, creditNoteOperations } from './credit-note.js';
import { dispute, disputeOperations } from './dispute.js';
import { paymentLink, paymentLinkOperations } from './payment-link.js';
import { portalConfiguration, portalConfigurationOperations } from './portal-configuration.js';
import { portalSession, portalSessionOperations } from './portal-session.js';
import { quote, quoteOperations } from './quote.js';
import { subscriptionSchedule, scheduleOperations } from './schedule.js';
import { testClock, testClockOperations } from './test-clock.js';
import { creditNoteLine } from './credit-note.js';
import { activeEntitlement, entitlementOperations, feature, productFeature } from './entitlement.js';
import { item } from './line-items.js';
import { sourceOperations } from './source.js';
import type { OpenSession } from './cli-session.js';
import { cliSessionOperations } from './cli-session.js';
import { invoicePreviewOperations } from './invoice-preview.js';
import { searchOperations } from './search.js';
import { subscriptionPauseOperations } from './subscription-pause.js';
import { coreEventOperations } from './core-event.js';
import { eventDestination, eventDestinationOperations } from './event-destination.js';
import { meter, meterOperations } from './meter.js';
import { meterEvent, meterEventOperations } from './meter-event.js';
import { coupon, couponOperations } from './coupon.js';
import { customer, customerOperations } from './customer.js';
import { customerBalanceOperations, customerBalanceTransaction } from './customer-balance.js';
import { discount, discountOperations } from './discount.js';
import { event, eventOperations } from './event.js';
import { file, fileOperations } from './file.js';
import { fileLink, fileLinkOperations } from './file-link.js';
import { invoicePaymentOperations } from './invoice-payment.js';
import { invoice } from './invoice.js';
import { invoiceOperations } from './invoice-operations.js';
import { invoiceItem, invoiceItemOperations } from './invoice-item.js';
import { invoiceItemEditOperations } from './invoice-item-edit.js';
import { invoiceLineOperations } from './invoice-lines.js';
import { paymentIntent, paymentIntentOperations } from './payment-intent.js';
import { paymentMethod, paymentMethodOperations } from './payment-method.js';
import { planOperations } from './plan-operations.js';
import { price, priceOperations } from './price.js';
import { product, productOperations } from './product.js';
import { promotionCode, promotionCodeOperations } from './promotion-code.js';
import { earlyFraudWarning, earlyFraudWarningOperations } from './early-fraud-warning.js';
import { refund, refundOperations } from './refund.js';
import { setupIntent, setupIntentOperations } from './setup-intent.js';
import { shippingRate, shippingRateOperations } from './shipping-rate.js';
import { subscription, subscriptionOperations } from './subscription.js';
import { subscriptionItem, subscriptionItemOperations } from './subscription-item.js';
import { taxId, taxIdOperations } from './tax-id.js';
import { taxRate, taxRateOperations } from './tax-rate.js';
import { webhookEndpoint, webhookEndpointOperations } from './webhook-endpoint.js';

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

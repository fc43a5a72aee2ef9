import type { Operation } from '../api/operation.js';
import type { Resources } from '../state/resource.js';
import type { EventRow } from '../state/rows.js';
import { accountOperations } from './account.js';
import { chargeOperations } from './charge.js';
import { coupon, couponOperations } from './coupon.js';
import { customer, customerOperations } from './customer.js';
import { event, eventOperations } from './event.js';
import { invoice, invoiceOperations } from './invoice.js';
import { invoiceItem, invoiceItemOperations } from './invoice-item.js';
import { paymentIntent, paymentIntentOperations } from './payment-intent.js';
import { paymentMethod, paymentMethodOperations } from './payment-method.js';
import { planOperations } from './plan-operations.js';
import { price, priceOperations } from './price.js';
import { product, productOperations } from './product.js';
import { refund, refundOperations } from './refund.js';
import { setupIntent, setupIntentOperations } from './setup-intent.js';
import { subscription, subscriptionOperations } from './subscription.js';
import { subscriptionItem, subscriptionItemOperations } from './subscription-item.js';
import { webhookEndpoint, webhookEndpointOperations } from './webhook-endpoint.js';

/** Every stored type. */
export const resources: Resources = {
  charge: { title: 'charge', prefix: 'ch', updated: [{ name: 'charge.updated' }] },
  coupon,
  customer,
  event,
  invoice,
  invoice_payment: { title: 'invoice_payment', prefix: 'inpay' },
  invoiceitem: invoiceItem,
  line_item: { title: 'line_item', prefix: 'il' },
  payment_intent: paymentIntent,
  payment_method: paymentMethod,
  price,
  product,
  refund,
  setup_intent: setupIntent,
  subscription,
  subscription_item: subscriptionItem,
  webhook_endpoint: webhookEndpoint,
};

/** Every operation that is built. @param more what operations need beyond the store. */
export function operationsOf(more: { resend(event: EventRow, endpoint?: string): void }): readonly Operation[] {
  return [
    ...accountOperations,
    ...chargeOperations,
    ...couponOperations,
    ...customerOperations,
    ...eventOperations((row, endpoint) => more.resend(row, endpoint)),
    ...invoiceItemOperations,
    ...invoiceOperations,
    ...paymentIntentOperations,
    ...paymentMethodOperations,
    ...planOperations,
    ...priceOperations,
    ...productOperations,
    ...refundOperations,
    ...setupIntentOperations,
    ...subscriptionItemOperations,
    ...subscriptionOperations,
    ...webhookEndpointOperations,
  ];
}

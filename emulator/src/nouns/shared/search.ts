import type { Operation } from '../../api/operation.js';
import { searchOperation } from '../../api/search.js';

/** Each searchable type with its fields (https://docs.stripe.com/search#supported-query-fields-for-each-resource). */
export const searchOperations: readonly Operation[] = [
  searchOperation('/v1/charges/search', 'charge', {
    amount: 'number',
    'billing_details.address.postal_code': 'token',
    created: 'number',
    currency: 'token',
    customer: 'token',
    disputed: 'boolean',
    'payment_method_details.card.brand': 'token',
    'payment_method_details.card.exp_month': 'number',
    'payment_method_details.card.exp_year': 'number',
    'payment_method_details.card.fingerprint': 'token',
    'payment_method_details.card.last4': 'token',
    refunded: 'boolean',
    status: 'token',
  }),
  searchOperation('/v1/customers/search', 'customer', {
    created: 'number',
    email: 'text',
    name: 'text',
    phone: 'text',
  }),
  searchOperation('/v1/invoices/search', 'invoice', {
    created: 'number',
    currency: 'token',
    customer: 'token',
    last_finalization_error_code: 'token',
    last_finalization_error_type: 'token',
    number: 'text',
    receipt_number: 'text',
    status: 'token',
    subscription: 'token',
    total: 'number',
  }),
  searchOperation('/v1/payment_intents/search', 'payment_intent', {
    amount: 'number',
    created: 'number',
    currency: 'token',
    customer: 'token',
    status: 'token',
  }),
  searchOperation('/v1/prices/search', 'price', {
    active: 'boolean',
    currency: 'token',
    lookup_key: 'text',
    product: 'token',
    type: 'token',
  }),
  searchOperation('/v1/products/search', 'product', {
    active: 'boolean',
    description: 'text',
    name: 'text',
    shippable: 'boolean',
    url: 'text',
  }),
  searchOperation('/v1/subscriptions/search', 'subscription', {
    canceled_at: 'number',
    created: 'number',
    status: 'token',
  }),
];

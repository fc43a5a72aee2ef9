import type { ExpansionTable } from '../api/expand.js';
import { sublist } from '../api/list.js';
import type { Json, RowType } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { lineItems } from './item/noun.js';
import { sourcesOf } from './source/noun.js';
import { confirmationSecret, invoicePayments } from './invoice/noun.js';

type Show = (id: string, unit: Unit) => Json;

const object =
  (type: RowType): Show =>
  (id, unit) =>
    unit.show(type, id);

/** A deleted product is still named by its plan's last price; it shows as a stub then. */
const product: Show = (id, unit) =>
  unit.find('product', id) === undefined ? { id, object: 'product', deleted: true } : unit.show('product', id);

const SOURCES: Readonly<Record<string, RowType>> = { ch: 'charge', re: 'refund', dp: 'dispute' };

const source: Show = (id, unit) => {
  const type = SOURCES[id.slice(0, id.indexOf('_'))];
  if (type === undefined) throw new Error(`no type has ids like ${id}`);
  return unit.show(type, id);
};

const subscriptions = (id: string, unit: Unit): Json =>
  sublist(
    `/v1/customers/${id}/subscriptions`,
    unit
      .all('subscription', 'customer', id)
      .filter((row) => row.status !== 'canceled' && row.status !== 'incomplete_expired')
      .reverse()
      .map((row) => unit.view('subscription', row)),
  );

/** What `expand[]` can do, by object type. */
export const expansions: ExpansionTable = {
  charge: {
    ids: {
      balance_transaction: object('balance_transaction'),
      customer: object('customer'),
      payment_intent: object('payment_intent'),
    },
    parts: {
      refunds: (id, unit) =>
        sublist(`/v1/charges/${id}/refunds`, unit.all('refund', 'charge', id).reverse() as unknown as Json[]),
    },
  },
  customer: {
    ids: {
      'invoice_settings.default_payment_method': object('payment_method'),
      default_source: object('payment_method'),
    },
    parts: {
      subscriptions,
      sources: sourcesOf,
      tax_ids: (id, unit) =>
        sublist(`/v1/customers/${id}/tax_ids`, unit.all('tax_id', 'customer', id).reverse() as unknown as Json[]),
      tax: () => null,
      invoice_credit_balance: () => ({}),
      cash_balance: () => null,
      discount: () => null,
    },
  },
  invoice: {
    ids: {
      customer: object('customer'),
      default_payment_method: object('payment_method'),
      'parent.subscription_details.subscription': object('subscription'),
      discounts: object('discount'),
      'total_discount_amounts.discount': object('discount'),
      test_clock: object('test_helpers.test_clock'),
    },
    parts: {
      confirmation_secret: confirmationSecret,
      payments: invoicePayments,
    },
  },
  invoice_payment: {
    ids: {
      invoice: object('invoice'),
      'payment.payment_intent': object('payment_intent'),
      'payment.charge': object('charge'),
    },
  },
  invoiceitem: {
    ids: {
      customer: object('customer'),
      discounts: object('discount'),
      invoice: object('invoice'),
      'pricing.price_details.price': object('price'),
    },
  },
  line_item: {
    ids: {
      subscription: object('subscription'),
      'pricing.price_details.price': object('price'),
      discounts: object('discount'),
      'discount_amounts.discount': object('discount'),
    },
  },
  payment_intent: {
    ids: {
      customer: object('customer'),
      payment_method: object('payment_method'),
      latest_charge: object('charge'),
    },
  },
  payment_method: { ids: { customer: object('customer') } },
  plan: { ids: { product }, parts: { tiers: tiersOf } },
  price: { ids: { product }, parts: { tiers: tiersOf, currency_options: () => ({}) } },
  promotion_code: {
    parts: { 'restrictions.currency_options': () => ({}) },
    ids: { customer: object('customer'), 'promotion.coupon': object('coupon') },
  },
  discount: {
    ids: { customer: object('customer'), promotion_code: object('promotion_code'), 'source.coupon': object('coupon') },
  },
  balance_transaction: { ids: { source } },
  coupon: {
    parts: { applies_to: (id, unit) => unit.need('coupon', id).applies_to ?? null, currency_options: () => ({}) },
  },
  shipping_rate: { parts: { 'fixed_amount.currency_options': () => ({}) } },
  customer_balance_transaction: {
    ids: { customer: object('customer'), invoice: object('invoice'), credit_note: object('credit_note') },
  },
  'checkout.session': {
    ids: {
      customer: object('customer'),
      invoice: object('invoice'),
      payment_intent: object('payment_intent'),
      payment_link: object('payment_link'),
      setup_intent: object('setup_intent'),
      subscription: object('subscription'),
    },
    parts: { line_items: (id, unit) => lineItems(unit, `/v1/checkout/sessions/${id}/line_items`, id) },
  },
  credit_note: {
    ids: {
      customer: object('customer'),
      customer_balance_transaction: object('customer_balance_transaction'),
      invoice: object('invoice'),
      'refunds.refund': object('refund'),
    },
  },
  dispute: { ids: { charge: object('charge'), payment_intent: object('payment_intent') } },
  'radar.early_fraud_warning': { ids: { charge: object('charge'), payment_intent: object('payment_intent') } },
  'entitlements.active_entitlement': { ids: { feature: object('entitlements.feature') } },
  file_link: { ids: { file: object('file') } },
  payment_link: { parts: { line_items: (id, unit) => lineItems(unit, `/v1/payment_links/${id}/line_items`, id) } },
  'billing_portal.session': { ids: { configuration: object('billing_portal.configuration') } },
  quote: {
    ids: {
      customer: object('customer'),
      invoice: object('invoice'),
      subscription: object('subscription'),
      discounts: object('discount'),
    },
    parts: { line_items: (id, unit) => lineItems(unit, `/v1/quotes/${id}/line_items`, id) },
  },
  subscription_schedule: {
    ids: { customer: object('customer'), subscription: object('subscription'), 'phases.items.price': object('price') },
  },
  tax_id: { ids: { customer: object('customer') } },
  product: { ids: { default_price: object('price') }, parts: { tax_code: () => null } },
  refund: {
    ids: {
      balance_transaction: object('balance_transaction'),
      charge: object('charge'),
      payment_intent: object('payment_intent'),
    },
  },
  setup_intent: { ids: { customer: object('customer'), payment_method: object('payment_method') } },
  subscription: {
    ids: {
      customer: object('customer'),
      default_payment_method: object('payment_method'),
      latest_invoice: object('invoice'),
      pending_setup_intent: object('setup_intent'),
      discounts: object('discount'),
      schedule: object('subscription_schedule'),
      test_clock: object('test_helpers.test_clock'),
    },
    parts: { default_source: () => null },
  },
  subscription_item: { ids: { discounts: object('discount') } },
};

function tiersOf(id: string, unit: Unit): unknown {
  return unit.find('price', id)?.tiers ?? null;
}

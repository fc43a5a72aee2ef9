import type { ExpansionTable } from '../api/expand.js';
import { sublist } from '../api/list.js';
import type { Json, RowType } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { confirmationSecret, invoicePayments } from './invoice.js';

type Show = (id: string, unit: Unit) => Json;

const object =
  (type: RowType): Show =>
  (id, unit) =>
    unit.show(type, id);

/** A deleted product is still named by its plan's last price; it shows as a stub then. */
const product: Show = (id, unit) =>
  unit.find('product', id) === undefined ? { id, object: 'product', deleted: true } : unit.show('product', id);

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
      sources: (id) => sublist(`/v1/customers/${id}/sources`, []),
      tax_ids: (id) => sublist(`/v1/customers/${id}/tax_ids`, []),
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
    },
    parts: {
      confirmation_secret: confirmationSecret,
      payments: invoicePayments,
      discounts: () => [],
      total_discount_amounts: () => [],
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
    ids: { customer: object('customer'), invoice: object('invoice'), 'pricing.price_details.price': object('price') },
  },
  line_item: {
    ids: { subscription: object('subscription'), 'pricing.price_details.price': object('price') },
    parts: { discounts: () => [] },
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
  product: { ids: { default_price: object('price') }, parts: { tax_code: () => null } },
  refund: { ids: { charge: object('charge'), payment_intent: object('payment_intent') } },
  setup_intent: { ids: { customer: object('customer'), payment_method: object('payment_method') } },
  subscription: {
    ids: {
      customer: object('customer'),
      default_payment_method: object('payment_method'),
      latest_invoice: object('invoice'),
      pending_setup_intent: object('setup_intent'),
    },
    parts: { discounts: () => [], schedule: () => null, default_source: () => null },
  },
  subscription_item: { parts: { discounts: () => [] } },
};

function tiersOf(id: string, unit: Unit): unknown {
  return unit.find('price', id)?.tiers ?? null;
}

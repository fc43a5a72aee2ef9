/** The object types of the hostile Stripe: what varies between them. */
export interface Kind {
  /** null: Stripe can be asked for none of them; only events report of them. */
  path: string | null;
  prefix: string;
  /** What its events are called. */
  event: string;
  /** What a read answers after a deletion; null: it is never deleted, it ends with a status. */
  gone: 'stub' | 'missing' | null;
  /** The list it owns, of which payloads and reads carry the first ten. */
  list: OwnedList | null;
}

export interface OwnedList {
  field: string;
  type: string;
  prefix: string;
  most: number;
  path: (id: string) => string;
}

export type Json = Record<string, unknown>;

export const kinds: Readonly<Record<string, Kind>> = {
  customer: { path: '/v1/customers', prefix: 'cus', event: 'customer', gone: 'stub', list: null },
  product: { path: '/v1/products', prefix: 'prod', event: 'product', gone: 'missing', list: null },
  coupon: { path: '/v1/coupons', prefix: 'cpn', event: 'coupon', gone: 'missing', list: null },
  subscription: {
    ...{ path: '/v1/subscriptions', prefix: 'sub', event: 'customer.subscription', gone: null },
    list: {
      ...{ field: 'items', type: 'subscription_item', prefix: 'si', most: 14 },
      path: (id) => `/v1/subscription_items?subscription=${id}`,
    },
  },
  discount: { path: null, prefix: 'di', event: 'customer.discount', gone: 'missing', list: null },
  invoice: {
    ...{ path: '/v1/invoices', prefix: 'in', event: 'invoice', gone: 'missing' },
    list: { field: 'lines', type: 'line_item', prefix: 'il', most: 25, path: (id) => `/v1/invoices/${id}/lines` },
  },
};

/** Those that Stripe lists. */
export const types = Object.keys(kinds).filter((type) => kinds[type]?.path !== null);

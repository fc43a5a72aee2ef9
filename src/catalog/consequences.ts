import type { GeneratedObject } from './generated-object.js';
import { generated } from './generated/objects.js';
import type { ObjectName } from './generated/names.js';

/**
 * Other objects that may have changed together with an object, although Stripe sends no event about them. They are
 * marked when a proof of the object finds a change.
 * - `named`: objects whose ids the object has. By default, those that it has now and did not have before, or the
 *   reverse.
 * - `naming`: objects whose rows have the object's id. They are marked when the object is deleted.
 * - `listed`: objects below the object that only a list shows.
 */
export type Consequence = Named | Naming | Listed;

export interface Named {
  by: 'named';
  type: ObjectName;
  /** The path to the id, through objects and lists: `lines.data.parent.invoice_item_details.invoice_item`. */
  path: string;
  /**
   * `absent`: only if it has no row yet, for objects that never change. `standing`: only if it has a row. Default:
   * always.
   */
  only?: 'absent' | 'standing';
  /** If one of these fields changed, all named objects, and not only those that are new or gone. */
  whenever?: readonly string[] | 'gone' | 'anything';
}

export interface Naming {
  by: 'naming';
  type: ObjectName;
  /** The column of its table that has the object's id. */
  column: string;
  /** Only objects with one of these statuses. Default: all. */
  status?: readonly string[];
}

export interface Listed {
  by: 'listed';
  type: ObjectName;
  /** The list's path. Its placeholders are fields of the object. */
  path: string;
  /**
   * The list is read when one of these fields changed, and also when it may have changed and returned to its old value
   * before it was read.
   */
  whenever: readonly string[];
}

const named = (type: ObjectName, path: string, more: Omit<Named, 'by' | 'type' | 'path'> = {}): Named => ({
  by: 'named',
  type,
  path,
  ...more,
});
const naming = (type: ObjectName, column: string, status?: readonly string[]): Naming => ({
  by: 'naming',
  type,
  column,
  ...(status === undefined ? {} : { status }),
});
const absent = { only: 'absent' } as const;
const standing = { only: 'standing' } as const;

/** A redemption is counted on the coupon and on the promotion code, and no event reports the new counts. */
const redeemed = (coupon: string, code: string, ...whenever: string[]): Named[] => [
  named('coupon', coupon, { whenever }),
  named('promotion_code', code, { whenever }),
];

/** Found by `npm run verify:silent`, except for Stripe products that the emulator does not have. */
const rows: Partial<Record<ObjectName, readonly Consequence[]>> = {
  // Money
  charge: [named('payment_method', 'payment_method', absent)],
  payment_intent: [named('payment_method', 'payment_method', absent)],
  setup_intent: [
    named('payment_method', 'payment_method', absent),
    named('mandate', 'mandate', absent),
    named('mandate', 'single_use_mandate', absent),
  ],
  dispute: [named('balance_transaction', 'balance_transactions', absent)],
  application_fee: [named('balance_transaction', 'refunds.data.balance_transaction', absent)],
  fee_refund: [named('application_fee', 'fee', { whenever: 'anything' })], // the fee shows its refunds
  transfer: [named('balance_transaction', 'reversals.data.balance_transaction', absent)],
  'issuing.authorization': [named('balance_transaction', 'balance_transactions', absent)],
  'issuing.dispute': [named('balance_transaction', 'balance_transactions', absent)],

  // Bills
  invoice: [
    named('invoiceitem', 'lines.data.parent.invoice_item_details.invoice_item'),
    named('invoiceitem', 'lines.data.parent.subscription_item_details.invoice_item'),
    named('customer', 'customer', { whenever: ['starting_balance', 'ending_balance'] }),
    // A partial payment lowers the amount of the invoice's own payment intent.
    named('payment_intent', 'payments.data.payment.payment_intent', { ...standing, whenever: ['amount_remaining'] }),
    named('shipping_rate', 'shipping_cost.shipping_rate', absent),
    ...redeemed('discounts.source.coupon', 'discounts.promotion_code', 'discounts', 'status'),
  ],
  invoiceitem: redeemed('discounts.source.coupon', 'discounts.promotion_code', 'discounts'),
  quote: redeemed('discounts.source.coupon', 'discounts.promotion_code', 'discounts'),
  credit_note: [named('customer_balance_transaction', 'customer_balance_transaction')],
  'checkout.session': [
    named('payment_link', 'payment_link', { whenever: ['status'] }), // it counts its completed sessions
    named('shipping_rate', 'shipping_cost.shipping_rate', absent),
    named('shipping_rate', 'shipping_options.shipping_rate', absent),
    ...redeemed('discounts.coupon', 'discounts.promotion_code', 'status'),
  ],
  payment_link: [named('shipping_rate', 'shipping_options.shipping_rate', absent)],

  // Customers
  customer: [
    {
      by: 'listed',
      type: 'customer_balance_transaction',
      path: '/v1/customers/{id}/balance_transactions',
      whenever: ['balance'],
    },
    named('card', 'default_source', standing),
    named('bank_account', 'default_source', standing),
    named('source', 'default_source', standing),
    ...redeemed('discount.source.coupon', 'discount.promotion_code', 'discount'),
    naming('subscription', 'customer'),
    naming('subscription_schedule', 'customer', ['not_started', 'active']),
    naming('payment_method', 'customer'),
    naming('card', 'customer'),
    naming('bank_account', 'customer'),
    naming('source', 'customer'),
    naming('tax_id', 'customer'),
    naming('invoiceitem', 'customer'),
    naming('invoice', 'customer', ['draft', 'open']),
    naming('quote', 'customer', ['draft', 'open']),
    naming('customer_balance_transaction', 'customer'),
    named('cash_balance', 'id', { only: 'standing', whenever: 'gone' }),
    named('entitlements.active_entitlement_summary', 'id', { only: 'standing', whenever: 'gone' }),
  ],
  // What a report holds of a person is deleted with the session's redaction.
  'identity.verification_session': [
    named('identity.verification_report', 'last_verification_report', { ...standing, whenever: ['redaction'] }),
  ],
  // A card that was saved through the old API is also a payment method with the same id.
  card: [named('payment_method', 'id', { whenever: 'anything' })],
  source: [named('payment_method', 'id', { only: 'standing', whenever: 'anything' })],
  payment_method: [named('card', 'id', { only: 'standing', whenever: 'anything' })],
  discount: redeemed('source.coupon', 'promotion_code'),
  'entitlements.active_entitlement_summary': [named('entitlements.feature', 'entitlements.data.feature', absent)],
  'test_helpers.test_clock': [naming('customer', 'test_clock')],
};

/**
 * The consequences of an object type. In addition to the rows above, these are all references to types that no event is
 * about: such an object is read if it is not in the mirror yet.
 */
export function consequencesOf({ object, columns }: GeneratedObject): readonly Consequence[] {
  const references = Object.entries(columns).flatMap(([field, kind]) => {
    const type = typeof kind === 'string' || kind.length !== 1 ? undefined : silent.get(kind[0] ?? '');
    return type === undefined ? [] : [named(type, field, absent)];
  });
  return [...references, ...(rows[object] ?? [])];
}

/** Types without events whose objects can be read by their id alone. */
const silent = new Map(
  generated
    .filter(({ events, retrieve }) => events.length === 0 && retrieve?.startsWith('/v1/') && retrieve.includes('{id}'))
    .map(({ object }) => [object as string, object]),
);

/**
 * The ids at a path of an object, through objects and lists. If Stripe expanded an id to an object, the object's id.
 */
export function idsAt(object: unknown, path: string): string[] {
  const [field, ...rest] = path.split('.');
  const at = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(at) : [value]);
  const found = at(object).flatMap((one) =>
    typeof one === 'object' && one !== null ? at((one as Record<string, unknown>)[field ?? '']) : [],
  );
  if (rest.length > 0) return idsAt(found, rest.join('.'));
  return found.flatMap((value) => {
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
    return typeof id === 'string' && id !== '' ? [id] : [];
  });
}

import { isDeepStrictEqual } from 'node:util';
import type { ObjectName } from './generated/names.js';

/** Some differences of a type are only found by a sweep, because no event reports them and no proof leads to them. */
export interface OnlySwept {
  reason: string;
  /** This is about changes of these fields, not about whole objects. */
  fields?: readonly string[];
  /** This is about whole objects, but only if this field is null. Otherwise, the object that it names leads to them. */
  unless?: string;
  /** This is about whole objects that only Stripe has, and only those with this status. */
  status?: string;
  /** This is about whole objects that only Stripe has. */
  missing?: true;
}

/** A difference between the mirror and Stripe. */
export interface ObjectDifference {
  /** The object in the mirror. Null if the mirror does not have it. */
  ours: Readonly<Record<string, unknown>> | null;
  /** The object at Stripe. Null if Stripe does not have it. */
  theirs: Readonly<Record<string, unknown>> | null;
}

const SETTINGS = 'changed only in the Dashboard or by an API call of your own; Stripe sends no event about it';
const UPDATED = {
  reason: 'Stripe sends no event when an API call of your own updates it',
  fields: [
    'metadata',
    'description',
    'receipt_email',
    'shipping',
    'statement_descriptor',
    'statement_descriptor_suffix',
  ],
} as const;
const STRIPES_OWN = 'a list that Stripe itself keeps; Stripe sends no event about it';

export const onlySwept = {
  balance_transaction: {
    reason: 'Stripe makes it available in time, or made it for itself, and sends no event about that',
    fields: ['status'],
    unless: 'source',
  },
  'checkout.session': {
    ...UPDATED,
    reason: 'Stripe sends no event about a session until it ends, nor when it is updated',
    status: 'open',
  },
  account: { reason: 'Stripe sends no event when an API call of your own creates one', missing: true },
  file: { reason: 'Stripe sends no event about the links of a file', fields: ['links'] },
  invoiceitem: {
    ...UPDATED,
    fields: [
      ...['amount', 'description', 'discountable', 'discounts', 'metadata', 'net_amount', 'period', 'pricing'],
      ...['quantity', 'quantity_decimal', 'tax_rates'],
    ],
  },
  payment_intent: {
    ...UPDATED,
    fields: [
      ...UPDATED.fields,
      ...['amount', 'amount_details', 'application_fee_amount', 'capture_method', 'currency', 'customer'],
      ...['payment_method', 'payment_method_options', 'payment_method_types', 'setup_future_usage'],
      ...['transfer_data', 'transfer_group'],
    ],
  },
  payment_method: {
    reason: 'Stripe sends no event about a payment method until it is attached to a customer',
    unless: 'customer',
  },
  tax_id: { reason: 'Stripe sends no event about a tax ID that belongs to no customer', unless: 'customer' },
  quote: UPDATED,
  topup: UPDATED,
  'identity.verification_session': UPDATED,
  'tax.settings': {
    reason: 'it is there from the beginning; Stripe sends an event only when it changes',
    missing: true,
  },
  setup_intent: UPDATED,
  customer_balance_transaction: UPDATED,
  apple_pay_domain: { reason: SETTINGS },
  'billing.alert': { reason: SETTINGS },
  'billing.feedback_option': { reason: STRIPES_OWN },
  'climate.supplier': { reason: STRIPES_OWN },
  country_spec: { reason: STRIPES_OWN },
  'entitlements.feature': { reason: SETTINGS },
  exchange_rate: { reason: STRIPES_OWN },
  file_link: { reason: 'made by an API call of your own; Stripe sends no event about it' },
  'forwarding.request': { reason: 'made by an API call of your own; Stripe sends no event about it' },
  invoice_rendering_template: { reason: SETTINGS },
  'issuing.physical_bundle': { reason: STRIPES_OWN },
  payment_method_configuration: { reason: SETTINGS },
  payment_method_domain: { reason: SETTINGS },
  payment_record: { reason: 'made by an API call of your own; Stripe sends no event about it' },
  payment_attempt_record: { reason: 'made by an API call of your own; Stripe sends no event about it' },
  'product_catalog.trial_offer': { reason: SETTINGS },
  'radar.value_list': { reason: SETTINGS },
  'radar.value_list_item': { reason: SETTINGS },
  'reporting.report_type': { reason: STRIPES_OWN, missing: true },
  shipping_rate: { reason: SETTINGS },
  'tax.registration': { reason: SETTINGS },
  tax_code: { reason: STRIPES_OWN },
  'terminal.configuration': { reason: SETTINGS },
  'terminal.location': { reason: SETTINGS },
  webhook_endpoint: { reason: SETTINGS },
  'financial_connections.transaction': { reason: 'Stripe brings them by itself and sends no event about one' },
  setup_attempt: { reason: 'Stripe makes one at each attempt and sends no event about it' },
  payment_intent_amount_details_line_item: { reason: 'a part of its payment intent that only a list of its own shows' },
  product_feature: { reason: 'Stripe sends no event when a feature is attached to a product or taken off it' },
  'treasury.transaction': { reason: 'Stripe sends no event about it' },
  'treasury.transaction_entry': { reason: 'Stripe sends no event about it' },
} as const satisfies Partial<Record<ObjectName, OnlySwept>>;

/**
 * Why only a sweep can find this difference. Undefined if an event or a proof leads to it, so that it is drift once no
 * mark waits. Without a difference, the answer is about every difference of the type.
 */
export function onlySweptReason(type: string, difference?: ObjectDifference): string | undefined {
  const entries: Readonly<Partial<Record<string, OnlySwept>>> = onlySwept;
  const entry = entries[type];
  if (entry === undefined) return undefined;
  const { reason, fields, unless, status, missing = false } = entry;
  if (fields === undefined && unless === undefined && status === undefined && !missing) return reason;
  if (difference === undefined) return undefined;
  const { ours, theirs } = difference;
  if (ours !== null && theirs !== null)
    return fields !== undefined && differOnlyIn(fields, ours, theirs) ? reason : undefined;
  if (missing && theirs !== null) return reason;
  if (status !== undefined && theirs !== null && theirs['status'] === status) return reason;
  const whole = ours ?? theirs;
  return unless !== undefined && (whole?.[unless] ?? null) === null ? reason : undefined;
}

function differOnlyIn(
  fields: readonly string[],
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
): boolean {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names].every((name) => fields.includes(name) || isDeepStrictEqual(ours[name], theirs[name]));
}

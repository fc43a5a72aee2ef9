import { expect } from 'vitest';

export interface Trigger {
  /** What `stripe trigger` is called with. */
  readonly trigger: string;
  /** The event it is to make, where that has another name. */
  readonly event?: string;
  /** What the event's object must say. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** `previous_attributes`, for updates. */
  readonly previous?: Readonly<Record<string, unknown>>;
  /** Columns of the mirrored row that are not as the payload says: what happened after the event. */
  readonly row?: Readonly<Record<string, unknown>>;
}

const MADE = '(created by Stripe CLI)';
const FOO_BAR = { metadata: { foo: 'bar' } };
const WAS_NULL = { previous: { metadata: { foo: null } } };
const GONE = { deleted: true };
const CLOCK_START = 1_577_836_800;
const text = (beginning: string): unknown => expect.stringMatching(new RegExp(`^${beginning}_`));
const time = expect.any(Number) as unknown;

const row = (
  trigger: string,
  payload: Trigger['payload'],
  more: Omit<Trigger, 'trigger' | 'payload'> = {},
): Trigger => ({
  trigger,
  payload,
  ...more,
});

/** The command's triggers for billing, and what each must leave behind: values, not mere presence. */
export const TRIGGERS: readonly Trigger[] = [
  row('billing_portal.configuration.created', {
    active: true,
    is_default: false,
    business_profile: { headline: 'created by the Stripe CLI', privacy_policy_url: 'https://www.example.com' },
    features: { subscription_cancel: { enabled: true, mode: 'at_period_end' }, invoice_history: { enabled: false } },
  }),
  row('billing_portal.configuration.updated', FOO_BAR, WAS_NULL),
  row('billing_portal.session.created', { customer: text('cus'), configuration: text('bpc'), flow: null }),
  row('charge.captured', { captured: true, amount: 2000, amount_captured: 2000, balance_transaction: text('txn') }),
  row('charge.dispute.closed', { status: 'warning_closed', amount: 100, currency: 'usd', charge: text('ch') }),
  row('charge.dispute.created', { status: 'warning_needs_response', amount: 100, balance_transactions: [] }),
  row('charge.dispute.updated', { status: 'warning_needs_response', ...FOO_BAR }, WAS_NULL),
  row('charge.failed', { status: 'failed', paid: false, captured: false, failure_code: 'card_declined' }),
  row('charge.refund.updated', { object: 'refund', amount: 100, status: 'succeeded', metadata: { order_id: '6735' } }),
  row('charge.refunded', { refunded: true, amount: 100, amount_refunded: 100 }),
  row('charge.succeeded', { status: 'succeeded', paid: true, captured: true, amount: 100 }),
  row('checkout.session.async_payment_failed', { status: 'complete', payment_status: 'unpaid', amount_total: 3000 }),
  row('checkout.session.async_payment_succeeded', { status: 'complete', payment_status: 'paid', currency: 'eur' }),
  row('checkout.session.completed', {
    ...{ status: 'complete', payment_status: 'paid', mode: 'payment', amount_total: 3000, currency: 'usd' },
    ...{ payment_intent: text('pi'), customer_details: { email: 'stripe@example.com', name: 'Jenny Rosen' } },
  }),
  row('checkout.session.expired', { status: 'expired', payment_status: 'unpaid', url: null }),
  row('coupon.created', { percent_off: 20, amount_off: null, duration: 'once', times_redeemed: 0, valid: true }),
  row('coupon.deleted', { percent_off: 20 }, { row: GONE }),
  row('coupon.updated', FOO_BAR, WAS_NULL),
  row('credit_note.created', { status: 'issued', type: 'pre_payment', amount: 1000, total: 1000, invoice: text('in') }),
  row('credit_note.updated', FOO_BAR, WAS_NULL),
  row('credit_note.voided', { status: 'void', amount: 1000, voided_at: time }),
  row('customer.created', { description: MADE, delinquent: false, balance: 0, currency: null }),
  row('customer.deleted', { description: MADE }, { row: GONE }),
  row('customer.discount.created', { object: 'discount', customer: text('cus'), subscription: null, end: null }),
  row(
    'customer.discount.deleted',
    { object: 'discount', customer: text('cus'), source: { type: 'coupon' } },
    { row: GONE },
  ),
  row('customer.discount.updated', { object: 'discount', customer: text('cus'), source: { type: 'coupon' } }),
  row('customer.source.created', { object: 'card', brand: 'Visa', last4: '4242', customer: text('cus') }),
  row('customer.source.updated', { object: 'card', ...FOO_BAR }, WAS_NULL),
  row('customer.subscription.created', {
    status: 'active',
    currency: 'usd',
    cancel_at: null,
    latest_invoice: text('in'),
  }),
  row('customer.subscription.deleted', { status: 'canceled', ended_at: time, canceled_at: time }),
  row('customer.subscription.paused', {
    status: 'paused',
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  }),
  row('customer.subscription.trial_will_end', { status: 'trialing', trial_end: time }),
  row('customer.subscription.updated', { status: 'active', ...FOO_BAR }, WAS_NULL),
  row('customer.updated', FOO_BAR, WAS_NULL),
  row('invoice.created', { status: 'draft', amount_due: 2000, billing_reason: 'manual', number: null }),
  row('invoice.deleted', { status: 'draft' }, { row: GONE }),
  row('invoice.finalized', { status: 'open', amount_due: 2000, number: expect.stringMatching(/-0001$/) }),
  row('invoice.marked_uncollectible', {
    status: 'uncollectible',
    status_transitions: { marked_uncollectible_at: time },
  }),
  row('invoice.paid', { status: 'paid', amount_paid: 2000, amount_remaining: 0 }),
  row('invoice.payment_action_required', { status: 'open', attempted: true }),
  row('invoice.payment_failed', { status: 'open', attempted: true, attempt_count: 1, amount_paid: 0 }),
  row('invoice.payment_succeeded', { status: 'paid', amount_paid: 2000, attempt_count: 1 }),
  row('invoice.sent', { status: 'open', collection_method: 'send_invoice', due_date: time }),
  row('invoice.updated', FOO_BAR, WAS_NULL),
  row('invoice.voided', { status: 'void', status_transitions: { voided_at: time } }),
  row('invoiceitem.created', { amount: 2000, currency: 'usd', description: MADE, proration: false }),
  row('invoiceitem.deleted', { amount: 2000 }, { row: GONE }),
  row('payment_intent.amount_capturable_updated', { status: 'requires_capture', amount_capturable: 2000 }),
  row('payment_intent.canceled', { status: 'canceled', amount: 2000, canceled_at: time }),
  row('payment_intent.created', { status: 'requires_payment_method', amount: 2000, amount_received: 0 }),
  row('payment_intent.payment_failed', {
    ...{ status: 'requires_payment_method', payment_method: null },
    last_payment_error: { code: 'card_declined', type: 'card_error' },
  }),
  row('payment_intent.processing', {
    status: 'processing',
    amount: 1000,
    currency: 'eur',
    payment_method_types: ['sepa_debit'],
  }),
  row('payment_intent.requires_action', { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } }),
  row('payment_intent.succeeded', {
    status: 'succeeded',
    amount: 2000,
    amount_received: 2000,
    latest_charge: text('ch'),
  }),
  row('payment_link.created', { active: true, currency: 'usd', allow_promotion_codes: false }),
  row('payment_link.updated', { allow_promotion_codes: true }, { previous: { allow_promotion_codes: false } }),
  row('payment_method.attached', { type: 'card', customer: text('cus'), card: { brand: 'visa', last4: '4242' } }),
  row('payment_method.detached', { type: 'card', customer: null }),
  row('payment_method.updated', { type: 'card' }),
  row('plan.created', { amount: 2000, interval: 'month', currency: 'usd', active: true }),
  row('plan.deleted', { amount: 2000 }, { row: GONE }),
  row('plan.updated', FOO_BAR, WAS_NULL),
  row('price.created', { unit_amount: 1500, unit_amount_decimal: '1500', type: 'recurring', product: text('prod') }),
  row('price.updated', FOO_BAR, WAS_NULL),
  row('product.created', { name: 'myproduct', description: MADE, active: true }),
  row('product.deleted', { name: 'myproduct' }, { row: GONE }),
  row('product.updated', FOO_BAR),
  row('promotion_code.created', { active: true, times_redeemed: 0, code: expect.stringMatching(/^[A-Z0-9]{8}$/) }),
  row('promotion_code.updated', FOO_BAR, WAS_NULL),
  row('quote.accepted', { status: 'accepted', amount_total: 15_000, subscription: text('sub') }),
  row('quote.canceled', { status: 'canceled', status_transitions: { canceled_at: time } }),
  row('quote.created', { status: 'draft', amount_total: 15_000, currency: 'usd', number: null }),
  row('quote.finalized', { status: 'open', amount_total: 15_000, computed: { recurring: { interval: 'month' } } }),
  row('setup_intent.canceled', { status: 'canceled' }),
  row('setup_intent.created', { status: 'requires_payment_method' }),
  row('setup_intent.requires_action', { status: 'requires_action' }),
  row('setup_intent.setup_failed', { status: 'requires_payment_method', last_setup_error: { code: 'card_declined' } }),
  row('setup_intent.succeeded', { status: 'succeeded', payment_method: text('pm') }),
  row(
    'subscription.payment_failed',
    { status: 'open', billing_reason: 'subscription_create' },
    { event: 'invoice.payment_failed' },
  ),
  row(
    'subscription.payment_succeeded',
    { status: 'paid', billing_reason: 'subscription_create' },
    { event: 'invoice.payment_succeeded' },
  ),
  row('subscription_schedule.aborted', { status: 'canceled', subscription: null, canceled_at: time }),
  row('subscription_schedule.canceled', { status: 'canceled', subscription: text('sub') }),
  row('subscription_schedule.completed', { completed_at: time, end_behavior: 'release' }),
  row('subscription_schedule.created', {
    status: 'active',
    subscription: text('sub'),
    phases: [{ items: [{ quantity: 1 }] }, { items: [{ quantity: 2 }] }],
  }),
  row('subscription_schedule.expiring', { status: 'active', end_behavior: 'cancel' }),
  row('subscription_schedule.released', { status: 'released', released_subscription: text('sub'), subscription: null }),
  row('subscription_schedule.updated', FOO_BAR, WAS_NULL),
  row('tax_rate.created', { display_name: 'test', percentage: 10, inclusive: true, active: true }),
  row('tax_rate.updated', FOO_BAR, WAS_NULL),
  row(
    'test_helpers.test_clock.advancing',
    { status: 'advancing', frozen_time: CLOCK_START },
    { row: { status: 'ready', frozen_time: 1_580_515_200 } },
  ),
  row('test_helpers.test_clock.created', { status: 'ready', frozen_time: CLOCK_START, name: MADE }),
  row('test_helpers.test_clock.deleted', { frozen_time: CLOCK_START }, { row: GONE }),
  row('test_helpers.test_clock.ready', { status: 'ready', frozen_time: 1_580_515_200 }),
];

/** What the command can trigger besides: other products of Stripe than billing. */
export const OTHER_PRODUCTS =
  /^(account|balance|cash_balance|customer_cash_balance_transaction|identity|issuing_\w+|payout|reporting|topup|transfer|v1\.billing)\.|^payment_intent\.partially_funded$/;

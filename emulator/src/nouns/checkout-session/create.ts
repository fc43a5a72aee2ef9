import type { Values } from '../../api/params.js';
import { mergeMetadata } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { newId, randomText } from '../../state/id.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { toCollect } from './collect.js';
import { invoiceCreation } from './invoice.js';
import { couponOf, onceOnly, optionalItems } from './lines.js';
import type { checkoutParams } from './params.js';
import type { Priced, Sums } from '../item/operations.js';
import { addItems, pricedLines } from '../item/operations.js';

export type CheckoutSent = Values<typeof checkoutParams>;

const DAY = 86_400;
const HALF_AN_HOUR = 1800;

/** An open session with its lines. Makes no event, as Stripe makes none. */
export function createCheckout(
  unit: Unit,
  sent: CheckoutSent,
  more: Partial<CheckoutSessionRow> = {},
): CheckoutSessionRow {
  const lines = pricedLines(unit, sent.line_items ?? []);
  const mode = sent.mode ?? (lines.some(({ price }) => price.recurring !== null) ? 'subscription' : 'payment');
  checkMode(mode, lines);
  checkAddresses(sent);
  const customer = sent.customer === undefined ? undefined : unit.need('customer', sent.customer, 'customer');
  const coupons = (sent.discounts ?? []).map((one, index) =>
    couponOf(unit, one, customer?.id ?? null, `discounts[${index}]`),
  );
  const optional = optionalItems(unit, sent.optional_items);
  checkAsked(unit, mode, sent, optional ?? []);
  const id = newId('cs_test');
  const sums: Sums = addItems(unit, id, lines, { coupons: coupons.map(({ coupon }) => coupon) });
  const collected = toCollect(unit, mode, sent);
  const shipping = collected.shipping_cost?.amount_total ?? 0;
  const now = trialOf(sent) === undefined ? sums : onceOnly(unit, id);
  const setup = mode === 'setup';
  const free = setup || now.total + shipping === 0;
  return unit.insert('checkout.session', {
    ...shape(unit, id),
    ...collected,
    ...takenOver(sent),
    ...pageOf(unit, id, sent),
    amount_subtotal: setup ? null : now.subtotal,
    amount_total: setup ? null : now.total + shipping,
    currency: lines[0]?.price.currency ?? sent.currency ?? null,
    customer: customer?.id ?? null,
    customer_creation: customer === undefined ? customerCreation(mode, sent) : null,
    discounts: coupons.map(({ coupon, promotion }) => ({
      coupon: promotion === null ? coupon.id : null,
      promotion_code: promotion,
    })),
    expires_at: expiry(unit, sent.expires_at),
    invoice_creation: mode === 'payment' ? invoiceCreation(sent.invoice_creation) : null,
    mode,
    optional_items: optional,
    payment_method_collection: mode === 'subscription' ? (sent.payment_method_collection ?? 'always') : 'if_required',
    payment_status: free ? 'no_payment_required' : 'unpaid',
    total_details: { amount_discount: now.discount, amount_shipping: shipping, amount_tax: now.tax },
    hidden: hiddenOf(sent),
    ...more,
  });
}

/** What the session shows just as it was sent. */
const takenOver = (sent: CheckoutSent) => ({
  allow_promotion_codes: sent.allow_promotion_codes ?? null,
  billing_address_collection: sent.billing_address_collection ?? null,
  cancel_url: sent.cancel_url ?? null,
  client_reference_id: sent.client_reference_id ?? null,
  customer_email: sent.customer_email ?? null,
  integration_identifier: sent.integration_identifier ?? null,
  locale: sent.locale ?? null,
  metadata: mergeMetadata(null, sent.metadata),
  payment_method_options: sent.payment_method_options ?? {},
  payment_method_types: sent.payment_method_types ?? ['card'],
  submit_type: sent.submit_type ?? null,
  success_url: sent.success_url ?? null,
});

/** A hosted page has an address; one inside the app's own page has a secret, and says where it leads afterwards. */
function pageOf(unit: Unit, id: string, sent: CheckoutSent) {
  const mode = sent.ui_mode ?? 'hosted_page';
  if (mode === 'hosted_page') return { client_secret: null, ui_mode: mode, url: `${unit.store.origin}/c/pay/${id}` };
  return {
    client_secret: `${id}_secret_${randomText(24)}`,
    redirect_on_completion: sent.redirect_on_completion ?? ('always' as const),
    return_url: sent.return_url ?? '',
    ui_mode: mode,
    url: null,
  };
}

/** For a session without a customer: when it makes one. */
function customerCreation(mode: string, sent: CheckoutSent): 'always' | 'if_required' | null {
  if (mode === 'payment') return sent.customer_creation ?? 'if_required';
  return mode === 'subscription' ? 'always' : null;
}

const trialOf = ({ subscription_data: data }: CheckoutSent): number | undefined =>
  data?.trial_period_days ?? data?.trial_end;

const hiddenOf = (sent: CheckoutSent): CheckoutSessionRow['hidden'] => ({
  paymentIntent: sent.payment_intent_data ?? {},
  subscription: sent.subscription_data ?? {},
  setupIntent: sent.setup_intent_data ?? {},
  saves: sent.payment_intent_data?.setup_future_usage !== undefined,
  trial: trialOf(sent) !== undefined,
  updates: {
    address: sent.customer_update?.address === 'auto',
    name: sent.customer_update?.name === 'auto',
    shipping: sent.customer_update?.shipping === 'auto',
  },
});

function checkMode(mode: string, lines: readonly Priced[]): void {
  if (mode === 'setup') {
    if (lines.length > 0) throw invalid('You can not pass `line_items` in `setup` mode.', 'line_items');
    return;
  }
  if (lines.length === 0) throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing');
  const recurring = lines.some(({ price }) => price.recurring !== null);
  if (mode === 'payment' && recurring) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    );
  }
  if (mode === 'subscription' && !recurring) {
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    );
  }
}

function checkAsked(unit: Unit, mode: string, sent: CheckoutSent, optional: readonly { price: string }[]): void {
  if (sent.customer_update !== undefined && sent.customer === undefined) {
    throw invalid('`customer_update` can only be used with `customer`.', 'customer_update');
  }
  if (
    sent.tax_id_collection?.enabled === true &&
    sent.customer !== undefined &&
    sent.customer_update?.name !== 'auto'
  ) {
    throw invalid(
      'Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.',
      'tax_id_collection',
    );
  }
  const misplaced =
    mode === 'setup' && sent.tax_id_collection?.enabled === true
      ? 'tax_id_collection'
      : mode === 'setup' && optional.length > 0
        ? 'optional_items'
        : mode !== 'payment' && sent.invoice_creation !== undefined
          ? 'invoice_creation'
          : undefined;
  if (misplaced !== undefined) throw invalid(`\`${misplaced}\` is not available in \`${mode}\` mode.`, misplaced);
  const recurring = optional.findIndex(({ price }) => unit.need('price', price).recurring !== null);
  if (mode === 'payment' && recurring !== -1) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      `optional_items[${recurring}][price]`,
    );
  }
}

function checkAddresses({ ui_mode, success_url, return_url, redirect_on_completion }: CheckoutSent): void {
  if (ui_mode === undefined || ui_mode === 'hosted_page') {
    if (success_url === undefined)
      throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
    return;
  }
  if (return_url === undefined && redirect_on_completion !== 'never') {
    throw invalid('Missing required param: return_url.', 'return_url', 'parameter_missing');
  }
}

function expiry(unit: Unit, sent: number | undefined): number {
  const at = sent ?? unit.now + DAY;
  if (at < unit.now + HALF_AN_HOUR || at > unit.now + DAY) {
    throw invalid('`expires_at` must be between 30 minutes and 24 hours from now.', 'expires_at');
  }
  return at;
}

/** What every new session has. */
function shape(unit: Unit, id: string): Omit<CheckoutSessionRow, 'hidden'> {
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: null,
    client_reference_id: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: unit.now,
    currency: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: null,
    customer_details: null,
    customer_email: null,
    discounts: [],
    expires_at: unit.now + DAY,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: {},
    mode: 'payment',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: null,
    wallet_options: null,
  };
}

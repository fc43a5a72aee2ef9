import type Stripe from 'stripe';
import type { Values } from '../../api/params.js';
import { mergeMetadata } from '../../api/params.js';
import { given } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { CheckoutSessionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { checkAddresses, checkAsked, checkMode, checkTrial, expiry } from './checks.js';
import { toCollect } from './collect.js';
import { firstPeriod } from './first-period.js';
import { invoiceCreation } from './invoice.js';
import { couponOf, onceOnly, optionalItems } from './lines.js';
import type { checkoutParams } from './params.js';
import type { Sums } from '../item/operations.js';
import { addItems, pricedLines } from '../item/operations.js';
import { checkTypes } from '../payment-method/types.js';
import { configured } from '../payment-method-configuration/use.js';
import { checkChargeable } from '../price/currency.js';
import { newSetup } from '../setup-intent/attempt.js';

export type CheckoutSent = Values<typeof checkoutParams>;

const DAY = 86_400;

/** An open session with its lines. Makes no event, as Stripe makes none. */
export function createCheckout(
  unit: Unit,
  sent: CheckoutSent,
  more: Partial<CheckoutSessionRow> = {},
): CheckoutSessionRow {
  const lines = pricedLines(unit, sent.line_items ?? [], sent.currency);
  if (sent.subscription_data?.trial_end !== undefined) checkTrial(unit.now, sent.subscription_data.trial_end);
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
  const now = trialOf(sent) === undefined ? (firstPeriod(unit, id, sent) ?? sums) : onceOnly(unit, id);
  const setup = mode === 'setup';
  const chooses = lines.some(({ chosen }) => chosen !== undefined);
  const free = setup || (now.total + shipping === 0 && !chooses);
  const currency = lines[0]?.price.currency ?? sent.currency ?? null;
  if (mode === 'payment' && !free && !chooses) {
    const is = "The Checkout Session's total amount due must add up to";
    checkChargeable(now.total + shipping, currency ?? 'usd', { is });
  }
  checkTypes(sent.payment_method_types ?? [], setup ? undefined : (currency ?? undefined));
  const method = setup ? newSetup(unit, setupSent(customer?.id ?? null, sent)).id : null;
  return unit.insert('checkout.session', {
    ...shape(unit, id),
    ...collected,
    ...takenOver(sent),
    ...configured(unit, sent.payment_method_configuration, setup ? undefined : (currency ?? undefined)),
    after_expiration: recoveryOf(sent),
    ...pageOf(unit, id, sent),
    amount_subtotal: setup ? null : now.subtotal,
    amount_total: setup ? null : now.total + shipping,
    currency,
    customer: customer?.id ?? null,
    customer_details: knownDetails(customer, sent.customer_email),
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
    setup_intent: method,
    payment_status: free ? 'no_payment_required' : 'unpaid',
    total_details: { amount_discount: now.discount, amount_shipping: shipping, amount_tax: now.tax },
    hidden: hiddenOf(sent),
    ...more,
  });
}

/** The setup intent of a session is there from its start. */
const setupSent = (customer: string | null, sent: CheckoutSent) => ({
  customer,
  patch: given({
    description: sent.setup_intent_data?.description,
    metadata: mergeMetadata(null, sent.setup_intent_data?.metadata),
    payment_method_types: sent.payment_method_types,
  }),
});

/** What is known of the customer before they enter anything. */
function knownDetails(
  customer: Stripe.Customer | undefined,
  email: string | undefined,
): CheckoutSessionRow['customer_details'] {
  const known = customer?.email ?? email ?? null;
  if (known === null) return null;
  return {
    address: null,
    business_name: null,
    email: known,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: customer?.tax_exempt ?? 'none',
    tax_ids: null,
  };
}

/** What the session shows just as it was sent. */
const takenOver = (sent: CheckoutSent) => ({
  adaptive_pricing: { enabled: sent.adaptive_pricing?.enabled ?? false },
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

/** Known from the start, and the address once the session has expired. */
const recoveryOf = ({ after_expiration: after }: CheckoutSent): CheckoutSessionRow['after_expiration'] =>
  after?.recovery === undefined
    ? null
    : {
        recovery: {
          allow_promotion_codes: after.recovery.allow_promotion_codes ?? false,
          enabled: after.recovery.enabled,
          expires_at: null,
          url: null,
        },
      };

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
  saves: sent.payment_intent_data?.setup_future_usage !== undefined,
  trial: trialOf(sent) !== undefined,
  updates: {
    address: sent.customer_update?.address === 'auto',
    name: sent.customer_update?.name === 'auto',
    shipping: sent.customer_update?.shipping === 'auto',
  },
});

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

import type Stripe from 'stripe';
import { Problem, invalid, notBuilt } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { CheckoutSessionRow } from './row.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { attach, declineProblem, paymentMethodOf } from '../payment-method/attach.js';
import type { Collected } from './collect.js';
import { collect } from './collect.js';
import { tellCustomer } from './questions.js';
import { invoicePayment } from './invoice.js';
import type { Chosen } from './lines.js';
import { choose, choosesAmount, discountsOf } from './lines.js';
import { createCustomer } from '../customer/operations.js';
import { redeem } from '../discount/operations.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { itemsOf, quantitySent } from '../item/operations.js';
import { checkChargeable } from '../price/currency.js';
import type { PaymentOutcome } from '../payment-intent/outcome.js';
import { attemptPayment } from '../payment-intent/attempt.js';
import { CARD_OPTIONS, newPayment } from '../payment-intent/create.js';
import type { PaymentIntentRow } from '../payment-intent/row.js';
import { localMethod } from '../payment-method/local.js';
import { mergeOptions } from '../payment-method/options.js';
import { shippingOf } from '../payment-intent/params.js';
import { attemptSetup } from '../setup-intent/attempt.js';
import { cancelSetup } from '../setup-intent/cancel.js';
import { createSubscription } from '../subscription/create.js';

export interface PaySent extends Collected, Chosen {
  payment_method?: string;
  expected_amount?: number;
  email?: string;
  name?: string | null;
  blik_code?: string;
}

/**
 * What the customer's "pay" does: the payment, the subscription or the setup, then `checkout.session.completed`. A session
 * that waits for a challenge stays open.
 */
export function payCheckout(unit: Unit, id: string, sent: PaySent): CheckoutSessionRow {
  const found = unit.need('checkout.session', id);
  if (found.status !== 'open') {
    throw invalid(
      `This Checkout Session is no longer active: its status is ${found.status}.`,
      undefined,
      'checkout_session_inactive',
    );
  }
  const row = choose(unit, found, sent);
  if (row.mode === 'payment' && choosesAmount(unit, id)) {
    checkChargeable(row.amount_total ?? 0, row.currency ?? 'usd', { is: 'Amount must be', param: 'amount' });
  }
  if (sent.expected_amount !== undefined && sent.expected_amount !== (row.amount_total ?? 0)) {
    throw invalid('The amount has changed. Please reload the page and try again.', 'expected_amount');
  }
  const method =
    sent.payment_method === undefined ? null : paymentMethodOf(unit, sent.payment_method, 'payment_method');
  if (method === null && needsMethod(row))
    throw invalid('Missing required param: payment_method.', 'payment_method', 'parameter_missing');
  if (method !== null && !row.payment_method_types.includes(method.type)) {
    throw invalid(`The payment method type '${method.type}' is not allowed in this session.`, 'payment_method');
  }
  const details = detailsOf(unit, row, method, sent);
  collect(unit, unit.update('checkout.session', id, { customer_details: details }), sent);
  return MODES[row.mode as Mode](unit, unit.need('checkout.session', id), method, sent);
}

type Mode = 'payment' | 'setup' | 'subscription';

const MODES: Readonly<
  Record<
    Mode,
    (unit: Unit, row: CheckoutSessionRow, method: PaymentMethodRow | null, sent: PaySent) => CheckoutSessionRow
  >
> = {
  payment: (unit, row, method, sent) => {
    const customer = customerFor(
      unit,
      row,
      row.customer_creation === 'always' || row.hidden.saves || row.invoice_creation?.enabled === true,
    );
    redeemOnce(unit, row, customer);
    if (method === null) return finishCheckout(unit, row.id, 'no_payment_required');
    const { shipping, ...data } = row.hidden.paymentIntent as { shipping?: Parameters<typeof shippingOf>[0] } & Json;
    const intent = newPayment(unit, {
      amount: row.amount_total ?? 0,
      currency: row.currency ?? 'usd',
      customer,
      paymentMethod: method.id,
      patch: {
        payment_method_types: row.payment_method_types,
        payment_method_options: optionsOf(row, sent),
        ...given(data),
        ...shippedTo(row, shipping),
      },
    });
    unit.update('checkout.session', row.id, { payment_intent: intent.id });
    const outcome = attemptPayment(unit, intent.id, { offSession: false, returnUrl: pageOf(unit, row) });
    refuse(unit, intent.id, outcome);
    if (outcome.is === 'processing' || waitsForMoney(method)) return finishCheckout(unit, row.id, 'unpaid');
    return unit.need('checkout.session', row.id);
  },
  setup: (unit, row, method) => {
    const outcome = attemptSetup(unit, idOf(row.setup_intent) ?? '', {
      paymentMethod: method?.id,
      offSession: false,
      returnUrl: pageOf(unit, row),
    });
    if (outcome.is === 'declined') throw declineProblem(outcome.decline);
    return outcome.is === 'succeeded'
      ? finishCheckout(unit, row.id, 'no_payment_required')
      : unit.need('checkout.session', row.id);
  },
  subscription: (unit, row, method) => {
    const customer = customerFor(unit, row, true) ?? '';
    if (method !== null) {
      if (localMethod(method.type) !== undefined) throw notBuilt(`a subscription that begins with '${method.type}'`);
      attach(unit, method.id, customer, 'payment_method');
    }
    const { recurring, once } = partsOf(unit, row.id);
    for (const line of once)
      newInvoiceItem(unit, {
        customer,
        currency: line.currency,
        price: line.price,
        quantity: line.quantity ?? 1,
      });
    const subscription = createSubscription(unit, {
      customer,
      ...given({ currency: row.currency ?? undefined }),
      items: recurring.map((line) => ({
        price: line.price,
        ...quantitySent(line),
        tax_rates: line.hidden.tax_rates,
      })),
      discounts: discountsOf(row.discounts),
      off_session: false,
      ...(row.automatic_tax.enabled ? { automatic_tax: { enabled: true } } : {}),
      ...(method === null ? {} : { default_payment_method: method.id }),
      ...row.hidden.subscription,
    });
    unit.update('checkout.session', row.id, {
      subscription: subscription.id,
      invoice: idOf(subscription.latest_invoice),
    });
    const invoice = unit.need('invoice', idOf(subscription.latest_invoice) ?? '');
    if (subscription.status === 'active' || subscription.status === 'trialing') {
      const free = subscription.status === 'trialing' && invoice.amount_paid === 0;
      return finishCheckout(unit, row.id, free ? 'no_payment_required' : 'paid');
    }
    const intent = unit.find('payment_intent', invoice.hidden.payment_intent);
    if (intent?.status === 'requires_action') return unit.need('checkout.session', row.id);
    throw declineProblem(declinedBy(intent?.last_payment_error));
  },
};

const pageOf = ({ store }: Unit, { id }: CheckoutSessionRow): string => `${store.origin}/c/pay/${id}`;

/** A voucher is paid elsewhere, days later: the session is complete when the customer has it. */
const waitsForMoney = ({ type }: PaymentMethodRow): boolean => type === 'boleto' || type === 'oxxo';

/** The payment's options are those of the session, and what the customer entered for the chosen method. */
function optionsOf(row: CheckoutSessionRow, { blik_code: code }: PaySent): PaymentIntentRow['payment_method_options'] {
  const sent = mergeOptions(CARD_OPTIONS, row.payment_method_options as Json);
  return mergeOptions(sent, code === undefined ? {} : { blik: { code } });
}

/** What a declined payment redeemed is not redeemed again. */
function redeemOnce(unit: Unit, row: CheckoutSessionRow, customer: string | null): void {
  if (unit.all('discount', 'checkout_session', row.id).length > 0) return;
  for (const one of discountsOf(row.discounts)) {
    redeem(unit, one, { customer, checkout_session: row.id }, 'discounts');
  }
}

/** Where the payment's goods go: as the session was told, else as the customer entered. */
function shippedTo(row: CheckoutSessionRow, told: Parameters<typeof shippingOf>[0] | undefined) {
  const entered = row.collected_information?.shipping_details ?? undefined;
  const sent = told ?? entered;
  return sent === undefined ? {} : { shipping: shippingOf(sent) };
}

function refuse(unit: Unit, intent: string, outcome: PaymentOutcome): void {
  if (outcome.is !== 'declined') return;
  // The session stays open for another try; what was tried stays visible.
  throw declineProblem(outcome.decline, { payment_intent: unit.show('payment_intent', intent) }, true);
}

function declinedBy(error: Stripe.PaymentIntent.LastPaymentError | null | undefined) {
  return {
    code: error?.code ?? 'card_declined',
    decline_code: error?.decline_code ?? 'generic_decline',
    message: error?.message ?? 'Your card was declined.',
  };
}

const needsMethod = (row: CheckoutSessionRow): boolean =>
  row.mode === 'setup' || (row.amount_total ?? 0) > 0 || row.payment_method_collection === 'always';

function partsOf(unit: Unit, id: string) {
  const lines = itemsOf(unit, id);
  const recurs = (price: string): boolean => unit.find('price', price)?.recurring != null;
  return { recurring: lines.filter(({ price }) => recurs(price)), once: lines.filter(({ price }) => !recurs(price)) };
}

/** The session's customer, made of what was entered where that is wanted and there is none. */
function customerFor(unit: Unit, row: CheckoutSessionRow, wanted: boolean): string | null {
  const known = idOf(row.customer);
  if (known !== null || !wanted) return known;
  const { email, name } = row.customer_details ?? {};
  const { id } = createCustomer(unit, given({ email: email ?? undefined, name: name ?? undefined }));
  unit.update('checkout.session', row.id, { customer: id });
  return id;
}

function detailsOf(
  unit: Unit,
  row: CheckoutSessionRow,
  method: PaymentMethodRow | null,
  sent: PaySent,
): Stripe.Checkout.Session.CustomerDetails {
  const customer = unit.find('customer', idOf(row.customer));
  const billing = method?.billing_details;
  const country = billing?.address?.country ?? null;
  return {
    address:
      billing?.address ??
      (country === null ? null : { city: null, country, line1: null, line2: null, postal_code: null, state: null }),
    business_name: null,
    email: sent.email ?? row.customer_email ?? billing?.email ?? customer?.email ?? null,
    individual_name: null,
    name: sent.name ?? billing?.name ?? customer?.name ?? null,
    phone: sent.phone ?? billing?.phone ?? null,
    tax_exempt: customer?.tax_exempt ?? 'none',
    tax_ids: unit.all('tax_id', 'customer', customer?.id ?? '').map(({ type, value }) => ({ type, value })),
  };
}

/** `checkout.session.completed`. */
export function finishCheckout(
  unit: Unit,
  id: string,
  paymentStatus: 'no_payment_required' | 'paid' | 'unpaid',
): CheckoutSessionRow {
  if (paymentStatus !== 'unpaid') invoicePayment(unit, unit.need('checkout.session', id));
  tellCustomer(unit, unit.need('checkout.session', id));
  unit.update('checkout.session', id, {
    status: 'complete',
    payment_status: paymentStatus,
    url: null,
    client_secret: null,
  });
  unit.emit('checkout.session.completed', 'checkout.session', id);
  unit.react('checkout.completed', { session: unit.need('checkout.session', id) });
  return unit.need('checkout.session', id);
}

const THIRTY_DAYS = 30 * 86_400;

/** From its end on, the session has an address that opens another one like it. */
function recoverable({ now, store }: Unit, { id, after_expiration: after }: CheckoutSessionRow) {
  if (after?.recovery?.enabled !== true) return after;
  return { recovery: { ...after.recovery, expires_at: now + THIRTY_DAYS, url: `${store.origin}/r/${id}` } };
}

/** `checkout.session.expired`. @throws Problem for a session that is no longer open. */
export function expireCheckout(unit: Unit, id: string): CheckoutSessionRow {
  const row = unit.need('checkout.session', id);
  if (row.status !== 'open') {
    throw new Problem(
      400,
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${row.status}\`.`,
      {
        type: 'invalid_request_error',
      },
    );
  }
  const setup = idOf(row.setup_intent);
  if (setup !== null) cancelSetup(unit, setup, 'abandoned');
  const after_expiration = recoverable(unit, row);
  unit.update('checkout.session', id, { status: 'expired', url: null, client_secret: null, after_expiration });
  unit.emit('checkout.session.expired', 'checkout.session', id);
  return unit.need('checkout.session', id);
}

import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Problem } from '../../api/problem.js';
import { Problem as StripeProblem, invalid, missing } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { PaymentMethodRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { magicNumber, testCard } from './card.js';
import { insertMethod, type BillingSent } from './insert.js';
import { checkSavable } from './local.js';

export interface CardSent {
  number: string;
  exp_month: number;
  exp_year: number;
  cvc?: string | undefined;
}

/** A new payment method for a card, of no customer yet. Makes no event, as Stripe makes none. */
export function newCard(unit: Unit, card: CardSent, billing: BillingSent = {}, id = newId('pm')): PaymentMethodRow {
  const { brand, country, funding, unchecked, fails = [] } = testCard(card.number);
  const checked = (what: 'line1' | 'postal_code'): 'fail' | 'pass' | 'unavailable' =>
    unchecked === true ? 'unavailable' : fails.includes(what) ? 'fail' : 'pass';
  const shown: Stripe.PaymentMethod.Card = {
    brand,
    checks: {
      address_line1_check: billing.address?.line1 ? checked('line1') : null,
      address_postal_code_check: billing.address?.postal_code ? checked('postal_code') : null,
      cvc_check: fails.includes('cvc') ? 'fail' : 'unchecked',
    },
    country,
    display_brand: brand,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: createHash('sha256')
      .update(`${unit.store.identity.account}${card.number}`)
      .digest('base64url')
      .slice(0, 16),
    funding,
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
  return insertMethod(unit, { id, type: 'card', billing, shown, number: card.number });
}

/** The payment method with this id. A magic id becomes a new payment method, as at Stripe. */
export function paymentMethodOf(unit: Unit, id: string, param: string): PaymentMethodRow {
  const number = magicNumber(id);
  if (number === undefined) {
    const row = unit.find('payment_method', id);
    if (row === undefined) throw missing('PaymentMethod', id, param, param === 'id' ? 404 : 400);
    return row;
  }
  const year = new Date(unit.now * 1000).getUTCFullYear();
  return newCard(unit, { number, exp_month: new Date(unit.now * 1000).getUTCMonth() + 1, exp_year: year + 1 });
}

/**
 * Gives a payment method (or a magic id's new one) to a customer: `payment_method.attached`.
 * @throws Problem if it belongs to another customer, was used and detached, or has a card that banks refuse to save.
 */
export function attach(unit: Unit, id: string, customer: string, param: string): PaymentMethodRow {
  const method = paymentMethodOf(unit, id, param);
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      undefined,
      'payment_method_unexpected_state',
    );
  }
  checkSavable(method.type, param);
  if (method.hidden.spent) throw spent();
  const decline = testCard(method.hidden.card).decline;
  if (decline?.always === true) throw declineProblem(decline);
  // Not an update at Stripe: the event carries no previous_attributes.
  const attached = unit.update('payment_method', method.id, { customer }, []);
  unit.emit('payment_method.attached', 'payment_method', method.id);
  return attached;
}

/** A payment method must be the paying customer's own. */
export function notAttached(id: string, param: string): Problem {
  return invalid(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    param,
    'resource_missing',
  );
}

export function spent(): Problem {
  return invalid(
    'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    'payment_method',
    'payment_method_unexpected_state',
  );
}

export interface Decline {
  code: string;
  decline_code: string;
  message: string;
}

/** 402: what was done until then (a failed payment) stays when `keeps`. */
export function declineProblem(decline: Decline, more: Partial<Problem['body']> = {}, keeps = false): Problem {
  return new StripeProblem(
    402,
    decline.message,
    { type: 'card_error', code: decline.code, decline_code: decline.decline_code, ...more },
    keeps,
  );
}

import type Stripe from 'stripe';
import { newId } from '../../state/id.js';
import type { PaymentIntentRow } from '../payment-intent/row.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { testCard } from '../payment-method/card.js';
import type { Decline } from '../payment-method/attach.js';
import { DEBIT_DECLINED } from '../payment-method/sepa.js';
import { feeIn, shareOut } from './share-out.js';
import { detailsOf } from './method-details.js';

/** The fields that a charge copies from its payment intent, or from the parameters of the older API. */
export type Charged = Pick<
  PaymentIntentRow,
  | 'amount'
  | 'application_fee_amount'
  | 'capture_method'
  | 'currency'
  | 'customer'
  | 'description'
  | 'metadata'
  | 'receipt_email'
  | 'shipping'
  | 'statement_descriptor'
  | 'statement_descriptor_suffix'
  | 'on_behalf_of'
  | 'transfer_data'
  | 'transfer_group'
> & { id: string | null };

/** The charge that a payment tries: `charge.succeeded`, or with a decline `charge.failed`. */
export function makeCharge(unit: Unit, intent: Charged, method: PaymentMethodRow, decline?: Decline): Stripe.Charge {
  const row = newCharge(unit, intent, method, decline);
  unit.insert('charge', row, []);
  if (row.captured) shareOut(unit, row.id);
  unit.emit(decline === undefined ? 'charge.succeeded' : 'charge.failed', 'charge', row.id);
  return unit.need('charge', row.id);
}

/** The charge of a payment that takes days: `charge.pending`. */
export function pendingCharge(unit: Unit, intent: PaymentIntentRow, method: PaymentMethodRow): Stripe.Charge {
  const row: Stripe.Charge = {
    ...newCharge(unit, { ...intent, capture_method: 'manual' }, method),
    amount_captured: intent.amount,
    captured: true,
    paid: false,
    status: 'pending',
  };
  return unit.insert('charge', row, [{ name: 'charge.pending' }]);
}

/** How a pending charge ends. */
export function settleCharge(unit: Unit, id: string, succeeded: boolean): Stripe.Charge {
  const row = unit.need('charge', id);
  const patch: Partial<Stripe.Charge> = succeeded
    ? {
        balance_transaction: moveMoney(unit, {
          amount: row.amount,
          currency: row.currency,
          type: 'payment',
          source: id,
          description: row.description,
          applicationFee: feeIn(unit, row),
        }),
        paid: true,
        status: 'succeeded',
      }
    : {
        amount_captured: 0,
        captured: false,
        failure_code: DEBIT_DECLINED.code,
        failure_message: DEBIT_DECLINED.message,
        outcome: declinedOutcome(DEBIT_DECLINED),
        status: 'failed',
      };
  unit.update('charge', id, patch, []);
  if (succeeded) shareOut(unit, id);
  unit.emit(succeeded ? 'charge.succeeded' : 'charge.failed', 'charge', id);
  return unit.need('charge', id);
}

/** An authorization that nobody will capture: refunded, though no money ever moved. */
export function releaseCharge(unit: Unit, id: string): void {
  const { amount } = unit.need('charge', id);
  unit.update('charge', id, { amount_refunded: amount, refunded: true }, []);
  unit.emit('charge.refunded', 'charge', id);
}

/** The test cards whose money can be used at once (https://docs.stripe.com/testing#available-balance). */
const BYPASSING = new Set(['4000000000000077', '4000003720000278']);

function newCharge(unit: Unit, intent: Charged, method: PaymentMethodRow, decline?: Decline): Stripe.Charge {
  const isCard = method.type === 'card';
  const id = newId(isCard ? 'ch' : 'py');
  const captured = decline === undefined && intent.capture_method !== 'manual';
  const row: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: intent.application_fee_amount,
    balance_transaction: captured
      ? moveMoney(unit, {
          amount: intent.amount,
          currency: intent.currency,
          type: isCard ? 'charge' : 'payment',
          source: id,
          description: intent.description,
          applicationFee: feeIn(unit, intent),
          ...(BYPASSING.has(method.hidden.card) ? { availableOn: unit.now } : {}),
        })
      : null,
    billing_details: { ...method.billing_details },
    calculated_statement_descriptor: 'LOCAL EMULATOR',
    captured,
    created: unit.now,
    currency: intent.currency,
    customer: idOf(intent.customer),
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: intent.on_behalf_of,
    outcome:
      decline === undefined
        ? {
            advice_code: null,
            network_advice_code: null,
            network_decline_code: null,
            network_status: 'approved_by_network',
            reason: null,
            ...riskOf(method),
            seller_message: 'Payment complete.',
            type: 'authorized',
          }
        : declinedOutcome(decline),
    paid: decline === undefined,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(intent, method),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline === undefined ? 'succeeded' : 'failed',
    transfer_data: intent.transfer_data as Stripe.Charge.TransferData | null,
    transfer_group: intent.transfer_group,
  };
  return row;
}

/** Radar's words and score for a test card: the scores from which Stripe calls a payment elevated and highest are 65 and 75. */
function riskOf({ hidden }: PaymentMethodRow): { risk_level: string; risk_score: number } {
  const { risk = 'normal' } = testCard(hidden.card);
  return { risk_level: risk, risk_score: { normal: 12, elevated: 65, highest: 75 }[risk] };
}

function declinedOutcome(decline: Decline): Stripe.Charge.Outcome {
  return {
    advice_code: 'try_again_later',
    network_advice_code: null,
    network_decline_code: null,
    network_status: 'declined_by_network',
    reason: decline.decline_code,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  };
}

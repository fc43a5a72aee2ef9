import type Stripe from 'stripe';
import { listOperation, range } from '../api/list.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import { mergeMetadata, metadata, text } from '../api/params.js';
import { given, retrieveOperation } from '../api/standard.js';
import { newId } from '../state/id.js';
import type { PaymentIntentRow, PaymentMethodRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import type { Decline } from './attach.js';

/** The charge that a payment tries: `charge.succeeded`, or with a decline `charge.failed`. */
export function makeCharge(
  unit: Unit,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
  decline?: Decline,
): Stripe.Charge {
  const id = newId('ch');
  const captured = decline === undefined && intent.capture_method !== 'manual';
  const row: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: captured ? newId('txn') : null,
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
    on_behalf_of: null,
    outcome:
      decline === undefined
        ? {
            advice_code: null,
            network_advice_code: null,
            network_decline_code: null,
            network_status: 'approved_by_network',
            reason: null,
            risk_level: 'normal',
            risk_score: 12,
            seller_message: 'Payment complete.',
            type: 'authorized',
          }
        : {
            advice_code: 'try_again_later',
            network_advice_code: null,
            network_decline_code: null,
            network_status: 'declined_by_network',
            reason: decline.decline_code,
            risk_level: 'normal',
            risk_score: 12,
            seller_message: 'The bank did not return any further details with this decline.',
            type: 'issuer_declined',
          },
    paid: decline === undefined,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: details(intent, method),
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
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
  return unit.insert('charge', row, [{ name: decline === undefined ? 'charge.succeeded' : 'charge.failed' }]);
}

function details(intent: PaymentIntentRow, { card }: PaymentMethodRow): Stripe.Charge['payment_method_details'] {
  if (card === undefined) return null;
  return {
    card: {
      amount_authorized: intent.amount,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: 'disabled' },
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      incremental_authorization: { status: 'unavailable' },
      installments: null,
      last4: card.last4,
      mandate: null,
      multicapture: { status: 'unavailable' },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: newId('nti').slice(4, 19),
      overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
      regulated_status: 'unregulated',
      three_d_secure: null,
      wallet: null,
    },
    type: 'card',
  } as unknown as Stripe.Charge['payment_method_details'];
}

export const chargeOperations: readonly Operation[] = [
  retrieveOperation('/v1/charges', 'charge'),
  operation(
    'POST /v1/charges/:id',
    { description: text(), metadata: metadata(), receipt_email: text() },
    ({ unit, at, params }) => {
      const row = unit.need('charge', at.id ?? '');
      const patch = given({
        description: params.description,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        receipt_email: params.receipt_email,
      });
      return unit.view('charge', unit.update('charge', row.id, patch));
    },
  ),
  listOperation('/v1/charges', {
    type: 'charge',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      payment_intent: { param: text(), field: 'payment_intent' },
      transfer_group: { param: text(), field: 'transfer_group' },
    },
  }),
];

import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  email,
  emptyable,
  flag,
  hash,
  integer,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Decline } from '../payment-method/attach.js';
import { declineProblem, newCard } from '../payment-method/attach.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { testCard } from '../payment-method/card.js';
import { makeCharge } from './create.js';
import { checkShares, feeIn, shareOut, transferDataParam } from './share-out.js';
import { checkChargeable } from '../price/currency.js';
import { disputeAsTested } from '../dispute/operations.js';
import { shippingOf, shippingParam } from '../payment-intent/params.js';
import { refundRest } from '../refund/operations.js';
import { currencyParam } from '../shared/params.js';
import { cardView } from '../source/view.js';
import { isToken, useToken } from '../token/use.js';

const createParams = {
  amount: needed(integer(1, 99_999_999)),
  capture: flag(),
  currency: needed(currencyParam()),
  customer: text(),
  description: text(),
  metadata: metadata(),
  receipt_email: email(),
  shipping: shippingParam(),
  source: text(),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  application_fee_amount: integer(0),
  on_behalf_of: text(),
  transfer_data: transferDataParam(),
  transfer_group: text(),
  ...unbuiltAll('application_fee', 'destination', 'radar_options'),
};
type Sent = Values<typeof createParams>;

const UNAUTHENTICATED: Decline = {
  code: 'card_declined',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

export const chargeOperations: readonly Operation[] = [
  operation('POST /v1/charges', createParams, ({ unit, params }) => unit.view('charge', createCharge(unit, params))),
  retrieveOperation('/v1/charges', 'charge'),
  operation(
    'POST /v1/charges/:id/capture',
    {
      amount: integer(1),
      receipt_email: email(),
      statement_descriptor: text(22),
      statement_descriptor_suffix: text(22),
      ...unbuiltAll('application_fee', 'application_fee_amount', 'transfer_data', 'transfer_group'),
    },
    ({ unit, at, params: { amount, ...more } }) =>
      unit.view('charge', captureCharge(unit, unit.need('charge', at.id ?? ''), amount, given(more))),
  ),
  operation(
    'POST /v1/charges/:id',
    {
      description: text(),
      fraud_details: hash({ user_report: needed(emptyable(oneOf('fraudulent', 'safe'))) }),
      metadata: metadata(),
      receipt_email: email(),
      shipping: shippingParam(),
      transfer_group: text(),
      ...unbuiltAll('customer'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('charge', at.id ?? '');
      const patch = given({
        description: params.description,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        fraud_details:
          params.fraud_details === undefined ? undefined : reported(params.fraud_details.user_report ?? undefined),
        receipt_email: params.receipt_email,
        shipping: params.shipping === undefined ? undefined : shippingOf(params.shipping),
        transfer_group: params.transfer_group,
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

/** What the shop says of a charge; the empty text takes it back. */
const reported = (report: 'fraudulent' | 'safe' | undefined): Stripe.Charge.FraudDetails =>
  report === undefined ? {} : { user_report: report };

/** Charges a card without a payment intent. @throws Problem 402 the card was declined; the failed charge is kept */
function createCharge(unit: Unit, sent: Sent): Stripe.Charge {
  checkChargeable(sent.amount, sent.currency);
  checkShares(unit, sent.amount, sent);
  const method = charged(unit, sent);
  const { decline, challenge } = testCard(method.hidden.card);
  // Without an intent, a 3-D Secure challenge cannot be answered. So a card that requires one is declined.
  const refused = decline ?? (challenge === undefined ? undefined : UNAUTHENTICATED);
  const made = makeCharge(
    unit,
    {
      id: null,
      amount: sent.amount,
      capture_method: sent.capture === false ? 'manual' : 'automatic',
      currency: sent.currency,
      customer: sent.customer ?? null,
      description: sent.description ?? null,
      metadata: mergeMetadata(null, sent.metadata),
      receipt_email: sent.receipt_email ?? null,
      shipping: sent.shipping === undefined ? null : shippingOf(sent.shipping),
      statement_descriptor: sent.statement_descriptor ?? null,
      statement_descriptor_suffix: sent.statement_descriptor_suffix ?? null,
      application_fee_amount: sent.application_fee_amount ?? null,
      on_behalf_of: sent.on_behalf_of ?? null,
      transfer_data: (sent.transfer_data ?? null) as Stripe.PaymentIntent.TransferData | null,
      transfer_group: sent.transfer_group ?? null,
    },
    method,
    refused,
  );
  if (refused !== undefined) throw declineProblem(refused, { charge: made.id }, true);
  if (made.captured) disputeAsTested(unit, made.id);
  return unit.need('charge', made.id);
}

/** The payment method to charge: a token's card, or the customer's source. */
function charged(unit: Unit, { source, customer }: Sent): PaymentMethodRow {
  const owner = customer === undefined ? undefined : unit.need('customer', customer, 'customer');
  if (source !== undefined && owner === undefined && isToken(unit, source)) {
    const { card, billing } = useToken(unit, source, 'source');
    return newCard(unit, card, billing, newId('card'));
  }
  if (owner === undefined) {
    throw invalid('Must provide source or customer.', source === undefined ? undefined : 'source', 'parameter_missing');
  }
  const id = source ?? idOf(owner.default_source);
  if (id === null) {
    throw invalid('Cannot charge a customer that has no active card', 'card', 'missing');
  }
  const method = unit.find('payment_method', id);
  if (method?.customer === owner.id) return method;
  throw invalid(`Customer ${owner.id} does not have a linked source with ID ${id}.`, 'source', 'missing');
}

/** Captures the authorized money, completely or in part. */
export function captureCharge(
  unit: Unit,
  row: Stripe.Charge,
  amount = row.amount,
  more: Partial<Stripe.Charge> = {},
): Stripe.Charge {
  if (row.captured) throw invalid(`Charge ${row.id} has already been captured.`, undefined, 'charge_already_captured');
  if (row.payment_intent !== null) {
    throw invalid(
      'This charge belongs to a PaymentIntent: capture that instead.',
      undefined,
      'charge_invalid_parameter',
    );
  }
  if (amount > row.amount) {
    throw invalid('The amount to capture is greater than the amount authorized.', 'amount', 'amount_too_large');
  }
  refundRest(unit, row, amount);
  const moved = { amount, currency: row.currency, type: 'charge' as const, source: row.id };
  const applicationFee = feeIn(unit, row);
  const balance_transaction = moveMoney(unit, { ...moved, applicationFee, description: row.description });
  const captured = { ...more, amount_captured: amount, balance_transaction, captured: true };
  unit.around(
    'charge',
    row.id,
    () => {
      unit.update('charge', row.id, captured, []);
      shareOut(unit, row.id);
    },
    [{ name: 'charge.captured' }],
  );
  disputeAsTested(unit, row.id);
  return unit.need('charge', row.id);
}

/**
 * A charge shows the card it was made with when it has no payment intent. A disputed one names its newest dispute, which
 * Stripe answers in every version though its SDK no longer has the field.
 */
export const chargeView = (row: Stripe.Charge, unit: Unit): Json => {
  const method = row.payment_intent === null ? unit.find('payment_method', row.payment_method) : undefined;
  return {
    ...row,
    dispute: row.disputed ? (unit.all('dispute', 'charge', row.id).at(-1)?.id ?? null) : null,
    source: method === undefined ? null : cardView(method),
  };
};

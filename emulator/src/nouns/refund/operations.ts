import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, integer, mergeMetadata, metadata, oneOf, text, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import { refundFee } from '../application-fee/create.js';
import { reverseTransfer } from '../transfer/create.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { testCard, type TestCard } from '../payment-method/card.js';
import { localMethod } from '../payment-method/local.js';
import { endWarnings } from '../early-fraud-warning/operations.js';
import type Stripe from 'stripe';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

export const refundOperations: readonly Operation[] = [
  operation(
    'POST /v1/refunds',
    {
      amount: integer(1),
      charge: text(),
      metadata: metadata(),
      payment_intent: text(),
      reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
      refund_application_fee: flag(),
      reverse_transfer: flag(),
      ...unbuiltAll('currency', 'customer', 'instructions_email', 'origin'),
    },
    ({ unit, params }) => {
      const intent =
        params.payment_intent === undefined
          ? undefined
          : unit.need('payment_intent', params.payment_intent, 'payment_intent');
      const id = params.charge ?? idOf(intent?.latest_charge);
      if (id === null)
        throw invalid(
          'You must pass a charge or a payment_intent that has one.',
          'payment_intent',
          'parameter_missing',
        );
      const charge = unit.need('charge', id, 'charge');
      const row = refundCharge(
        unit,
        charge,
        given({ amount: params.amount, reason: params.reason, metadata: params.metadata }),
      );
      takeBack(unit, charge, row, params);
      return unit.show('refund', row.id);
    },
  ),
  retrieveOperation('/v1/refunds', 'refund'),
  operation('POST /v1/refunds/:id', { metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('refund', at.id ?? '');
    const patch = given({
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('refund', unit.update('refund', row.id, patch));
  }),
  listOperation('/v1/charges/:id/refunds', {
    type: 'refund',
    parent: { type: 'charge', field: 'charge' },
    filters: {},
  }),
  listOperation('/v1/refunds', {
    type: 'refund',
    filters: {
      charge: { param: text(), field: 'charge' },
      created: range('created'),
      payment_intent: { param: text(), field: 'payment_intent' },
    },
  }),
];

/** Refunds a captured charge: `refund.created`, `charge.refunded`. @param sent.amount all that is left unless given */
export function refundCharge(
  unit: Unit,
  charge: Stripe.Charge,
  params: { amount?: number; reason?: string; metadata?: Record<string, string> | null } = {},
): Stripe.Refund {
  const { id } = charge;
  if (!charge.captured)
    throw invalid(`Charge ${id} has not been captured, so it cannot be refunded.`, 'charge', 'charge_not_refundable');
  const paidBy = charge.payment_method_details?.type ?? 'card';
  if (localMethod(paidBy)?.unrefundable === true)
    throw invalid(`A payment by \`${paidBy}\` cannot be refunded.`, 'charge', 'charge_not_refundable');
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw invalid(`Charge ${id} has already been refunded.`, undefined, 'charge_already_refunded');
  const amount = params.amount ?? left;
  const end = refundEnd(unit, charge);
  if (amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount');
  }
  const refundId = newId('re');
  const balance_transaction = moveMoney(unit, {
    amount: -amount,
    currency: charge.currency,
    type: paidBy === 'card' ? 'refund' : 'payment_refund',
    source: refundId,
    description: null,
  });
  const row = insertRefund(unit, charge, {
    ...{ id: refundId, amount, balance_transaction, status: end === 'pending' ? 'pending' : 'succeeded' },
    ...{ metadata: mergeMetadata(null, params.metadata), reason: params.reason ?? null },
  });
  setRefunded(unit, charge, charge.amount_refunded + amount);
  unit.emit('charge.refunded', 'charge', charge.id);
  if (end !== undefined) unit.later((after) => (end === 'pending' ? settle(after, refundId) : fail(after, refundId)));
  return row;
}

/**
 * What others got of the charge comes back, in proportion to the refund (https://docs.stripe.com/connect/destination-charges).
 */
function takeBack(
  unit: Unit,
  charge: Stripe.Charge,
  { id, amount }: Stripe.Refund,
  sent: { refund_application_fee?: boolean; reverse_transfer?: boolean },
): void {
  const part = (whole: number): number => Math.round((whole * amount) / charge.amount);
  const transfer = unit.find('transfer', idOf(charge.transfer));
  if (sent.reverse_transfer === true) {
    if (transfer === undefined) throw invalid(`Charge ${charge.id} has no transfer to reverse.`, 'reverse_transfer');
    const reversal = reverseTransfer(unit, transfer.id, { amount: part(transfer.amount), sourceRefund: id });
    unit.update('refund', id, { transfer_reversal: reversal.id }, []);
  }
  const fee = idOf(charge.application_fee);
  if (sent.refund_application_fee !== true || fee === null) return;
  const whole = charge.application_fee_amount ?? 0;
  if (unit.store.platform === undefined) refundFee(unit, fee, { amount: part(whole) });
  else unit.later((there) => void refundFee(there, fee, { amount: part(whole) }), unit.store.platform);
}

/** Releases the part of an authorization that is not captured. No money has moved. */
export function refundRest(unit: Unit, charge: Stripe.Charge, captured: number): void {
  const amount = charge.amount - captured;
  if (amount === 0) return;
  insertRefund(unit, charge, { id: newId('re'), amount, balance_transaction: null, status: 'succeeded' });
  unit.update('charge', charge.id, { amount_refunded: amount }, []);
}

function insertRefund(
  unit: Unit,
  charge: Stripe.Charge,
  more: Pick<Stripe.Refund, 'id' | 'amount' | 'balance_transaction' | 'status'> & Partial<Stripe.Refund>,
): Stripe.Refund {
  return unit.insert('refund', {
    object: 'refund',
    charge: charge.id,
    created: unit.now,
    currency: charge.currency,
    customer: idOf(charge.customer),
    customer_account: null,
    destination_details: destinationOf(charge.payment_method_details?.type ?? 'card'),
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...more,
  } as unknown as Parameters<typeof unit.insert<'refund'>>[1]);
}

const destinationOf = (type: string): object =>
  type === 'card'
    ? { card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' }, type }
    : { [type]: {}, type };

function refundEnd(unit: Unit, { payment_method: id }: Stripe.Charge): TestCard['refund'] {
  const method = unit.find('payment_method', id);
  return method === undefined ? undefined : testCard(method.hidden.card).refund;
}

function settle(unit: Unit, id: string): void {
  unit.update('refund', id, { status: 'succeeded' });
}

/** The bank sends the money back: `refund.failed`, and the charge is refunded by that much less. */
function fail(unit: Unit, id: string): void {
  const { amount, charge: charged, currency } = unit.need('refund', id);
  const charge = unit.need('charge', idOf(charged) ?? '');
  const failure_balance_transaction = moveMoney(unit, {
    ...{ amount, currency, type: 'refund_failure', source: id, description: null },
  });
  setRefunded(unit, charge, charge.amount_refunded - amount);
  unit.update('refund', id, { status: 'failed', failure_balance_transaction, failure_reason: 'unknown' });
  unit.emit('refund.failed', 'refund', id);
}

function setRefunded(unit: Unit, { id, amount: charged }: Stripe.Charge, amount: number): void {
  unit.update('charge', id, { amount_refunded: amount, refunded: amount === charged }, []);
  if (amount === charged) endWarnings(unit, id);
}

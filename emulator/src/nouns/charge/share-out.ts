import type Stripe from 'stripe';
import { hash, integer, needed, text, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import { storeOf } from '../../state/store.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { createFee } from '../application-fee/create.js';
import { createTransfer } from '../transfer/create.js';

/** Who else gets something of a charge (https://docs.stripe.com/connect/charges). */
export interface Shares {
  application_fee_amount?: number | null | undefined;
  transfer_data?: { amount?: number | undefined; destination: string } | null | undefined;
}

export const transferDataParam = () =>
  hash({
    amount: integer(0),
    description: unbuilt(),
    destination: needed(text()),
    metadata: unbuilt(),
    payment_data: unbuilt(),
  });

/** @throws Problem for a fee that nobody would pay, or a destination that is not connected */
export function checkShares(
  unit: Unit,
  amount: number,
  { application_fee_amount: fee, transfer_data: to }: Shares,
): void {
  if (to != null && storeOf(unit.store, to.destination) === undefined) {
    throw invalid(`No such destination: '${to.destination}'`, 'transfer_data[destination]', 'resource_missing');
  }
  if (to?.amount !== undefined && to.amount > amount) {
    throw invalid('The transfer amount cannot be greater than the amount.', 'transfer_data[amount]');
  }
  if (fee == null) return;
  if (to?.amount !== undefined) {
    throw invalid('You may only specify one of these parameters: application_fee_amount, transfer_data[amount].');
  }
  if (to == null && unit.store.platform === undefined) {
    throw invalid(
      'You can only apply an application fee when the request is made on behalf of another account (using an OAuth key, the Stripe-Account header, or the destination parameter).',
      'application_fee_amount',
    );
  }
  if (fee > amount) {
    throw invalid('The application fee cannot be greater than the amount.', 'application_fee_amount');
  }
}

/** What the platform keeps of a charge that is made in a connected account. */
export const feeIn = ({ store }: Unit, charge: Pick<Stripe.Charge, 'application_fee_amount'>): number =>
  store.platform === undefined ? 0 : (charge.application_fee_amount ?? 0);

/**
 * A charge has brought money. In a connected account, the platform gets its fee. Of a charge with a destination, all goes
 * there, and the fee comes back from what arrived; or the given amount goes there.
 */
export function shareOut(unit: Unit, id: string): void {
  const charge = unit.need('charge', id);
  const { amount_captured: amount, application_fee_amount: sent, currency, transfer_data: to } = charge;
  const fee = Math.min(sent ?? 0, amount);
  const feeId = fee === 0 ? null : newId('fee');
  const { identity, platform } = unit.store;
  if (platform !== undefined) {
    if (feeId === null) return;
    unit.update('charge', id, { application_fee: feeId }, []);
    const earned = { id: feeId, account: identity.account, amount: fee, charge: id, currency, original: null };
    unit.later((there) => createFee(there, earned), platform);
    return;
  }
  if (to == null) return;
  const destination = idOf(to.destination) ?? '';
  const transfer = createTransfer(unit, {
    amount: Math.min(to.amount ?? amount, amount),
    currency,
    destination,
    applicationFee: fee,
    availableOn: unit.find('balance_transaction', idOf(charge.balance_transaction))?.available_on ?? unit.now,
    sourceTransaction: id,
    transferGroup: charge.transfer_group ?? `group_${idOf(charge.payment_intent) ?? id}`,
  });
  const shared = { application_fee: feeId, transfer: transfer.id, transfer_group: transfer.transfer_group };
  unit.update('charge', id, shared, []);
  const payment = idOf(transfer.destination_payment) ?? '';
  if (feeId !== null) {
    createFee(unit, { id: feeId, account: destination, amount: fee, charge: payment, currency, original: id });
  }
}

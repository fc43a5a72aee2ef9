import { invalid } from '../../api/problem.js';
import { storeOf } from '../../state/store.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { PaymentIntentRow } from '../payment-intent/row.js';
import type { SubscriptionRow } from './row.js';

/** What others get of each invoice (https://docs.stripe.com/connect/subscriptions). */
interface Sharing {
  application_fee_percent?: number | null;
  on_behalf_of?: string | null;
  transfer_data?: { amount_percent?: number; destination: string } | null;
}

/** @throws Problem for a fee that nobody would pay, or a destination that is not connected */
export function checkSharing(unit: Unit, { application_fee_percent: percent, transfer_data: to }: Sharing): void {
  if (to != null && storeOf(unit.store, to.destination) === undefined) {
    throw invalid(`No such destination: '${to.destination}'`, 'transfer_data[destination]', 'resource_missing');
  }
  if (percent == null || to != null || unit.store.platform !== undefined) return;
  throw invalid(
    'You can only apply an application fee when the request is made on behalf of another account (using an OAuth key, the Stripe-Account header, or the destination parameter).',
    'application_fee_percent',
  );
}

export const sharingOf = (sent: Sharing): Partial<SubscriptionRow> => ({
  ...(sent.application_fee_percent === undefined ? {} : { application_fee_percent: sent.application_fee_percent }),
  ...(sent.on_behalf_of === undefined ? {} : { on_behalf_of: sent.on_behalf_of }),
  ...(sent.transfer_data === undefined
    ? {}
    : {
        transfer_data:
          sent.transfer_data === null
            ? null
            : {
                amount_percent: sent.transfer_data.amount_percent ?? null,
                destination: sent.transfer_data.destination,
              },
      }),
});

const share = (amount: number, percent: number): number => Math.round((amount * percent) / 100);

/** The same for the payment of an amount, in money. */
export function sharesOf(subscription: SubscriptionRow | undefined, amount: number): Partial<PaymentIntentRow> {
  if (subscription === undefined) return {};
  const { application_fee_percent: percent, on_behalf_of, transfer_data: to } = subscription;
  const part = to?.amount_percent ?? null;
  return {
    application_fee_amount: percent === null ? null : share(amount, percent),
    on_behalf_of: idOf(on_behalf_of),
    transfer_data:
      to === null
        ? null
        : { destination: idOf(to.destination) ?? '', ...(part === null ? {} : { amount: share(amount, part) }) },
  };
}

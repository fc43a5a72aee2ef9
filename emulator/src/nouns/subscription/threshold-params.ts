import { emptyable, flag, hash, integer, needed } from '../../api/params.js';
import type { SubscriptionRow } from './row.js';

export const thresholdsParam = () => emptyable(hash({ amount_gte: integer(1), reset_billing_cycle_anchor: flag() }));
export const itemThresholdsParam = () => emptyable(hash({ usage_gte: needed(integer(1)) }));

type Sent = ReturnType<ReturnType<typeof thresholdsParam>['read']>;

/** As a subscription shows them. */
export const shownThresholds = (sent: Sent | undefined): SubscriptionRow['billing_thresholds'] =>
  sent === undefined || sent === null
    ? null
    : {
        amount_gte: sent.amount_gte ?? null,
        reset_billing_cycle_anchor: sent.reset_billing_cycle_anchor ?? null,
      };

import type { Values } from '../../api/params.js';
import { hash, integer, needed } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionRow } from './row.js';

const fields = {
  day_of_month: needed(integer(1, 31)),
  hour: integer(0, 23),
  minute: integer(0, 59),
  month: integer(1, 12),
  second: integer(0, 59),
};

export const anchorConfigParam = () => hash(fields);

export type AnchorConfigSent = Values<typeof fields>;

export const shownConfig = (sent: AnchorConfigSent | undefined): SubscriptionRow['billing_cycle_anchor_config'] =>
  sent === undefined
    ? null
    : {
        day_of_month: sent.day_of_month,
        hour: sent.hour ?? null,
        minute: sent.minute ?? null,
        month: sent.month ?? null,
        second: sent.second ?? null,
      };

/**
 * The next time that the clock shows this, in UTC; what is not said is as now. In a month without the day it is the last one
 * (the SDK's `SubscriptionCreateParams.billing_cycle_anchor_config`).
 * @throws Problem if it is given beside an anchor, or for intervals of days or weeks
 */
export function anchorOf(
  now: number,
  { billing_cycle_anchor: anchor, billing_cycle_anchor_config: config }: Anchored,
  prices: readonly PriceRow[],
): number | undefined {
  if (config === undefined) return anchor;
  const at = 'billing_cycle_anchor_config';
  if (anchor !== undefined) {
    throw invalid(
      'You may only specify one of these parameters: billing_cycle_anchor, billing_cycle_anchor_config.',
      at,
    );
  }
  if (prices.some(({ recurring }) => !['month', 'year'].includes(recurring?.interval ?? ''))) {
    throw invalid('billing_cycle_anchor_config can only be used with monthly and yearly prices.', at);
  }
  const today = new Date(now * 1000);
  for (let months = 0; ; months += 1) {
    const next = momentIn(today, months, config);
    if (next > now && (config.month === undefined || new Date(next * 1000).getUTCMonth() + 1 === config.month))
      return next;
  }
}

interface Anchored {
  billing_cycle_anchor?: number;
  billing_cycle_anchor_config?: AnchorConfigSent;
}

function momentIn(today: Date, months: number, config: AnchorConfigSent): number {
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moment = Date.UTC(
    year,
    month,
    Math.min(config.day_of_month, last),
    config.hour ?? today.getUTCHours(),
    config.minute ?? today.getUTCMinutes(),
    config.second ?? today.getUTCSeconds(),
  );
  return Math.floor(moment / 1000);
}

import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { LineSent } from '../invoice/draft.js';
import { amountOf } from '../price/amount.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import { after } from './period.js';
import type { SubscriptionRow } from './row.js';

/** @throws Problem for a start that is not over */
export function checkBackdate(unit: Unit, start: number | undefined): void {
  if (start === undefined || start < unit.now) return;
  throw invalid('`backdate_start_date` must be in the past.', 'backdate_start_date');
}

interface Span {
  start: number;
  end: number;
  /** How much of a whole period it is. */
  share: number;
}

/**
 * What a subscription cost before it was made, on its first invoice. Periods are counted from the backdated start, and the last
 * one is prorated by the period that begins with it. In the classic billing mode they are one line
 * (https://docs.stripe.com/billing/subscriptions/backdating).
 */
export function backdatedLines(
  subscription: SubscriptionRow,
  item: SubscriptionItemRow,
  price: PriceRow | null,
  line: (more: Pick<LineSent, 'amount' | 'period'>) => LineSent,
): LineSent[] {
  const { billing_mode, created, hidden, start_date: start } = subscription;
  const isFirst = item.current_period_start === created;
  if (price === null || !isFirst || start >= created || hidden.backdated !== 'billed') return [];
  const spans = spansOf(price, start, created);
  const whole = amountOf(price, item.quantity ?? 0);
  if (billing_mode.type === 'flexible') {
    return spans.map(({ start: from, end, share }) =>
      line({ amount: Math.round(whole * share), period: { start: from, end } }),
    );
  }
  const shares = spans.reduce((sum, { share }) => sum + share, 0);
  return [line({ amount: Math.round(whole * shares), period: { start, end: created } })];
}

function spansOf({ recurring }: PriceRow, start: number, end: number): Span[] {
  const { interval = 'month', interval_count: count = 1 } = recurring ?? {};
  const spans: Span[] = [];
  for (let step = 0; ; step += 1) {
    const from = after(start, interval, step * count);
    if (from >= end) return spans;
    const to = after(start, interval, (step + 1) * count);
    spans.push({ start: from, end: Math.min(to, end), share: Math.min(1, (end - from) / (to - from)) });
  }
}

type Interval = 'day' | 'week' | 'month' | 'year';

const SECONDS: Readonly<Record<'day' | 'week', number>> = { day: 86_400, week: 604_800 };

/** `count` intervals after `start`, in epoch seconds; a month's end stays a month's end (31 January + 1 month = 28 February). */
export function after(start: number, interval: string, count: number): number {
  const kind = interval as Interval;
  if (kind === 'day' || kind === 'week') return start + SECONDS[kind] * count;
  const from = new Date(start * 1000);
  const months = kind === 'year' ? 12 * count : count;
  const first = new Date(start * 1000);
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return Math.floor(first.getTime() / 1000);
}

/**
 * The first end of a period after `from` for periods counted from `anchor`: an anchor on the 31st gives 28 February and
 * 31 March again (https://docs.stripe.com/billing/subscriptions/billing-cycle).
 */
export function periodAfter(anchor: number, interval: string, count: number, from: number): number {
  if (anchor > from) return anchor;
  const length = SECONDS_ABOUT[interval as Interval] * count;
  // Begins a little early: months are shorter than they are long.
  let step = Math.max(1, Math.floor((from - anchor) / length) - 1);
  while (after(anchor, interval, step * count) <= from) step += 1;
  while (step > 1 && after(anchor, interval, (step - 1) * count) > from) step -= 1;
  return after(anchor, interval, step * count);
}

const SECONDS_ABOUT: Readonly<Record<Interval, number>> = {
  day: 86_400,
  week: 604_800,
  month: 2_678_400,
  year: 31_622_400,
};

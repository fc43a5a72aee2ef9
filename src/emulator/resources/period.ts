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

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in the unit that a person would use: '40 s', '3 min', '5 h', '12 days'. A time ahead is '0 s'. */
export function age(at: Date, now: Date): string {
  return lasting((now.getTime() - at.getTime()) / 1_000);
}

/** The same of a number of seconds. */
export function lasting(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 100) return `${s} s`;
  if (s < 100 * MINUTE) return `${Math.round(s / MINUTE)} min`;
  if (s < 48 * HOUR) return `${Math.round(s / HOUR)} h`;
  return `${Math.round(s / DAY).toLocaleString('en-US')} days`;
}

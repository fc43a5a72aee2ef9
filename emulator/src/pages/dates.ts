const DAY = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
const MOMENT = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** `Dec 29, 2026`, in UTC. @param seconds epoch seconds */
export const dayOf = (seconds: number): string => DAY.format(seconds * 1_000);

/** `Dec 29, 2026, 18:05 UTC`. @param seconds epoch seconds */
export const momentOf = (seconds: number): string => `${MOMENT.format(seconds * 1_000)} UTC`;

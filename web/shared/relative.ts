/** The distance between two times in epoch milliseconds, in one unit: "just now", "12 s ago", "in 14 days". */
export function relative(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000);
  if (seconds < 3) return 'just now';
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 's'];
  const count = Math.floor(seconds / size);
  const distance = `${count} ${unit}${count === 1 || size < 86_400 ? '' : 's'}`;
  return at > now ? `in ${distance}` : `${distance} ago`;
}

const units: readonly (readonly [seconds: number, unit: string])[] = [
  [365 * 86_400, 'year'],
  [86_400, 'day'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

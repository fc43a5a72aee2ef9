import { LockstepError } from '../../kernel/error.js';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** '90m', '12h', '7d' in milliseconds. @throws option_invalid */
export function parseDuration(text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new LockstepError('option_invalid', `${JSON.stringify(text)} is not a valid length of time`, {
    hint: 'use a form such as 30m, 12h or 7d',
  });
}

/**
 * A date, a time with its offset, or how long ago: '2026-11-01', '2026-11-01T10:00:00Z', '90m', '12h', '7d'.
 * @throws option_invalid
 */
export function momentOf(text: string): Date {
  const ago = durationOf(text);
  const at = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (!Number.isNaN(at)) return new Date(at);
  throw new LockstepError('option_invalid', `${JSON.stringify(text)} is not a valid time`, {
    hint: 'use a form such as 2026-11-01, 2026-11-01T10:00:00Z, 12h or 7d',
  });
}

function durationOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (units[unit] ?? NaN);
}

import { LockstepError } from '../../kernel/error.js';

/** A date, a time with its offset, or how long ago: '2026-11-01', '2026-11-01T10:00:00Z', '90m', '12h', '7d'. @throws option_invalid */
export function momentOf(text: string): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  const at = ago
    ? Date.now() - Number(ago[1]) * (ago[2] === 'm' ? 60_000 : ago[2] === 'h' ? 3_600_000 : 86_400_000)
    : Date.parse(text);
  if (!Number.isNaN(at)) return new Date(at);
  throw new LockstepError('option_invalid', `${JSON.stringify(text)} is not a valid time`, {
    hint: 'use a form such as 2026-11-01, 2026-11-01T10:00:00Z, 12h or 7d',
  });
}

import { LockstepError, messageOf, type ErrorCode } from '../kernel/error.js';

/** 1: it failed. 2: it was asked for wrongly: an option, a key, a secret. */
const usage: ReadonlySet<ErrorCode> = new Set([
  'option_unknown',
  'option_invalid',
  'config_unreadable',
  'stripe_key_missing',
  'stripe_key_invalid',
  'webhook_secret_missing',
  'webhook_secret_invalid',
]);

export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof LockstepError && usage.has(error.code) ? 2 : 1;
}

/** Three lines: what happened, the fact, the next step. */
export function reportOf(error: unknown): string {
  if (!(error instanceof LockstepError)) {
    const stack = error instanceof Error ? error.stack : undefined;
    return `lockstep: ${messageOf(error)}\n  code  internal\n  next  this is a defect of lockstep; please report it with these lines\n${stack ?? ''}`;
  }
  const next = error.hint === undefined ? '' : `\n  next  ${error.hint}`;
  return `lockstep: ${error.message}\n  code  ${error.code}${next}`;
}

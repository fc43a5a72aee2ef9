import type { Clock } from '../kernel/clock.js';
import type { StripeAnswer, StripeLimits } from './client.js';
import { UnusableAnswer } from './unusable.js';

/** Limits the time and bytes of all answers for one object together. Each answer alone has its own limits. */
export interface ReadLimits {
  readonly signal: AbortSignal | undefined;
  readonly pagesMax: number;
  /** Counts an answer. @throws UnusableAnswer it exceeds a limit */
  note(answer: StripeAnswer): void;
}

export function createReadLimits(
  { readMs, readMaxBytes, pagesMax }: StripeLimits,
  clock: Clock,
  signal?: AbortSignal,
): ReadLimits {
  const began = clock.now().getTime();
  let bytes = 0;
  return {
    signal,
    pagesMax,
    note({ arrived }) {
      bytes += arrived.bytes;
      if (bytes > readMaxBytes) throw new UnusableAnswer('too_large', `the object has more than ${readMaxBytes} bytes`);
      if (clock.now().getTime() - began > readMs)
        throw new UnusableAnswer('too_slow', `the object is not complete after ${readMs / 1_000} s`);
    },
  };
}

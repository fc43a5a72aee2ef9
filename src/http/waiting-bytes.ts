import { LockstepError } from '../kernel/error.js';

/** Limits the bytes of all bodies that are being read or wait to be stored. */
export interface WaitingBytes {
  /** Runs the work. The bytes that it has taken are free again when it ends. */
  hold<T>(work: (held: HeldBytes) => Promise<T>): Promise<T>;
}

export interface HeldBytes {
  /** Checks that this many more bytes would fit now. Takes none. @throws inbox_full */
  check(bytes: number): void;
  /** @throws inbox_full */
  take(bytes: number): void;
}

/** The limit for all deliveries that are not stored yet, unless a single delivery may be larger. */
const DELIVERIES_BYTES = 16 * 1_048_576;

/** How many bytes of deliveries may wait at once. Each takes several times its size while it is parsed. */
export function deliveriesMax(bodyMaxBytes: number): number {
  return Math.max(DELIVERIES_BYTES, 4 * bodyMaxBytes);
}

export function createWaitingBytes(maxBytes: number): WaitingBytes {
  let waiting = 0;
  const check = (bytes: number): void => {
    if (waiting + bytes > maxBytes) throw full();
  };
  return {
    async hold(work) {
      let taken = 0;
      const take = (bytes: number): void => {
        check(bytes);
        taken += bytes;
        waiting += bytes;
      };
      try {
        return await work({ check, take });
      } finally {
        waiting -= taken;
      }
    },
  };
}

function full(): LockstepError {
  return new LockstepError('inbox_full', 'Too many deliveries are waiting for the database', {
    hint: 'send it again in a few seconds; Stripe retries by itself',
  });
}

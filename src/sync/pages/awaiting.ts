import type { Claim } from '../../inbox/marks.js';
import type { Reading } from '../../stripe/gateway.js';

/** A claim that waits for a page. */
export interface Awaiting {
  claim: Claim;
  /** Proves what the page shows of the object. If it shows nothing, the claim is given back. Resolves after that. */
  show: (reading: Reading | undefined) => Promise<void>;
}

/** `track` begins a proof that waits for its reading, and resolves when the proof has ended. */
export function awaitPage(
  claim: Claim,
  track: (claim: Claim, onPage: Promise<Reading | undefined>) => Promise<void>,
): Awaiting {
  let resolve = (_reading: Reading | undefined): void => {};
  const ended = track(claim, new Promise((resolved) => (resolve = resolved)));
  return {
    claim,
    show(reading) {
      resolve(reading);
      return ended;
    },
  };
}

import { assignSource } from '../../src/inbox/assign-source.js';
import { arrivalOf, type Arrival } from '../../src/inbox/arrival.js';
import { signerOf } from '../../src/feeds/signature.js';

export type { Arrival } from '../../src/inbox/arrival.js';

/** The account and mode that the fuzzed service mirrors. */
export const OURS = { account: 'acct_fuzz', livemode: false };

const HOME = { ...OURS, connect: false };

/** One delivery at the door: what arrived, which secrets are configured, and when. */
export interface Delivery {
  body: Buffer;
  header: string | undefined;
  secrets: readonly string[];
  now: Date;
}

/** The only call of our signature check in this suite. */
export function oursAccepts({ body, header, secrets, now }: Delivery): boolean {
  return (
    signerOf(
      body,
      header,
      secrets.map((secret) => ({ secret })),
      now,
    ) !== undefined
  );
}

/** The only call of our reading of an event in this suite. Bytes, since that is what a delivery is. */
export function readEvent(body: Buffer): Arrival | undefined {
  return arrivalOf(body.toString('utf8'), (event) => assignSource([HOME], HOME, event), 'webhook');
}

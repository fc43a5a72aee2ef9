import Stripe from 'stripe';
import type { StripeEvent } from './fake-stripe.js';

/** Delivers events to one webhook endpoint, signed, as Stripe does: whatever is not answered 2xx is sent again later. */
export interface Courier {
  /** Resolves when the endpoint has answered, whatever it said. */
  deliver(event: StripeEvent): Promise<void>;
  /** Sends what was not acknowledged again, twice more at most. */
  retry(): Promise<void>;
  /** Events never acknowledged, with the last answer. */
  refused(): readonly Refused[];
}

export interface Refused {
  event: StripeEvent;
  answer: string;
}

export const SECRET = 'whsec_peerspeerspeerspeerspeerspeers';
const MORE_TRIES = 2;

const signer = new Stripe('sk_test_signer');

/** `url` is asked for at each delivery: an engine that was started again may listen elsewhere. */
export function createCourier(url: () => string, answerWithinMs: number): Courier {
  let open: Refused[] = [];

  const deliver = async (event: StripeEvent): Promise<void> => {
    const answer = await post(url(), event, answerWithinMs);
    if (answer !== undefined) open.push({ event, answer });
  };

  return {
    deliver,
    async retry() {
      for (let tries = 0; tries < MORE_TRIES && open.length > 0; tries += 1) {
        const again = open;
        open = [];
        for (const { event } of again) await deliver(event);
      }
    },
    refused: () => open,
  };
}

/** Undefined when acknowledged, else what was wrong. */
async function post(url: string, event: StripeEvent, answerWithinMs: number): Promise<string | undefined> {
  const payload = JSON.stringify(event);
  const timestamp = Math.floor(Date.now() / 1_000);
  const signature = signer.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: payload,
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await response.text();
    return response.ok ? undefined : `${response.status} ${text.slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? TIMED_OUT : `no answer: ${String(error)}`;
  }
}

export const TIMED_OUT = 'not answered in time';

import Stripe from 'stripe';
import type { Delivery } from './ours.js';

/** `throws`: an error other than the one that means "not signed". */
export type Verdict = 'accepts' | 'refuses' | 'throws';

const TOLERANCE_S = 300;
const { webhooks } = new Stripe('sk_test_oracle');

/** What the official SDK says about a delivery; with several secrets, what the kindest of them says. */
export function sdkVerdict(delivery: Delivery): Verdict {
  const verdicts = delivery.secrets.map((secret) => verdictWith(secret, delivery));
  return verdicts.includes('accepts') ? 'accepts' : verdicts.includes('throws') ? 'throws' : 'refuses';
}

function verdictWith(secret: string, { body, header, now }: Delivery): Verdict {
  try {
    // A missing header is `undefined` in every web framework; the SDK's types leave it out, its code expects it.
    webhooks.constructEvent(body, header as string, secret, TOLERANCE_S, undefined, now.getTime());
    return 'accepts';
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return 'refuses';
    // The signature was right; what the body says comes after it.
    return error instanceof SyntaxError ? 'accepts' : 'throws';
  }
}

/** A signature of the SDK's own over `time.text`. `time` is text: whatever a verifier may make of a header's `t`. */
export function sdkSignature(time: string, text: string, secret: string): string {
  const provider = Stripe.createNodeCryptoProvider();
  return provider.computeHMACSignature(`${time}.${text}`, secret);
}

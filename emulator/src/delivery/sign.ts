import { createHmac } from 'node:crypto';

/**
 * The `Stripe-Signature` header for a body sent at `seconds`: one `v1` for each secret, and the fake `v0` that events of
 * test mode have besides, which a receiver has to ignore (https://docs.stripe.com/webhooks#verify-manually).
 */
export function signature(secrets: readonly string[], body: string, seconds: number): string {
  const macOf = (secret: string): string =>
    createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
  return [`t=${seconds}`, ...secrets.map((secret) => `v1=${macOf(secret)}`), `v0=${macOf('v0')}`].join(',');
}

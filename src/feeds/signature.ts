import { createHmac, timingSafeEqual } from 'node:crypto';
import { LockstepError } from '../kernel/error.js';

/** Seconds that a signature's time may differ from ours, in both directions. Stripe's own libraries use 300. */
export const TOLERANCE_S = 300;
const SIGNATURES_MAX = 16;

/**
 * The secrets of `STRIPE_WEBHOOK_SECRET`: several, comma-separated, while one is rolled.
 * @throws webhook_secret_missing, webhook_secret_invalid: an endpoint without a secret would accept forged events
 */
export function parseSecrets(text: string | undefined): string[] {
  const secrets = (text ?? '')
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  const hint = 'set STRIPE_WEBHOOK_SECRET to the signing secret (whsec_…) of the webhook endpoint, as Stripe shows it';
  if (secrets.length === 0)
    throw new LockstepError('webhook_secret_missing', 'No webhook secret is configured', { hint });
  if (!secrets.every((secret) => /^whsec_[A-Za-z0-9+/=_-]{8,}$/.test(secret))) {
    throw new LockstepError('webhook_secret_invalid', 'A configured webhook secret does not look like whsec_…', {
      hint,
    });
  }
  return secrets;
}

/**
 * Returns the signer whose secret made the signature of these bytes in `header` (`Stripe-Signature: t=…,v1=…[,v1=…]`),
 * at a time within the tolerance of `now`; undefined: there is none. A malformed header counts as a bad signature.
 * Schemes other than v1 are ignored.
 */
export function signerOf<Signer extends { secret: string }>(
  body: Buffer,
  header: string | undefined,
  signers: readonly Signer[],
  now: Date,
): Signer | undefined {
  const { time, signatures } = parseHeader(header ?? '');
  if (time === undefined || !isInTime(time, now)) return undefined;
  let found: Signer | undefined;
  for (const signer of signers) {
    const expected = createHmac('sha256', signer.secret).update(`${time}.`).update(body).digest();
    for (const signature of signatures) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) found ??= signer;
    }
  }
  return found;
}

/** The time of a signature, in seconds; undefined: the header has none, or no signature that could be one. */
export function timeOf(header: string): number | undefined {
  const { time, signatures } = parseHeader(header);
  return signatures.length === 0 ? undefined : time;
}

export function isInTime(time: number, now: Date): boolean {
  return Math.abs(now.getTime() / 1_000 - time) <= TOLERANCE_S;
}

function parseHeader(header: string): { time: number | undefined; signatures: Buffer[] } {
  let time: number | undefined;
  const signatures: Buffer[] = [];
  for (const part of header.split(',')) {
    const [scheme = '', value = ''] = split(part);
    if (scheme === 't' && /^\d{1,12}$/.test(value)) time = Number(value);
    else if (scheme === 'v1' && /^[0-9a-f]{64}$/.test(value) && signatures.length < SIGNATURES_MAX)
      signatures.push(Buffer.from(value, 'hex'));
  }
  return { time, signatures };
}

function split(part: string): [string, string] {
  const at = part.indexOf('=');
  return at === -1 ? [part.trim(), ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}

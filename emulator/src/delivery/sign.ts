import { createHmac } from 'node:crypto';

/** The `Stripe-Signature` header for a body sent at `seconds`: one `v1` for each secret. */
export function signature(secrets: readonly string[], body: string, seconds: number): string {
  const macs = secrets.map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex'));
  return [`t=${seconds}`, ...macs.map((mac) => `v1=${mac}`)].join(',');
}

import { createHmac } from 'node:crypto';

/** The `Stripe-Signature` header for a body sent at `seconds`. */
export function signature(secret: string, body: string, seconds: number): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
  return `t=${seconds},v1=${mac}`;
}

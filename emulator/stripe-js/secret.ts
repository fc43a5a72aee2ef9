/** Whether a client secret belongs to a payment intent or a setup intent. */
export type Kind = 'payment' | 'setup';

export interface Opened {
  readonly kind: Kind;
  readonly id: string;
  readonly secret: string;
}

/** The intent that a client secret belongs to: `pi_1_secret_x` is of payment intent `pi_1`. Null if it is not one. */
export function openSecret(secret: unknown): Opened | null {
  const match = typeof secret === 'string' ? /^((pi|seti)_\w+?)_secret_\w+$/.exec(secret) : null;
  if (!match) return null;
  return { kind: match[2] === 'pi' ? 'payment' : 'setup', id: match[1] ?? '', secret: match[0] };
}

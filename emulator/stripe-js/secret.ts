/** The kinds of intents a client secret can open. */
export type Kind = 'payment' | 'setup';

export interface Opened {
  readonly kind: Kind;
  readonly id: string;
  readonly secret: string;
}

/** Whose secret this is: `pi_1_secret_x` opens the payment intent `pi_1`. Null when it is not a client secret. */
export function openSecret(secret: unknown): Opened | null {
  const match = typeof secret === 'string' ? /^((pi|seti)_\w+?)_secret_\w+$/.exec(secret) : null;
  if (!match) return null;
  return { kind: match[2] === 'pi' ? 'payment' : 'setup', id: match[1] ?? '', secret: match[0] };
}

/** What this script reads of a payment or setup intent; the page gets the whole object. */
export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent' | 'setup_intent';
  readonly status: string;
  readonly client_secret: string;
}

/**
 * Everything that can go wrong and that somebody can act on. Closed on purpose: a new code is a decision, and the
 * documentation lists them all.
 */
export type ErrorCode =
  | 'option_unknown'
  | 'option_invalid'
  | 'config_unreadable'
  | 'stripe_key_missing'
  | 'stripe_key_invalid'
  | 'stripe_account_mismatch'
  | 'stripe_account_unknown'
  | 'stripe_unreachable'
  | 'stripe_refused'
  | 'service_unreachable'
  | 'webhook_secret_missing'
  | 'webhook_secret_invalid'
  | 'webhook_refused'
  | 'body_too_large'
  | 'body_parsed'
  | 'database_unreachable'
  | 'database_locked'
  | 'database_not_durable'
  | 'database_too_old'
  | 'schema_newer'
  | 'schema_changed'
  | 'port_taken'
  | 'emulator_state_unreadable'
  | 'emulator_unreachable'
  | 'stripe_cli_missing'
  | 'unauthorized'
  | 'forbidden'
  | 'event_not_found'
  | 'user_not_found'
  | 'price_not_found'
  | 'price_not_allowed'
  | 'promotion_code_invalid'
  | 'return_url_refused'
  | 'subscription_not_found'
  | 'already_subscribed'
  | 'request_in_progress'
  | 'idempotency_conflict'
  | 'payment_failed'
  | 'customer_stale'
  | 'customer_taken'
  | 'request_invalid'
  | 'timed_out'
  | 'stopped'
  | 'internal';

/** An error that says what happened (`message`), carries `facts`, and names the next step (`hint`). */
export class LockstepError extends Error {
  override readonly name = 'LockstepError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; facts?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.hint = more.hint;
    this.facts = more.facts ?? {};
  }
}

/** The message of whatever was thrown, for a log line or a stored reason. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

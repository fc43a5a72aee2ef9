/**
 * Every error that a caller or an operator can act on: what it means and what to do. The list is closed on purpose; a
 * new code is a decision.
 */
export type ErrorCode =
  /** Unknown option; see the hint for the likely spelling. */
  | 'option_unknown'
  /** An option or an argument is invalid. The message says which one and why. */
  | 'option_invalid'
  /** The configuration file does not exist, is not JSON, or names an environment variable that is not set. */
  | 'config_unreadable'
  /** A given file or folder cannot be read or written. The message says why. */
  | 'path_unusable'
  /** No Stripe key is configured. Set `stripeKey`, or STRIPE_SECRET_KEY. */
  | 'stripe_key_missing'
  /**
   * The key is not a secret key, or Stripe does not accept it. It may have been rolled; copy the current one from the
   * Dashboard.
   */
  | 'stripe_key_invalid'
  /** The database mirrors another account. Use a key of that account, or another database. */
  | 'stripe_account_mismatch'
  /** The restricted key may not read its own account. Allow it to read "Accounts", or set `stripeAccount`. */
  | 'stripe_account_unknown'
  /** Stripe did not answer, or its answer could not be used. Call again; nothing is done twice. */
  | 'stripe_unreachable'
  /** The customer is not deleted at Stripe, so it is not erased here. Delete it there, or erase it with `--keep-out`. */
  | 'customer_not_deleted'
  /** Stripe refused the request. The message is Stripe's own. Nothing was done. */
  | 'stripe_refused'
  /** The running service does not answer the command. Stop the service; the command then opens the database itself. */
  | 'service_unreachable'
  /** The feed is webhooks, but no secret is configured. Set `webhookSecret`, or poll with `feed: 'poll'`. */
  | 'webhook_secret_missing'
  /** A configured webhook secret does not look like `whsec_…`. Copy it again. */
  | 'webhook_secret_invalid'
  /** The webhook signature is not valid, or too old. Check the secret, and that no proxy changes the body. */
  | 'webhook_refused'
  /** The body is larger than `bodyMaxBytes`. */
  | 'body_too_large'
  /**
   * A body parser read the delivery before Lockstep, so its signature cannot be checked. The hint says how to mount
   * Lockstep.
   */
  | 'body_parsed'
  /** The database does not answer. Until it does, deliveries are answered with 503 and Stripe retries them. */
  | 'database_unreachable'
  /**
   * More deliveries arrive than the database can store. They are answered with 503 and Stripe retries them. If it
   * lasts, the database is too slow.
   */
  | 'inbox_full'
  /**
   * Another process uses the embedded database. Stop it, or use `lockstep <command>`, which calls a running service.
   */
  | 'database_locked'
  /** The embedded database does not sync its commits to disk. Use the PGlite version in package.json, or PostgreSQL. */
  | 'database_not_durable'
  /** The server is older than PostgreSQL 14. */
  | 'database_too_old'
  /** The database is not encoded in UTF-8, so it cannot hold all of Stripe's text. Create one that is. */
  | 'database_encoding'
  /** The database role lacks a permission. Nothing was changed. The hint is the grant to run. */
  | 'database_forbidden'
  /** The database does not have the tables of this version. Run `lockstep migrate`. */
  | 'schema_missing'
  /** A later version of Lockstep migrated the database. Run that version. */
  | 'schema_newer'
  /**
   * The mirror's schema has tables of another program, such as another sync engine. Set `mirrorSchema` to another
   * schema.
   */
  | 'schema_taken'
  /** An applied migration differs from the one in this version. Restore the released file. */
  | 'schema_changed'
  /**
   * A table, column, index or function of Lockstep's is missing or was changed. Run `lockstep migrate` to restore it.
   */
  | 'schema_damaged'
  /** The port is in use. Choose another, or 0 for any free port. */
  | 'port_taken'
  /** The file is not a state file of the emulator. Nothing was changed. Move it away to start over. */
  | 'emulator_state_unreadable'
  /**
   * The name of a namespace of the emulator is not valid, or a request names two. Use 1 to 40 letters and digits.
   */
  | 'namespace_invalid'
  /** No such namespace of the emulator is open, or it has none. A request with its key opens it. */
  | 'namespace_unknown'
  /** As many namespaces of the emulator are open as it allows. Drop one, or raise the limit. */
  | 'too_many_namespaces'
  /** No emulator answers at the address. Start one with `lockstep emulator`. */
  | 'emulator_unreachable'
  /** The Stripe CLI is not installed. The hint says how to install it. */
  | 'stripe_cli_missing'
  /** The request is not authenticated. Sign in, or send a bearer token. */
  | 'unauthorized'
  /** The caller may not do this, or not for this user. Call from your server, with the token. */
  | 'forbidden'
  /** Too many failed sign-ins to the console. Wait as long as the message says. */
  | 'too_many_attempts'
  /**
   * Neither the inbox nor Stripe has the event. Stripe keeps events for 30 days; `verify` with `repair` covers older
   * changes.
   */
  | 'event_not_found'
  /** The users table has no such user. */
  | 'user_not_found'
  /** Stripe has no such price, or it is archived. Use the ID of an active one. */
  | 'price_not_found'
  /** The price is not offered. Add it, its product or its lookup key to `billing.prices`. */
  | 'price_not_allowed'
  /** No such active promotion code. Ask for another. */
  | 'promotion_code_invalid'
  /** The return URL is not on an origin of `billing.returnOrigins`. */
  | 'return_url_refused'
  /** This user has no such subscription. Another user's subscription gives the same error. */
  | 'subscription_not_found'
  /**
   * The subscription has a schedule that Lockstep did not make, or a setting that a change at the end of the period
   * would lose. The message says which. Change it in the Stripe Dashboard, or change it now.
   */
  | 'schedule_conflict'
  /** The user already has a subscription in this group. Change that one, or allow several with `several` or
   * `billing.severalPerGroup`. */
  | 'already_subscribed'
  /** Another request for this user is in progress; the message says which. Wait for that request, then try again. */
  | 'request_in_progress'
  /** The idempotency key was used for another request. Use a new key for a new request. */
  | 'idempotency_conflict'
  /** The card was declined, or needs its holder to authenticate. Ask for another payment method. */
  | 'payment_failed'
  /** The user's customer was deleted at Stripe. Call again; Lockstep then creates a new one. */
  | 'customer_stale'
  /** The profile has another user's customer. Correct the ID on the profile row, or clear it. */
  | 'customer_taken'
  /**
   * The app's profile table refused the user's row or IDs, because of a required column, a constraint, a trigger, or
   * row security. The message is the database's own. Give the column a default, or create the row when the user signs
   * up.
   */
  | 'profile_refused'
  /** The cursor is not one of the change feed. Use the cursor of a change, or take a new one. */
  | 'cursor_invalid'
  /**
   * The changes after the cursor are no longer kept. Take a new cursor, read the mirror, then follow from that cursor.
   */
  | 'cursor_expired'
  /**
   * The cursor is of another database, or from before this one was restored. Take a new cursor, read the mirror, then
   * follow from that cursor.
   */
  | 'cursor_foreign'
  /** An endpoint did not take a message. The message says why; it is sent again. */
  | 'endpoint_failed'
  /** The request is invalid. The message says why. */
  | 'request_invalid'
  /** Not done in the given time. The work continues; ask again in a moment. */
  | 'timed_out'
  /** This `Lockstep`, or its process, was stopped. Create a new one. */
  | 'stopped'
  /** An unexpected error. The log has the reason. It is a bug; please report it. */
  | 'internal';

/**
 * Thrown by every call that fails for a known reason. `message` says what happened, `code` is for programs, and `hint`
 * is the next step. For an error of Stripe's, `cause` is what Stripe's SDK threw.
 */
export class LockstepError extends Error {
  /** For code that compares names instead of classes, because two copies of a package have two classes. */
  override readonly name = 'LockstepError';
  /** The kind of error, for programs. */
  readonly code: ErrorCode;
  /** The next step, for a developer or an operator; undefined if there is none. */
  readonly hint: string | undefined;
  /** Details such as IDs. Never a secret. Default `{}`. */
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

/** The message of a thrown value, for a log line or a stored reason. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

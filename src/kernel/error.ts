/**
 * Everything that can go wrong and that somebody can act on: what it means, and what to do. Closed on purpose: a new code is
 * a decision.
 */
export type ErrorCode =
  /** There is no option of this name. Correct it; the hint says which one may have been meant. */
  | 'option_unknown'
  /** An option or an argument cannot be used: the message says which and why. Correct it. */
  | 'option_invalid'
  /** The configuration file is not there, not JSON, or names an environment variable that is not set. */
  | 'config_unreadable'
  /** A file or folder that was named cannot be read or written. The message says why. */
  | 'path_unusable'
  /** No Stripe key is configured. Set `stripeKey`, or STRIPE_SECRET_KEY. */
  | 'stripe_key_missing'
  /** The key is no secret key, or Stripe does not know it. It may have been rolled: take the current one of the Dashboard. */
  | 'stripe_key_invalid'
  /** The database mirrors another account. Use a key of that account, or another database. */
  | 'stripe_account_mismatch'
  /** The restricted key may not read its own account. Let it read "Accounts", or set `stripeAccount`. */
  | 'stripe_account_unknown'
  /** Stripe did not answer, or not with an answer. Call again: nothing is done twice. */
  | 'stripe_unreachable'
  /** Stripe refused; the message is Stripe's own. Nothing was done. */
  | 'stripe_refused'
  /** The running service does not answer a command. Stop it, and the command opens the database itself. */
  | 'service_unreachable'
  /** Webhooks are the feed, and no secret is configured. Set `webhookSecret`, or poll: `feed: 'poll'`. */
  | 'webhook_secret_missing'
  /** A configured webhook secret does not look like one of Stripe's, `whsec_…`. Copy it again. */
  | 'webhook_secret_invalid'
  /** A delivery is not signed by Stripe with a configured secret, or not now. Check the secret, and that no proxy changes the body. */
  | 'webhook_refused'
  /** The body has more than `bodyMaxBytes`. */
  | 'body_too_large'
  /** A body parser read the delivery before Lockstep got it, so its signature cannot be checked. The hint says how to mount it there. */
  | 'body_parsed'
  /** The database does not answer. Deliveries are answered 503 meanwhile, and Stripe sends them again. */
  | 'database_unreachable'
  /** Another process uses the embedded database. Stop it, or ask it: `lockstep <command>` does. */
  | 'database_locked'
  /** The embedded database does not sync its commits to disk. Use the PGlite version of package.json, or PostgreSQL. */
  | 'database_not_durable'
  /** Older than PostgreSQL 14. */
  | 'database_too_old'
  /** The database is not encoded in UTF-8, so it cannot hold every text of Stripe's. Make one that is. */
  | 'database_encoding'
  /** The database role lacks a right. Nothing was changed. The hint is the grant to run. */
  | 'database_forbidden'
  /** A later version of Lockstep migrated the database. Run that one. */
  | 'schema_newer'
  /** The mirror's schema has tables that another program made, such as another sync engine. Name another: `mirrorSchema`. */
  | 'schema_taken'
  /** A migration that was applied is not the one of this version. Restore the released file. */
  | 'schema_changed'
  /** A table, column, index or function of ours is missing or was changed. `lockstep migrate` makes it again; the message says what it cannot. */
  | 'schema_damaged'
  /** The port is in use. Choose another, or 0 for any free one. */
  | 'port_taken'
  /** The file is no state of the emulator. Nothing was changed; move it away to begin anew. */
  | 'emulator_state_unreadable'
  /** No emulator answers where the command asked. Start one: `lockstep emulator`. */
  | 'emulator_unreachable'
  /** The official Stripe CLI is not installed. The hint says how. */
  | 'stripe_cli_missing'
  /** Nobody known asks. Sign in, or send a bearer token. */
  | 'unauthorized'
  /** The caller may not do this, or not for this user. Ask as the app's own server, with the token. */
  | 'forbidden'
  /** Neither the inbox nor Stripe has the event: Stripe keeps events for 30 days. `verify` with `repair` finds what older ones changed. */
  | 'event_not_found'
  /** There is no such user in the users table. */
  | 'user_not_found'
  /** Stripe has no such price, or it is archived. Use the id of an active one. */
  | 'price_not_found'
  /** The price is not offered. Name it, its product or its lookup key in `billing.prices`. */
  | 'price_not_allowed'
  /** There is no such active promotion code. Ask for another. */
  | 'promotion_code_invalid'
  /** The address is on none of the origins of `billing.returnOrigins`. */
  | 'return_url_refused'
  /** This user has no such subscription; another's is answered in the same way. */
  | 'subscription_not_found'
  /**
   * The subscription has a schedule with plans that were not made here, or a setting that a change at the end of the period
   * would lose. The message says which. Change it in the Stripe Dashboard, or change it now.
   */
  | 'schedule_conflict'
  /** The user has a subscription of this group. Change that one, or allow several: `several`, `billing.severalPerGroup`. */
  | 'already_subscribed'
  /** Another subscription is being made for this user. Wait for its answer, then ask again. */
  | 'request_in_progress'
  /** The idempotency key was used for something else. Use a new one for a new request. */
  | 'idempotency_conflict'
  /** The card was declined, or needs its holder. Ask for another payment method. */
  | 'payment_failed'
  /** The user's customer was deleted at Stripe. Call again: a new one is made. */
  | 'customer_stale'
  /** The profile names a customer that is another user's. Correct the id on the profile row, or empty it. */
  | 'customer_taken'
  /**
   * The app's profile table does not take the user's row or ids: another required column, a constraint, a trigger, row security.
   * The message is the database's own. Give the column a default, or make the row when the user signs up.
   */
  | 'profile_refused'
  /** The request is not as described: the message says what is wrong with it. */
  | 'request_invalid'
  /** Not within the time given. What was asked for goes on; ask again in a moment. */
  | 'timed_out'
  /** This `Lockstep`, or the process, has been stopped. Make a new one. */
  | 'stopped'
  /** Something that was not foreseen. The log has the reason; it is a defect: please report it. */
  | 'internal';

/**
 * What every call throws that fails for a known reason: `message` says what happened, `code` is for programs, `hint` names
 * the next step. Of Stripe's own errors, `cause` is what the official SDK threw.
 */
export class LockstepError extends Error {
  /** For whoever compares names instead of classes: two copies of a package have two classes. */
  override readonly name = 'LockstepError';
  /** What kind of error it is. */
  readonly code: ErrorCode;
  /** The next step, in a sentence for a developer or an operator; undefined where there is none. */
  readonly hint: string | undefined;
  /** What it is about, such as ids. Never a secret. Default `{}`. */
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

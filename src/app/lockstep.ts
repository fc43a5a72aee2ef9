import type { Backfilled } from '../listing/backfill.js';
import type { BackfillRequest, VerifyReport, VerifyRequest } from '../engine/operations.js';
import type { Status } from '../engine/status.js';
import type { Hooks } from '../hooks/hook.js';
import type { Billing } from '../billing/billing.js';
import type { Identity } from './settings.js';

/** What the framework knows about a request. Adapters fill this in. */
export interface FetchOptions {
  /** The path below which Lockstep's routes are. Default: the option `basePath`. */
  basePath?: string | undefined;
  /** Returns who sent the request. Default: the option `identify`. */
  identify?: (() => Identity | Promise<Identity>) | undefined;
  /**
   * Set if the framework had already read the body, so that the request has a copy. The text says how to fix that in
   * this framework. Default: the body was not read.
   */
  bodyRead?: string | undefined;
  /**
   * Keeps the process alive after the answer (`waitUntil`, or `after` of Next.js). Without a background, the objects
   * that the request marked are proven then. Default: they wait for the next `run`.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/**
 * Keeps Stripe and the app's database in step. `createLockstep` returns it. It starts at the first use; register hooks
 * before that. Every call may throw `database_unreachable`. The first call may also throw what `start` throws.
 */
export interface Lockstep extends Hooks, Billing {
  /**
   * Answers the service's routes below the base path: `POST /stripe-webhooks`, `POST /create-customer/:username`,
   * `/v1/users/{id}/…`, `GET /v1/openapi.json`, `GET /healthz`, `GET /readyz`, and those for the operator. Never
   * throws: an error is answered as `{ error: { code, message, hint } }` with its status.
   */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
  /**
   * Opens the database, migrates it, asks Stripe which accounts the keys belong to, and begins. The first use of any
   * other call does the same. A second call waits for the first; after a failure, it tries again.
   * @throws stripe_key_missing, webhook_secret_missing a secret is missing
   * @throws stripe_key_invalid, stripe_unreachable, stripe_account_unknown, stripe_account_mismatch
   * @throws database_unreachable, database_locked, database_too_old, schema_newer, schema_changed, schema_taken
   * @throws option_invalid the option `users` names a table or column that the database does not have
   */
  start(): Promise<void>;
  /**
   * Finishes the accepted work and closes. Later calls fail with `stopped`. An engine that is shared in this process
   * runs until the last one stops. A second call does nothing.
   */
  stop(): Promise<void>;
  /**
   * For hosts where nothing runs between requests, and for scripts. It does what is due now: it reads missed events,
   * sweeps, proves marked objects, and runs hooks. A hook that fails is tried again in a later run. Resolves when that
   * is done, or after `forMs` milliseconds (default 50,000), with the status then. If Stripe does not answer, that is
   * logged and left to the next run.
   */
  run(options?: { forMs?: number }): Promise<Status>;
  /** What is not proven, since when, and when everything was last proven equal. Reads only the database. */
  status(): Promise<Status>;
  /**
   * Compares every row of the types with Stripe's lists. With `repair`, objects that differ are read again and fixed.
   * The report names what Stripe did not answer for.
   * @throws option_invalid unknown type
   */
  verify(request: VerifyRequest): Promise<VerifyReport>;
  /**
   * Loads all objects of the types into the mirror. Default: of all types that can be listed. It can run during live
   * traffic, and resumes where it was interrupted. Resolves when everything has been read, with an outcome for each
   * type.
   * @throws option_invalid unknown type
   */
  backfill(request?: BackfillRequest): Promise<Backfilled[]>;
  /**
   * Runs one statement on the same database, in its own transaction, with `$1…` bound to `values`. It is the only way
   * to query the embedded database, which no other process can open. `timestamptz` is returned as Date, `bigint` as
   * number (as bigint beyond 2^53), `numeric` as text, `jsonb` parsed.
   */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

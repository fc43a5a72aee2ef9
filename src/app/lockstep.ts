import type { Backfilled } from '../listing/backfill.js';
import type { BackfillRequest, VerifyReport, VerifyRequest } from '../engine/operations.js';
import type { Status } from '../engine/status.js';
import type { Hooks } from '../hooks/hook.js';
import type { Billing } from '../billing/billing.js';
import type { Identity } from './settings.js';

/** What the framework around a request knows of it. Adapters fill this in. */
export interface FetchOptions {
  /** The path below which the app hands over. Default: the option `basePath`. */
  basePath?: string | undefined;
  /** Who sent it. Default: the option `identify`. */
  identify?: (() => Identity | Promise<Identity>) | undefined;
  /**
   * The body was read before, and the request's is made from what was read: how to fix that in this framework.
   * Default: it was not read.
   */
  bodyRead?: string | undefined;
  /**
   * Keeps the process alive after the answer (`waitUntil`, Next's `after`), to prove what the request marked where nothing runs in
   * the background. Default: that waits for the next run.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/**
 * Stripe and the app's database, in step. Made by `createLockstep`; starts at the first use, and hooks are registered before
 * that. Every call may throw `database_unreachable`, and what the first one may throw is told at `start`.
 */
export interface Lockstep extends Hooks, Billing {
  /**
   * Answers the service's routes below the base path: `POST /stripe-webhooks`, `POST /create-customer/:username`,
   * `/v1/users/{id}/…` and `GET /v1/openapi.json`, `GET /healthz`, `GET /readyz`, and the operator's. Never throws: an error is
   * `{ error: { code, message, hint } }` with its status.
   */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
  /**
   * Opens the database, migrates it, learns whose the keys are, and begins. Called again, or at the first use, it waits
   * for the same; after a failure it tries again.
   * @throws stripe_key_missing, webhook_secret_missing a secret is not there
   * @throws stripe_key_invalid, stripe_unreachable, stripe_account_unknown, stripe_account_mismatch
   * @throws database_unreachable, database_locked, database_too_old, schema_newer, schema_changed, schema_taken
   * @throws option_invalid the option `users` names what is not in the database
   */
  start(): Promise<void>;
  /**
   * Finishes what was accepted, closes, and answers `stopped` from then on. An engine that others in this process share
   * keeps running until the last one stops. A second call does nothing more.
   */
  stop(): Promise<void>;
  /**
   * For hosts where nothing runs between requests, and for scripts: reads missed events, sweeps what is due, proves what is
   * marked, and runs the hooks that are due, now. A hook that fails is put off, and does not hold it up.
   * Resolves when that is done or after `forMs` milliseconds (default 50,000), with how things stand then. What Stripe
   * does not answer is logged and left to the next run.
   */
  run(options?: { forMs?: number }): Promise<Status>;
  /** How things stand: what is not proven, since when, and when everything was last proven equal. Asks the database alone. */
  status(): Promise<Status>;
  /**
   * Compares every row of the types with Stripe, by listing. With `repair`, what differs is read again and fixed. What
   * Stripe does not answer is said in the report.
   * @throws option_invalid there is no such type
   */
  verify(request: VerifyRequest): Promise<VerifyReport>;
  /**
   * Reads everything of the types (default: of all that can be listed) into the mirror, beside live traffic; resumes
   * where it was interrupted. Resolves when all of it has been read, with an outcome for each type.
   * @throws option_invalid there is no such type
   */
  backfill(request?: BackfillRequest): Promise<Backfilled[]>;
  /**
   * One statement on the same database, in a transaction of its own, `$1…` bound to `values`: the door to the embedded one, which nobody else can open.
   * `timestamptz` comes as Date, `bigint` as number (as bigint beyond 2^53), `numeric` as text, `jsonb` parsed.
   */
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

import type * as v from 'valibot';
import type { Billing } from '../../billing/billing.js';
import type { User } from '../../billing/users/users.js';
import type { Caller } from '../caller.js';

/** What a caller wants to do for a user, as `authorize` sees it. */
export type Action =
  /** Ask what the user has, and wait until it is settled. */
  | 'access.read'
  /** Make the user's customer, where there is none. */
  | 'customer.write'
  /** List invoices, and preview the next one. */
  | 'invoices.read'
  /** Open a checkout, the billing portal, or a set-up. */
  | 'pages.open'
  /** List subscriptions, and preview a change of one. */
  | 'subscriptions.read'
  /** Make, change, cancel or resume one. */
  | 'subscriptions.write'
  /** Pause its collection. The app's own server alone. */
  | 'subscriptions.pause'
  /** Report usage. The app's own server alone. */
  | 'usage.write'
  /** Say that a user has changed or is deleted. The app's own server alone. */
  | 'user.write';

/**
 * Whether a caller may do this for the user, such as
 * `({ caller, action }) => caller.kind === 'service' || action !== 'subscriptions.write'`.
 * Called after our own rules, so it can only deny more. `false` is answered `forbidden`.
 */
export type Authorize = (ask: { caller: Caller; user: User; action: Action }) => boolean | Promise<boolean>;

/** What a handler is given: everything has been checked. */
export interface Call<Asked> {
  billing: Billing;
  user: User;
  caller: Caller;
  /** When the request came. */
  now: Date;
  /** The body, or the query of a GET. */
  asked: Asked;
  /** The subscription in the path; empty where there is none. */
  id: string;
  idempotencyKey: string | undefined;
}

type Schema = v.GenericSchema;

/** One route for a user, as a row: routing, checks and documentation are made from it. */
export interface UserRoute<Asked extends Schema = Schema> {
  method: 'GET' | 'POST';
  /** As in OpenAPI. It names the user as `{user}`, by the id, or as `{username}`. */
  path: string;
  /** `user`: the user, or the app's own server for any user. `server`: the app's own server alone. */
  caller: 'user' | 'server';
  action: Action;
  summary: string;
  /** What the document says besides. */
  note?: string;
  /** In the document. Default: the method and the words of the path. */
  operationId?: string;
  /** The query of a GET, or the body. */
  asked: Asked;
  /** A body and an idempotency key are ignored. */
  takesNoBody?: boolean;
  answer: Schema;
  /** The user need not be in the users table any more. */
  userMayBeGone?: boolean;
  /** Fields that only the app's own server may send: what they say costs the app money. */
  serviceOnly?: readonly string[];
  run(call: Call<v.InferOutput<Asked>>): Promise<unknown>;
}

/** Keeps a row's own types while it stands among others. */
export function userRoute<Asked extends Schema>(row: UserRoute<Asked>): UserRoute {
  return row;
}

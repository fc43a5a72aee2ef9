import type * as v from 'valibot';
import type { Billing } from '../../billing/billing.js';
import type { User } from '../../billing/users/users.js';
import type { Caller } from '../caller.js';

/** An action that a caller wants to do for a user. It is passed to `authorize`. */
export type Action =
  /** Read what the user has, or wait until it is settled. */
  | 'access.read'
  /** Create the user's customer, if there is none. */
  | 'customer.write'
  /** List invoices, or preview the next one. */
  | 'invoices.read'
  /** Open a checkout, the billing portal, or a setup. */
  | 'pages.open'
  /** List subscriptions, or preview a change of one. */
  | 'subscriptions.read'
  /** Create, change, cancel, or resume a subscription. */
  | 'subscriptions.write'
  /** Pause the collection of payments. Only the app's own server may. */
  | 'subscriptions.pause'
  /** Report usage. Only the app's own server may. */
  | 'usage.write'
  /** Report that a user has changed or is deleted. Only the app's own server may. */
  | 'user.write';

/**
 * Whether a caller may do this for the user, such as
 * `({ caller, action }) => caller.kind === 'service' || action !== 'subscriptions.write'`.
 * Called after Lockstep's own rules, so it can only deny more. `false` is answered `forbidden`.
 */
export type Authorize = (ask: { caller: Caller; user: User; action: Action }) => boolean | Promise<boolean>;

/** What a handler gets. Everything in it has been checked. */
export interface Call<Asked> {
  billing: Billing;
  user: User;
  caller: Caller;
  /** When the request arrived. */
  now: Date;
  /** The values of the body, or of the query of a GET. */
  asked: Asked;
  /** The id of the subscription in the path. Empty if the path has none. */
  id: string;
  idempotencyKey: string | undefined;
}

type Schema = v.GenericSchema;

/** One route for a user. Routing, checks, and the OpenAPI document all use this row. */
export interface UserRoute<Asked extends Schema = Schema> {
  method: 'GET' | 'POST';
  /** The path, in OpenAPI's form. It has the user's id as `{user}`, or the username as `{username}`. */
  path: string;
  /** Who may call it. `user`: the user, or the app's own server for any user. `server`: only the app's own server. */
  caller: 'user' | 'server';
  action: Action;
  summary: string;
  /** A further description for the document. */
  note?: string;
  /** The operation's id in the document. Default: the method and the words of the path. */
  operationId?: string;
  /** The schema of the query of a GET, or of the body. */
  asked: Asked;
  /** A body and an idempotency key are ignored. */
  takesNoBody?: boolean;
  answer: Schema;
  /** The user may be gone from the users table. */
  userMayBeGone?: boolean;
  /** Fields that only the app's own server may send, because they can cost the app money. */
  serviceOnly?: readonly string[];
  run(call: Call<v.InferOutput<Asked>>): Promise<unknown>;
}

/** Checks a row with its own types, and returns it with the type that all rows share. */
export function userRoute<Asked extends Schema>(row: UserRoute<Asked>): UserRoute {
  return row;
}

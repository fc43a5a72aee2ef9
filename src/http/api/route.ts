import type * as v from 'valibot';
import type { Billing } from '../../billing/billing.js';
import type { User } from '../../billing/users.js';
import type { Caller } from '../caller.js';

/** What a caller wants to do for a user, as `authorize` sees it. */
export type Action =
  | 'access.read'
  | 'customer.write'
  | 'invoices.read'
  | 'pages.open'
  | 'subscriptions.read'
  | 'subscriptions.write'
  | 'subscriptions.pause'
  | 'usage.write'
  | 'user.write';

/** What a handler is given: everything has been checked. */
export interface Call<Asked> {
  billing: Billing;
  user: User;
  caller: Caller;
  /** The body, or the query of a GET. */
  asked: Asked;
  /** The subscription in the path; empty where there is none. */
  id: string;
  idempotencyKey: string | undefined;
}

type Schema = v.GenericSchema;

/** One endpoint below `/v1/users/{user}`, as a row: routing, checks and documentation are made from it. */
export interface Route<Asked extends Schema = Schema> {
  method: 'get' | 'post';
  /** After `/v1/users/{user}`. */
  path: string;
  action: Action;
  summary: string;
  asked: Asked;
  answer: Schema;
  /** The user need not be in the users table any more. */
  userMayBeGone?: boolean;
  /** Fields that only the app's own server may send: what they say costs the app money. */
  serviceOnly?: readonly string[];
  run(call: Call<v.InferOutput<Asked>>): Promise<unknown>;
}

/** Keeps a row's own types while it stands among others. */
export function route<Asked extends Schema>(row: Route<Asked>): Route {
  return row;
}

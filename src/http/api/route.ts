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

import type { Clauses } from './clauses.js';
import type { History } from './history.js';
import type { Budget } from './world.js';

/** What is checked: a rule, what the source goes through, and how much may go wrong on the way. */
export interface Scenario {
  readonly rule: Clauses;
  readonly history: History;
  readonly budget: Budget;
  /** How many seconds the clock may reach; 1 means that all changes share one. */
  readonly seconds: number;
  /** An event's `created` may be a second older than its commit. */
  readonly inverted: boolean;
  /** The change that is our own write, marked by us without waiting for its event; 0: none. */
  readonly ownWrite: number;
  readonly lists: Lists;
}

/** What is assumed of Stripe's lists: how old the states on a page may be, in the moment it is asked for. */
export type Lists = 'as fresh as a read' | 'a while behind' | 'any time behind';

export const calm: Budget = { duplicates: 0, losses: 0, expiries: 0, crashes: 0, listings: 0, pages: 0 };

import type { Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import type { OwnWrites } from '../own-writes.js';
import type { PostDeps } from '../post-to-stripe.js';
import type { BillingConfig } from '../settings.js';
import type { Customers } from '../users/customers.js';
import type { Users } from '../users/users.js';
import type { Attempts } from './attempts.js';
import type { OpenCheckouts } from './open-checkouts.js';
import type { Prices } from './prices.js';
import type { SubscribedGroups } from './subscribed-groups.js';

/** What the calls of this folder depend on. */
export interface SellingDeps extends PostDeps {
  users: Users;
  customers: Customers;
  ownWrites: OwnWrites;
  attempts: Attempts;
  prices: Prices;
  subscribedGroups: SubscribedGroups;
  openCheckouts: OpenCheckouts;
  settings: BillingConfig;
  database: Database;
  source: Source;
}

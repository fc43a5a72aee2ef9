import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Marks } from '../inbox/marks.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { Gateway } from '../stripe/gateway.js';
import { accessOf, type Access } from './access.js';
import { createAttempts } from './attempts.js';
import { createCustomers, type Customers } from './customers.js';
import { createOpenCheckouts } from './open-checkouts.js';
import { createOwnWrites, type OwnWrites } from './own-writes.js';
import { createPrices } from './prices.js';
import { createSessions, type HostedPages } from './sessions.js';
import { createSettled, type SettledCustomer } from './settled.js';
import type { BillingConfig } from './settings.js';
import { createSubscribedGroups } from './subscribed-groups.js';
import { createSubscriptions, type Subscriptions } from './subscriptions.js';
import { createUsage, type Usage } from './usage.js';
import { createUserChanges, type UserChanges } from './user-changes.js';
import { createUsers, type Users, type UsersConfig } from './users.js';

/** Billing for the app's own users. */
export interface Billing {
  users: Users & UserChanges;
  customers: Customers;
  subscriptions: Subscriptions;
  /** Stripe's own pages, and a card for later. */
  sessions: HostedPages;
  /** Usage of metered prices. */
  usage: Usage;
  /** What a user has: subscriptions, entitlements, invoices. */
  for(user: { id: string }): Access;
  /** For the page that a person comes back to from Stripe. */
  settled: SettledCustomer;
  ownWrites: OwnWrites;
}

export interface BillingParts {
  database: Database;
  marks: Marks;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  clock: Clock;
  log: Log;
  wake: () => void;
}

export function createBilling(parts: BillingParts, config: UsersConfig, settings: BillingConfig): Billing {
  const { database, gateway, source } = parts;
  const mirrorSchema = parts.mirror.schema;
  const users = createUsers(database, config);
  const ownWrites = createOwnWrites(parts);
  const customers = createCustomers({ ...parts, users, ownWrites });
  const prices = createPrices({ database, gateway, source, mirrorSchema, allowed: settings.prices });
  const subscribedGroups = createSubscribedGroups({ gateway, prices });
  const openCheckouts = createOpenCheckouts({ ...parts, mirrorSchema, ownWrites });
  const attempts = createAttempts(parts);
  const shared = { ...parts, settings, customers, ownWrites, attempts, prices, subscribedGroups, openCheckouts };
  const { pastDueKeepsAccess, onUserDeletion } = settings;
  return {
    ...{ customers, ownWrites },
    users: { ...users, ...createUserChanges({ ...shared, users, onUserDeletion }) },
    subscriptions: createSubscriptions(shared),
    sessions: createSessions(shared),
    usage: createUsage(shared),
    for: (user) => accessOf(user, { database, gateway, source, pastDueKeepsAccess }),
    settled: createSettled({ ...shared, mirrorSchema }),
  };
}

import { LockstepError } from '../../kernel/error.js';
import { keyText } from '../../kernel/source.js';
import { explainStripe } from '../explain.js';
import type { OwnWrites } from '../own-writes.js';
import { onAppTables } from './app-tables.js';
import { createCustomer, type CreateCustomerDeps } from './create-customer.js';
import { requiredColumns } from './fit-users.js';
import {
  customerTaken,
  findLink,
  insertLink,
  isElsewhere,
  knownByMetadata,
  readLink,
  renewLink,
  setCustomer,
  type Link,
} from './links.js';
import type { Relinking } from './relink.js';
import { saveOnProfile } from './save-on-profile.js';
import type { User, Users } from './users.js';

/** The Stripe customer of each user, for the rest of billing. */
export interface Customers {
  /** See `Billing.customers.ensure`. */
  ensure(user: User): Promise<{ id: string; created: boolean }>;
  /**
   * Runs work that uses the customer at Stripe. If Stripe says that the customer does not exist, it is proven to be
   * gone, so that the next `ensure` creates a new one.
   * @throws customer_stale, or the error for another refusal of Stripe's
   */
  unlessStale<T>(customerId: string, work: () => Promise<T>): Promise<T>;
}

export interface CustomersDeps extends CreateCustomerDeps {
  users: Users;
  ownWrites: OwnWrites;
  relinking: Relinking;
}

export function createCustomers(deps: CustomersDeps): Customers {
  return {
    ensure: (user) => ensure(deps, user),
    unlessStale: (customerId, work) => unlessStale(deps, customerId, work),
  };
}

async function ensure(deps: CustomersDeps, user: User): Promise<{ id: string; created: boolean }> {
  const link = await openLink(deps, user);
  if (link.customerId !== null) return { id: link.customerId, created: false };
  const id = await createCustomer(deps, user, link);
  await save(deps, user, id);
  return { id, created: true };
}

/** The user's link. A new one, with the parameters for the request, if there is none or its customer is gone. */
async function openLink(deps: CustomersDeps, user: User): Promise<Link> {
  const { database, mirror, source } = deps;
  const link = (await findLink(deps, user)) ?? (await newLink(deps, user));
  if (link.customerId === null) return link;
  const key = { ...source, type: 'customer', id: link.customerId };
  const row = (await mirror.read(database, [key])).get(keyText(key));
  if (row?.deleted !== true) return link;
  await renewLink(deps, user, link);
  return readLink(deps, user);
}

async function newLink(deps: CustomersDeps, user: User): Promise<Link> {
  await deps.relinking.done();
  const relinked = await findLink(deps, user);
  if (relinked !== undefined) return relinked;
  const profile = await deps.users.profile(user.id);
  if (profile === undefined) await checkProfileCanBeMade(deps); // before a customer is created that could not be saved
  const named = profile?.customerId ?? null;
  const isHere = named !== null && !(await isElsewhere(deps, user, named));
  const known = isHere ? named : (deps.relinking.customerOf(user) ?? (await knownByMetadata(deps, user)));
  await deps.database.transaction(async (tx) => {
    const made = await insertLink(deps, tx, user, known);
    if (made && known !== null && profile === undefined) await onAppTables(saveOnProfile(deps.users, tx, user, known));
  });
  const link = await findLink(deps, user);
  if (link !== undefined) return link;
  if (known !== null) throw customerTaken(user);
  return newLink(deps, user); // another call's link was in the way, and Stripe has refused it since
}

/** @throws profile_refused */
async function checkProfileCanBeMade({ database, users }: CustomersDeps): Promise<void> {
  const required = await requiredColumns(database, users.config);
  if (required.length === 0) return;
  const { table } = users.config.profile;
  throw new LockstepError(
    'profile_refused',
    `This user has no row in ${table}, and ${required.join(', ')} is required`,
    {
      hint: 'create the row when the user signs up, or give the column a default',
      facts: { table, columns: required },
    },
  );
}

async function save(deps: CustomersDeps, user: User, id: string): Promise<void> {
  const { database, users, ownWrites } = deps;
  await database.transaction(async (tx) => {
    await ownWrites.hint(tx, [{ type: 'customer', id }]);
    await setCustomer(deps, tx, user, id);
    await onAppTables(saveOnProfile(users, tx, user, id));
  });
  ownWrites.wake();
}

async function unlessStale<T>({ ownWrites }: CustomersDeps, customerId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const explained = explainStripe(error);
    if (explained.code === 'customer_stale') {
      await ownWrites.proven([{ type: 'customer', id: customerId }]).catch(() => {}); // if not now, it is proven later
    }
    throw explained;
  }
}

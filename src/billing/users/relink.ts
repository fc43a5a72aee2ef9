import type Stripe from 'stripe';
import { factsOf } from '../../stripe/failure.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import type { Gateway } from '../../stripe/gateway.js';
import { USER_METADATA } from '../access/views.js';
import type { OwnWrites } from '../own-writes.js';
import { onAppTables } from './app-tables.js';
import { insertLink, type LinksDeps } from './links.js';
import { saveOnProfile } from './save-on-profile.js';
import type { User, Users } from './users.js';

/** The time that this database knows nothing of: from its last state to the start of this process. */
export interface Gap {
  from: Date;
  to: Date;
}

export interface RelinkDeps extends LinksDeps {
  gateway: Gateway;
  users: Users;
  ownWrites: OwnWrites;
  log: Log;
  /** null: this database was in use a moment ago. */
  gap: Gap | null;
}

/**
 * After a restore from a backup, links users again to the customers that were created after the backup. Without it, such
 * a user would get a second customer, and the profile would not know the first.
 */
export interface Relinking {
  /**
   * Resolves when the customers of the gap are linked. The first call begins; after a failure the next call does.
   * @throws stripe_unreachable Stripe could not list them
   */
  done(): Promise<void>;
  /**
   * The customer of the gap that names this user, if none was linked: for a user who was added later. null: none.
   * @throws customer_taken it has another email, so it may be somebody else's: apps use ids again
   */
  customerOf(user: User): string | null;
}

export const nothingToRelink: Relinking = { done: () => Promise.resolve(), customerOf: () => null };

export function createRelinking(deps: RelinkDeps): Relinking {
  const { gap } = deps;
  if (gap === null) return nothingToRelink;
  const left = new Map<string, Stripe.Customer>();
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      await relink(deps, gap, left);
    } catch (error) {
      running = undefined;
      throw error;
    }
  };
  return {
    done: () => (running ??= run()),
    customerOf(user) {
      const customer = left.get(user.id);
      if (customer !== undefined && !isSamePerson(user, customer)) throw inDoubt(user, customer);
      return customer?.id ?? null;
    },
  };
}

async function relink(deps: RelinkDeps, gap: Gap, left: Map<string, Stripe.Customer>): Promise<void> {
  const { users, log } = deps;
  let linked = 0;
  for await (const customer of customersOf(deps, gap)) {
    const named = customer.metadata[USER_METADATA] as string;
    const user = await users.byId(named);
    if (user === undefined || !isSamePerson(user, customer)) left.set(user?.id ?? named, customer);
    else if (await link(deps, user, customer.id)) linked += 1;
  }
  log.info({
    event: 'customer.relinked',
    from: gap.from.toISOString(),
    to: gap.to.toISOString(),
    linked,
    left: left.size,
  });
}

/** The customers that were created for users in that time, the oldest last. */
async function* customersOf({ gateway }: RelinkDeps, { from, to }: Gap): AsyncGenerator<Stripe.Customer> {
  const created = { gte: seconds(from), lte: seconds(to) };
  for (let after: string | undefined; ;) {
    const page = await listed(gateway.list('/v1/customers', { created, starting_after: after }));
    const customers = page.data as unknown as readonly Stripe.Customer[];
    yield* customers.filter(({ metadata }) => metadata?.[USER_METADATA] !== undefined);
    after = customers.at(-1)?.id;
    if (!page.hasMore || after === undefined) return;
  }
}

async function listed<Page>(page: Promise<Page>): Promise<Page> {
  try {
    return await page;
  } catch (cause) {
    throw new LockstepError('stripe_unreachable', `Stripe did not list its customers: ${messageOf(cause)}`, {
      hint: 'call again; no customer is created before Stripe has answered',
      facts: factsOf(cause),
      cause,
    });
  }
}

/** By the email. After a restore, an app may give the id of a user who was lost to somebody else. */
function isSamePerson(user: User, customer: Stripe.Customer): boolean {
  const [ours, theirs] = [user.email ?? '', customer.email ?? ''];
  return ours === '' || theirs === '' || ours.toLowerCase() === theirs.toLowerCase();
}

function inDoubt(user: User, { id }: Stripe.Customer): LockstepError {
  return new LockstepError('customer_taken', `Customer ${id} at Stripe is of a user with this ID and another email`, {
    hint: 'if it is the same person, write that customer ID on the profile row; if not, give new users IDs that nobody had before',
    facts: { user: user.id, customer: id },
  });
}

/** Whether this call linked them. It does not if the user has a customer already. */
async function link(deps: RelinkDeps, user: User, customerId: string): Promise<boolean> {
  const { database, users, ownWrites } = deps;
  const made = await database.transaction(async (tx) => {
    if (!(await insertLink(deps, tx, user, customerId))) return false;
    await ownWrites.hint(tx, [{ type: 'customer', id: customerId }]);
    await onAppTables(saveOnProfile(users, tx, user, customerId));
    return true;
  });
  if (made) ownWrites.wake();
  return made;
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}

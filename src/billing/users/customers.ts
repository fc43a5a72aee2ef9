import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import type { Mirror } from '../../mirror/mirror.js';
import { keyText, type Source } from '../../kernel/source.js';
import type { Database, Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql, trusted } from '../../store/sql.js';
import { factsOf, stripeFailureOf, worthRetrying } from '../../stripe/failure.js';
import type { Gateway, StripeObject } from '../../stripe/gateway.js';
import { onAppTables } from './app-tables.js';
import { explainStripe, hintOf } from '../explain.js';
import { requiredColumns } from './fit-users.js';
import type { OwnWrites } from '../own-writes.js';
import { pauseMs } from '../post-to-stripe.js';
import { readBlanks } from './profiles.js';
import { tableName, type User, type Users } from './users.js';
import { USER_METADATA } from '../access/views.js';

export interface Customers {
  /**
   * The user's Stripe customer: exactly one, also under concurrent calls, retries and a crash at any point. Made with the
   * user's full name and email where there is none; its id is saved on the profile row. One that is there is adopted
   * where the profile names it, or its metadata the user (`lockstep_user`, as read from Stripe), never by its email.
   * @throws customer_taken the profile names another user's customer
   * @throws stripe_unreachable Stripe did not answer, though asked several times: call again, nothing is doubled
   * @throws stripe_refused Stripe will not make it
   */
  ensure(user: User): Promise<{ id: string; created: boolean }>;
  /**
   * Does something with the customer at Stripe. Where Stripe says that there is no such customer, it is proven to be gone, so
   * that the next `ensure` makes a new one.
   * @throws customer_stale, and what else Stripe's refusal means
   */
  unlessStale<T>(customerId: string, work: () => Promise<T>): Promise<T>;
}

export interface CustomersOptions {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  users: Users;
  ownWrites: OwnWrites;
  clock: Clock;
  chance: Chance;
  log: Log;
}

interface Link {
  idempotencyKey: string;
  parameters: Record<string, unknown>;
  askedAt: Date;
  customerId: string | null;
}

const TRIES = 6;
// Stripe forgets an idempotency key after 24 hours; from here on it is asked whether the customer was made after all.
const KEY_LIFETIME_MS = 20 * 3_600_000;

export function createCustomers(options: CustomersOptions): Customers {
  const { database, mirror, gateway, source, users, ownWrites, clock, chance, log } = options;

  const ensure: Customers['ensure'] = async (user) => {
    const link = await openLink(user);
    if (link.customerId !== null) return { id: link.customerId, created: false };
    const customer = await obtain(user, link);
    await save(user, customer);
    return { id: customer.id as string, created: true };
  };

  /** The user's link; a new one, with the parameters it will ask with, where there is none or its customer is gone. */
  const openLink = async (user: User): Promise<Link> => {
    const link = (await findLink(user)) ?? (await newLink(user));
    if (link.customerId === null) return link;
    const key = { ...source, type: 'customer', id: link.customerId };
    const row = (await mirror.read(database, [key])).get(keyText(key));
    if (row?.deleted !== true) return link;
    await renewLink(user, { ...link, customerId: link.customerId });
    return readLink(user);
  };

  const newLink = async (user: User): Promise<Link> => {
    const profile = await users.profile(user.id);
    if (profile === undefined) await checkProfileCanBeMade(); // before there is a customer that could not be saved
    const named = profile?.customerId ?? null;
    const isHere = named !== null && !(await isElsewhere(user, named));
    const known = isHere ? named : await knownByMetadata(user);
    await database.transaction(async (tx) => {
      const made = await insertLink(tx, user, known);
      if (made && known !== null && profile === undefined) await onAppTables(saveOnProfile(tx, user, known));
    });
    const link = await findLink(user);
    if (link !== undefined) return link;
    if (known !== null) throw taken(user);
    return newLink(user); // another call's stood in the way, and has been refused since
  };

  const checkProfileCanBeMade = async (): Promise<void> => {
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
  };

  const insertLink = async (tx: Queryable, user: User, customerId: string | null): Promise<boolean> => {
    const made = await tx.query(sql`
      insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id, linked_at)
      values (${source.account}, ${source.livemode}, ${user.id}, ${chance.uuid()}, ${json(parametersOf(user))}::jsonb,
        ${clock.now()}::timestamptz, ${customerId}, case when ${customerId}::text is not null then ${clock.now()}::timestamptz end)
      on conflict do nothing returning 1`);
    return made.length > 0;
  };

  // An app that goes live with the database of its tests has their customers on its profile rows.
  const isElsewhere = async (user: User, customerId: string): Promise<boolean> => {
    const links = await database.query(sql`
      select 1 from lockstep.sources s join lockstep.links l on l.account = s.account and l.livemode = s.livemode
      where l.user_id = ${user.id} and l.customer_id = ${customerId}
        and not (s.account = ${source.account} and s.livemode = ${source.livemode}) limit 1`);
    return links.length > 0;
  };

  // Only what was read from Stripe counts, and nobody's customer but whose nobody else is: never by email.
  const knownByMetadata = async (user: User): Promise<string | null> => {
    const [found] = await database.query<{ id: string }>(sql`
      select c.id from ${name(mirror.schema, 'customers')} c
      where c.metadata ->> ${trusted(`'${USER_METADATA}'`)} = ${user.id} and c.metadata ? ${trusted(`'${USER_METADATA}'`)}
        and c.account = ${source.account} and c.livemode = ${source.livemode} and not c.deleted and c.proven_at is not null
        and not exists (select from lockstep.links l
          where l.account = c.account and l.livemode = c.livemode and l.customer_id = c.id)
      order by c.created, c.id limit 1`);
    return found?.id ?? null;
  };

  const findLink = async (user: User): Promise<Link | undefined> => {
    const [link] = await database.query<Link>(sql`
      select idempotency_key as "idempotencyKey", parameters, asked_at as "askedAt", customer_id as "customerId"
      from lockstep.links where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}`);
    return link;
  };

  const readLink = async (user: User): Promise<Link> => {
    const link = await findLink(user);
    if (link === undefined) throw taken(user);
    return link;
  };

  // Compare and set: of several callers one draws the new key, and all ask with it. What the user had stays the user's.
  const renewLink = (user: User, stale: Link): Promise<unknown> =>
    database.query(sql`
      with renewed as (
      update lockstep.links set idempotency_key = ${chance.uuid()}, parameters = ${json(parametersOf(user))}::jsonb,
        asked_at = ${clock.now()}::timestamptz, customer_id = null, linked_at = null
      where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}
        and idempotency_key = ${stale.idempotencyKey} and customer_id is not distinct from ${stale.customerId}
      returning account, livemode, user_id)
      insert into lockstep.past_links (account, livemode, user_id, customer_id, ended_at)
      select account, livemode, user_id, ${stale.customerId}, ${clock.now()}::timestamptz from renewed
      where ${stale.customerId}::text is not null on conflict do nothing`);

  // What Stripe finds fault with, such as an email, it has not made. Asked with the same key it would be the same
  // again, also once the app has fixed it.
  const dropLink = (user: User, { idempotencyKey }: Link): Promise<unknown> =>
    database.query(sql`
      delete from lockstep.links where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}
        and idempotency_key = ${idempotencyKey} and customer_id is null`);

  const obtain = async (user: User, link: Link): Promise<StripeObject> => {
    let current = link;
    for (let attempt = 1; ; attempt += 1) {
      if (clock.now().getTime() - current.askedAt.getTime() > KEY_LIFETIME_MS) {
        const made = await findMade(user, current);
        if (made !== undefined) return made;
        await renewLink(user, current);
        current = await readLink(user);
      }
      try {
        return await gateway.post('/v1/customers', current.parameters, { idempotencyKey: current.idempotencyKey });
      } catch (error) {
        const failure = stripeFailureOf(error);
        log.warn({ event: 'customer.create_failed', failure, attempt, ...factsOf(error) });
        if (!worthRetrying(failure)) {
          if (factsOf(error)['type'] === 'StripeInvalidRequestError') await dropLink(user, current);
          throw refused(error);
        }
        if (attempt === TRIES) throw unreachable(error);
        // Stripe replays a stored 500 to the same key forever: look whether the customer was made, else draw a new key.
        const status = factsOf(error)['status'];
        if (status === 500 && attempt > 1) {
          const made = await findMade(user, current);
          if (made !== undefined) return made;
          await renewLink(user, current);
          current = await readLink(user);
          if (current.customerId !== null) return { object: 'customer', id: current.customerId };
        }
        await clock.sleep(pauseMs(attempt, chance));
      }
    }
  };

  /** A customer that was made for this user since the link was opened, though its answer never came. Never by email. */
  const findMade = async (user: User, link: Link): Promise<StripeObject | undefined> => {
    const created = { gte: Math.floor(link.askedAt.getTime() / 1_000) - 60 };
    for (let after: string | undefined; ;) {
      const page = await gateway.list('/v1/customers', { created, starting_after: after });
      const made = page.data.find(
        (customer) => (customer['metadata'] as Record<string, unknown> | undefined)?.[USER_METADATA] === user.id,
      );
      after = page.data.at(-1)?.id;
      if (made !== undefined || !page.hasMore || after === undefined) return made;
    }
  };

  const save = async (user: User, customer: StripeObject): Promise<void> => {
    const id = customer.id as string;
    await database.transaction(async (tx) => {
      await ownWrites.hint(tx, [{ type: 'customer', id }]);
      await tx.query(sql`
        update lockstep.links set customer_id = ${id}, linked_at = ${clock.now()}::timestamptz
        where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id} and customer_id is null`);
      await onAppTables(saveOnProfile(tx, user, id));
    });
    ownWrites.wake();
  };

  const saveOnProfile = async (tx: Queryable, user: User, id: string): Promise<void> => {
    const { table, userId, customerId, subscriptionId } = users.config.profile;
    const updated = await tx.query(sql`
      update ${tableName(table)} set ${name(customerId)} = ${id} where ${name(userId)} = ${user.id} returning 1`);
    if (updated.length > 0 || table === users.config.table) return;
    const { subscription } = await readBlanks(tx, users.config);
    // A column that must not be null has no default either, often: it gets what stands for none there.
    const blank = subscriptionId === null || subscription === null ? undefined : { subscriptionId, subscription };
    await tx.query(
      blank === undefined
        ? sql`insert into ${tableName(table)} (${name(userId)}, ${name(customerId)}) values (${user.id}, ${id})`
        : sql`insert into ${tableName(table)} (${name(userId)}, ${name(customerId)}, ${name(blank.subscriptionId)})
            values (${user.id}, ${id}, ${blank.subscription})`,
    );
  };

  const unlessStale: Customers['unlessStale'] = async (customerId, work) => {
    try {
      return await work();
    } catch (error) {
      const said = explainStripe(error);
      if (said.code === 'customer_stale') {
        await ownWrites.proven([{ type: 'customer', id: customerId }]).catch(() => {}); // it stays marked and is proven later
      }
      throw said;
    }
  };

  return { ensure, unlessStale };
}

/** What is sent to Stripe about a user. */
export function parametersOf(user: User): Record<string, unknown> {
  const parameters: Record<string, unknown> = { metadata: { [USER_METADATA]: user.id } };
  if (user.name !== '') parameters['name'] = user.name;
  if (user.email !== null && user.email !== '') parameters['email'] = user.email;
  return parameters;
}

function taken(user: User): LockstepError {
  return new LockstepError('customer_taken', 'The customer on the profile of this user belongs to another user', {
    hint: 'correct the customer ID on the profile row, or clear it so that Lockstep creates a new customer',
    facts: { user: user.id },
  });
}

function refused(cause: unknown): LockstepError {
  return new LockstepError('stripe_refused', `Stripe refused to create the customer: ${messageOf(cause)}`, {
    cause,
    facts: factsOf(cause),
    hint: hintOf(cause),
  });
}

function unreachable(cause: unknown): LockstepError {
  return new LockstepError('stripe_unreachable', 'Stripe did not answer', {
    hint: 'call again; no customer is created twice',
    cause,
  });
}

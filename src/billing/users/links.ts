import type { Chance } from '../../kernel/chance.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError } from '../../kernel/error.js';
import type { Source } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Database, Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql, trusted } from '../../store/sql.js';
import { USER_METADATA } from '../access/views.js';
import type { User } from './users.js';

/** The link from a user to a customer. Until the customer exists, it has the request that creates the customer. */
export interface Link {
  idempotencyKey: string;
  parameters: Record<string, unknown>;
  askedAt: Date;
  customerId: string | null;
}

export interface LinksDeps {
  database: Database;
  mirror: Mirror;
  source: Source;
  clock: Clock;
  chance: Chance;
}

export async function findLink({ database, source }: LinksDeps, user: User): Promise<Link | undefined> {
  const [link] = await database.query<Link>(sql`
    select idempotency_key as "idempotencyKey", parameters, asked_at as "askedAt", customer_id as "customerId"
    from lockstep.links where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}`);
  return link;
}

/** @throws customer_taken there is no link, because another user has the customer */
export async function readLink(deps: LinksDeps, user: User): Promise<Link> {
  const link = await findLink(deps, user);
  if (link === undefined) throw customerTaken(user);
  return link;
}

/** Returns whether this call inserted the link. It does not if the user or the customer already has one. */
export async function insertLink(
  { source, clock, chance }: LinksDeps,
  tx: Queryable,
  user: User,
  customerId: string | null,
): Promise<boolean> {
  const made = await tx.query(sql`
    insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id, linked_at)
    values (${source.account}, ${source.livemode}, ${user.id}, ${chance.uuid()}, ${json(parametersOf(user))}::jsonb,
      ${clock.now()}::timestamptz, ${customerId}, case when ${customerId}::text is not null then ${clock.now()}::timestamptz end)
    on conflict do nothing returning 1`);
  return made.length > 0;
}

/** Compare and set: one of several callers draws the new key, and all use it. Past customers stay the user's. */
export async function renewLink(
  { database, source, clock, chance }: LinksDeps,
  user: User,
  stale: Link,
): Promise<void> {
  await database.query(sql`
    with renewed as (
      update lockstep.links set idempotency_key = ${chance.uuid()}, parameters = ${json(parametersOf(user))}::jsonb,
        asked_at = ${clock.now()}::timestamptz, customer_id = null, linked_at = null
      where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}
        and idempotency_key = ${stale.idempotencyKey} and customer_id is not distinct from ${stale.customerId}
      returning account, livemode, user_id)
    insert into lockstep.past_links (account, livemode, user_id, customer_id, ended_at)
    select account, livemode, user_id, ${stale.customerId}, ${clock.now()}::timestamptz from renewed
    where ${stale.customerId}::text is not null on conflict do nothing`);
}

/**
 * Drops the link after Stripe has refused the request, for example because of an invalid email. With the same key,
 * Stripe would repeat the refusal even after the app has corrected the email.
 */
export async function dropLink({ database, source }: LinksDeps, user: User, { idempotencyKey }: Link): Promise<void> {
  await database.query(sql`
    delete from lockstep.links where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}
      and idempotency_key = ${idempotencyKey} and customer_id is null`);
}

/** Sets the customer of the user, unless the user already has one. */
export async function setCustomer(
  { source, clock }: LinksDeps,
  tx: Queryable,
  user: User,
  customerId: string,
): Promise<void> {
  await tx.query(sql`
    update lockstep.links set customer_id = ${customerId}, linked_at = ${clock.now()}::timestamptz
    where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id} and customer_id is null`);
}

/**
 * Whether the customer belongs to the user in another account or mode. If an app goes live with its test database, its
 * profile rows name customers of test mode.
 */
export async function isElsewhere({ database, source }: LinksDeps, user: User, customerId: string): Promise<boolean> {
  const links = await database.query(sql`
    select 1 from lockstep.sources s join lockstep.links l on l.account = s.account and l.livemode = s.livemode
    where l.user_id = ${user.id} and l.customer_id = ${customerId}
      and not (s.account = ${source.account} and s.livemode = ${source.livemode}) limit 1`);
  return links.length > 0;
}

/**
 * Finds a customer whose metadata names the user and that no user has. Only proven rows count. The email never counts.
 */
export async function knownByMetadata({ database, mirror, source }: LinksDeps, user: User): Promise<string | null> {
  const [found] = await database.query<{ id: string }>(sql`
    select c.id from ${name(mirror.schema, 'customers')} c
    where c.metadata ->> ${trusted(`'${USER_METADATA}'`)} = ${user.id} and c.metadata ? ${trusted(`'${USER_METADATA}'`)}
      and c.account = ${source.account} and c.livemode = ${source.livemode} and not c.deleted and c.proven_at is not null
      and not exists (select from lockstep.links l
        where l.account = c.account and l.livemode = c.livemode and l.customer_id = c.id)
    order by c.created, c.id limit 1`);
  return found?.id ?? null;
}

/** The parameters of a customer that are sent to Stripe for a user. */
export function parametersOf(user: User): Record<string, unknown> {
  const parameters: Record<string, unknown> = { metadata: { [USER_METADATA]: user.id } };
  if (user.name !== '') parameters['name'] = user.name;
  if (user.email !== null && user.email !== '') parameters['email'] = user.email;
  return parameters;
}

export function customerTaken(user: User): LockstepError {
  return new LockstepError('customer_taken', 'The customer on the profile of this user belongs to another user', {
    hint: 'correct the customer ID on the profile row, or clear it so that Lockstep creates a new customer',
    facts: { user: user.id },
  });
}

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

/** Which customer is a user's; while there is none, the request that one is asked for with. */
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

/** @throws customer_taken there is none: another user has the customer */
export async function readLink(deps: LinksDeps, user: User): Promise<Link> {
  const link = await findLink(deps, user);
  if (link === undefined) throw customerTaken(user);
  return link;
}

/** Whether this call made it: not if the user or the customer has a link already. */
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

/** Compare and set: of several callers one draws the new key, and all ask with it. What the user had stays the user's. */
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
 * Stripe has not created what it objected to, such as an invalid email. With the same key it would repeat the objection,
 * even after the app has corrected the email.
 */
export async function dropLink({ database, source }: LinksDeps, user: User, { idempotencyKey }: Link): Promise<void> {
  await database.query(sql`
    delete from lockstep.links where account = ${source.account} and livemode = ${source.livemode} and user_id = ${user.id}
      and idempotency_key = ${idempotencyKey} and customer_id is null`);
}

/** The customer becomes the user's, unless the user has one since. */
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
 * Whether the customer is the user's in another account or mode. An app that goes live with the database of its tests has
 * their customers on its profile rows.
 */
export async function isElsewhere({ database, source }: LinksDeps, user: User, customerId: string): Promise<boolean> {
  const links = await database.query(sql`
    select 1 from lockstep.sources s join lockstep.links l on l.account = s.account and l.livemode = s.livemode
    where l.user_id = ${user.id} and l.customer_id = ${customerId}
      and not (s.account = ${source.account} and s.livemode = ${source.livemode}) limit 1`);
  return links.length > 0;
}

/**
 * A customer whose metadata names the user and which no user has. Only what was read from Stripe counts, and the email never
 * does.
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

/** What is sent to Stripe about a user. */
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

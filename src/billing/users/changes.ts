import type { Source } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql } from '../../store/sql.js';
import { stripeFailureOf } from '../../stripe/failure.js';
import { address, orGone, post, type PostDeps } from '../post-to-stripe.js';
import type { Billing } from '../billing.js';
import { checkMetadata } from '../validate.js';
import type { Customers } from './customers.js';
import { parametersOf } from './links.js';
import { customerStale, explainStripe } from '../explain.js';
import type { OwnWrites } from '../own-writes.js';
import type { OnUserDeletion } from '../settings.js';
import { tableName, type User, type Users } from './users.js';

/** A field whose value in the app differs from the one at Stripe. */
export interface Difference {
  /** The field's name. */
  field: 'name' | 'email';
  /** The value in the app; empty: none. */
  app: string;
  /** The value at Stripe; empty: none. */
  stripe: string;
  /** Who changed it since the last synchronization. A change by the app is sent by `changed`. */
  changedBy: 'app' | 'stripe' | 'both';
}

export interface UserChangesDeps extends PostDeps {
  database: Database;
  mirror: Mirror;
  source: Source;
  users: Users;
  customers: Customers;
  ownWrites: OwnWrites;
  onUserDeletion: OnUserDeletion;
}

/** The values that were last sent to Stripe, or that Stripe has. */
type Told = Partial<Record<'name' | 'email', string>>;

interface Linked {
  customerId: string;
  told: Told;
  stripe: Told | null;
}

const FIELDS = ['name', 'email'] as const;
const ORPHANS = 100;

export function createUserChanges(deps: UserChangesDeps): Billing['users'] {
  const { users } = deps;
  return {
    changed: async (ref, metadata = {}) => changed(deps, await users.find(ref), metadata),
    differences: async (ref) => differences(deps, await users.find(ref)),
    deleted: async (id, what = deps.onUserDeletion) => deleted(deps, await users.canonicalId(String(id)), what),
    orphans: () => orphans(deps),
  };
}

async function changed(
  deps: UserChangesDeps,
  user: User,
  metadata: Readonly<Record<string, string>>,
): Promise<string[]> {
  const link = await findLinked(deps, user.id);
  if (link === undefined) return [];
  const { customerId, told, stripe } = link;
  const now = toldOf(user);
  const moved = FIELDS.filter((field) => now[field] !== (told[field] ?? ''));
  const sent = moved.filter((field) => stripe?.[field] !== now[field]);
  const own = checkMetadata(metadata);
  const fields = [...sent, ...Object.keys(own).map((key) => `metadata.${key}`)];
  if (fields.length > 0) {
    const parameters = { ...pick(now, sent), ...(Object.keys(own).length === 0 ? {} : { metadata: own }) };
    await deps.customers.unlessStale(customerId, () => tell(deps, customerId, parameters));
    await deps.ownWrites.proven([{ type: 'customer', id: customerId }]);
  }
  // Noted after Stripe has it. After a crash in between, it is sent once more, which changes nothing.
  await note(deps, user.id, customerId, pick(now, moved));
  return fields;
}

async function differences(deps: UserChangesDeps, user: User): Promise<Difference[]> {
  const link = await findLinked(deps, user.id);
  if (link === undefined || link.stripe === null) return [];
  const { told, stripe } = link;
  const now = toldOf(user);
  return FIELDS.flatMap((field) => {
    const [app, there, before] = [now[field] ?? '', stripe[field] ?? '', told[field] ?? ''];
    if (app === there) return [];
    const changedBy = app === before ? 'stripe' : there === before ? 'app' : 'both';
    return [{ field, app, stripe: there, changedBy }];
  });
}

async function deleted(deps: UserChangesDeps, userId: string, what: OnUserDeletion): Promise<void> {
  const link = await findLinked(deps, userId);
  if (link === undefined) return;
  try {
    if (what === 'cancel') await endSubscriptions(deps, link.customerId);
    if (what === 'delete') await deleteCustomer(deps, link.customerId);
  } catch (error) {
    throw explainStripe(error);
  }
  await unlink(deps, userId, link.customerId);
}

async function orphans({ database, source, users }: UserChangesDeps): Promise<string[]> {
  const { table, id } = users.config;
  const rows = await database.query<{ id: string }>(sql`
    select l.user_id as id from lockstep.links l
    left join ${tableName(table)} u on u.${name(id)}::text = l.user_id
    where l.account = ${source.account} and l.livemode = ${source.livemode} and l.customer_id is not null and u.${name(id)} is null
    order by l.user_id limit ${ORPHANS}`);
  return rows.map((row) => row.id);
}

async function findLinked({ database, mirror, source }: UserChangesDeps, userId: string): Promise<Linked | undefined> {
  const [row] = await database.query<Linked>(sql`
    select l.customer_id as "customerId", l.parameters as told,
      case when c.id is not null then jsonb_build_object('name', coalesce(c.name, ''), 'email', coalesce(c.email, '')) end as stripe
    from lockstep.links l
    left join ${name(mirror.schema, 'customers')} c
      on c.account = l.account and c.livemode = l.livemode and c.id = l.customer_id and not c.deleted
    where l.account = ${source.account} and l.livemode = ${source.livemode} and l.user_id = ${userId} and l.customer_id is not null`);
  return row;
}

async function note(
  { database, source }: UserChangesDeps,
  userId: string,
  customerId: string,
  told: Told,
): Promise<void> {
  await database.query(sql`
    update lockstep.links set parameters = parameters || ${json(told)}::jsonb
    where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId} and customer_id = ${customerId}`);
}

async function unlink({ database, source }: UserChangesDeps, userId: string, customerId: string): Promise<void> {
  await database.query(sql`
    with past as (delete from lockstep.past_links
      where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId})
    delete from lockstep.links
    where account = ${source.account} and livemode = ${source.livemode} and user_id = ${userId} and customer_id = ${customerId}`);
}

async function endSubscriptions({ gateway, ownWrites }: UserChangesDeps, customer: string): Promise<void> {
  for (;;) {
    const { data } = await gateway.list('/v1/subscriptions', { customer });
    const open = data.filter(({ status }) => status !== 'incomplete_expired');
    if (open.length === 0) return;
    for (const { id } of open) await orGone(gateway.delete(address`/v1/subscriptions/${id}`));
    await ownWrites.proven(open.map(({ id }) => ({ type: 'subscription', id: id as string })));
  }
}

async function tell(deps: UserChangesDeps, customer: string, parameters: Record<string, unknown>): Promise<void> {
  try {
    await post(deps, address`/v1/customers/${customer}`, parameters);
  } catch (error) {
    throw stripeFailureOf(error) === 'missing' ? customerStale(error) : error;
  }
}

async function deleteCustomer({ gateway, ownWrites }: UserChangesDeps, customer: string): Promise<void> {
  await orGone(gateway.delete(address`/v1/customers/${customer}`));
  await ownWrites.proven([{ type: 'customer', id: customer }]);
}

function toldOf(user: User): Told {
  const { name: fullName = '', email = '' } = parametersOf(user) as { name?: string; email?: string };
  return { name: fullName, email };
}

function pick(told: Told, fields: readonly (keyof Told)[]): Told {
  return Object.fromEntries(fields.map((field) => [field, told[field] ?? '']));
}

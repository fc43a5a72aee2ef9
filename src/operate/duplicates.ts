import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { name, sql, type Sql } from '../store/sql.js';

/** What looks as if it was made twice, or belongs to nobody. Nothing of it is changed. */
export interface DuplicatesReport {
  /** Customers that have an email address in common, without regard to case. */
  sameEmail: DuplicateGroup[];
  /** Customers of one user of the app. */
  sameUser: DuplicateGroup[];
  /** Users, or customers without a user, with several subscriptions that have not ended. */
  severalLive: LiveGroup[];
  /** Customers with a subscription that has not ended, which are linked to no user. Absent: no user is linked at all. */
  unlinked: Unlinked[] | null;
  /** So many of each are in the report at most. */
  limit: number;
}

export interface DuplicateGroup extends Source {
  /** The address with its letters hidden, or the user's id. */
  what: string;
  customers: { id: string; live: number }[];
}

export interface LiveGroup extends Source {
  /** null: the customer is linked to no user. */
  user: string | null;
  subscriptions: { id: string; customer: string; status: string }[];
}

export interface Unlinked extends Source {
  customer: string;
  live: number;
}

const LIMIT = 100;

/** Reads all customers and all subscriptions that have not ended: on a million of them it takes seconds. */
export async function findDuplicates(database: Database, mirrorSchema: string): Promise<DuplicatesReport> {
  const listing = database.within('listing');
  const read = <Row>(statement: Sql): Promise<Row[]> => listing.query<Row>(statement);
  const live = liveIn(mirrorSchema);
  const [linked] = await read<{ some: boolean }>(sql`
    select exists (select from lockstep.links where customer_id is not null) as some`);
  const sameEmail = await read<DuplicateGroup>(byEmail(mirrorSchema, live));
  return {
    sameEmail: sameEmail.map((group) => ({ ...group, what: masked(group.what) })),
    sameUser: await read<DuplicateGroup>(byUser(mirrorSchema, live)),
    severalLive: await read<LiveGroup>(severalLive(live)),
    unlinked: linked?.some === true ? await read<Unlinked>(unlinked(live)) : null,
    limit: LIMIT,
  };
}

/** 'ada@example.com' → 'a…@example.com' */
function masked(address: string): string {
  const [local = '', domain = ''] = address.split('@');
  return `${local.slice(0, 1)}…@${domain}`;
}

// Ended for good, as `lockstep.user_subscriptions` has it.
const liveIn = (schema: string): Sql => sql`
  (select s.account, s.livemode, s.id, s.customer, s.status from ${name(schema, 'subscriptions')} s
   where not s.deleted and s.customer is not null and s.status not in ('canceled', 'incomplete_expired', 'incomplete'))`;

const grouped = (live: Sql): Sql => sql`
  jsonb_agg(jsonb_build_object('id', c.id, 'live', (
    select count(*) from ${live} l where l.account = c.account and l.livemode = c.livemode and l.customer = c.id)) order by c.id)`;

const byEmail = (schema: string, live: Sql): Sql => sql`
  select c.account, c.livemode, min(lower(c.email)) as what, ${grouped(live)} as customers
  from ${name(schema, 'customers')} c where not c.deleted and c.email like '%@%'
  group by c.account, c.livemode, lower(c.email) having count(*) > 1 order by count(*) desc, 3 limit ${LIMIT}`;

const byUser = (schema: string, live: Sql): Sql => sql`
  select c.account, c.livemode, u.user_id as what, ${grouped(live)} as customers
  from (select distinct account, livemode, user_id, customer_id from lockstep.user_customers) u
  join ${name(schema, 'customers')} c on c.account = u.account and c.livemode = u.livemode and c.id = u.customer_id and not c.deleted
  group by c.account, c.livemode, u.user_id having count(*) > 1 order by count(*) desc, 3 limit ${LIMIT}`;

const severalLive = (live: Sql): Sql => sql`
  select l.account, l.livemode, min(u.user_id) as user,
    jsonb_agg(jsonb_build_object('id', l.id, 'customer', l.customer, 'status', l.status) order by l.id) as subscriptions
  from ${live} l
  left join (select distinct account, livemode, user_id, customer_id from lockstep.user_customers) u
    on u.account = l.account and u.livemode = l.livemode and u.customer_id = l.customer
  group by l.account, l.livemode, coalesce('user ' || u.user_id, 'customer ' || l.customer)
  having count(*) > 1 order by count(*) desc, 1 limit ${LIMIT}`;

const unlinked = (live: Sql): Sql => sql`
  select l.account, l.livemode, l.customer, count(*) as live from ${live} l
  where not exists (select from lockstep.user_customers u
    where u.account = l.account and u.livemode = l.livemode and u.customer_id = l.customer)
  group by l.account, l.livemode, l.customer order by l.customer limit ${LIMIT}`;

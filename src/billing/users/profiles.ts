import type { Log } from '../../kernel/log.js';
import type { Source } from '../../kernel/source.js';
import type { Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql, trusted, type Sql } from '../../store/sql.js';
import type { StripeObject } from '../../stripe/gateway.js';
import { idOf } from '../../stripe/id-of.js';
import { objectionOf } from './app-tables.js';
import { quoted, tableName, type UsersConfig } from './users.js';

/** Keeps the two id columns of the app's profile rows equal to what the mirror has proven. */
export interface Profiles {
  /** Sets the ids of the users that these objects belong to. Runs in the transaction that writes the proof. */
  follow(tx: Queryable, changed: readonly ProvenObject[]): Promise<void>;
  /** Sets the ids of every linked user. Returns how many were wrong. Repairs rows that the app overwrote. */
  followAll(tx: Queryable): Promise<number>;
  /** Returns how many linked users have wrong ids. Changes nothing. */
  wrong(tx: Queryable): Promise<number>;
  /** How many profiles name this customer. */
  naming(database: Queryable, customerId: string): Promise<number>;
  /** Blanks the ids on the profiles that name this customer. Returns how many did. */
  forget(tx: Queryable, customerId: string): Promise<number>;
  /** Links users whose profile already names a customer, because the app used Stripe before Lockstep. */
  adopt(tx: Queryable): Promise<void>;
}

export interface ProvenObject {
  type: string;
  id: string;
  /** null: Stripe has no such object. */
  after: StripeObject | null;
}

export interface ProfileIdsDeps {
  source: Source;
  mirrorSchema: string;
  config: UsersConfig;
  /** Logs errors that the app's tables raise. Default: nothing is logged. */
  log?: Log | undefined;
  /** The value for "no id" in each column: null, or '' if the column must not be null. */
  blanks: Blanks;
}

export interface Blanks {
  customer: '' | null;
  subscription: '' | null;
  /** The type of the column that names the user, as PostgreSQL writes it. */
  userType: string | undefined;
}

export function createProfiles(deps: ProfileIdsDeps): Profiles {
  const everyone = trusted('true');
  return {
    follow: (tx, changed) => follow(deps, tx, changed),
    followAll: async (tx) => (await setInSavepoint(deps, tx, everyone)) ?? setEach(deps, tx),
    wrong: async (tx) => (await tx.query(wrongIds(deps, everyone))).length,
    naming: (database, customerId) => countNaming(deps, database, customerId),
    forget: async (tx, customerId) => (await tx.query(blankIds(deps, customerId))).length,
    adopt: async (tx) => void (await tx.query(adoptProfiles(deps.source, deps.config))),
  };
}

async function follow(deps: ProfileIdsDeps, tx: Queryable, changed: readonly ProvenObject[]): Promise<void> {
  const { config } = deps;
  const customers = changed.filter(({ type }) => type === 'customer');
  const subscriptions = changed.filter(({ type }) => type === 'subscription');
  const ids = [
    ...customers.map(({ id }) => id),
    ...subscriptions.flatMap(({ after }) => idOf(after?.['customer']) ?? []),
  ];
  if (ids.length > 0) await setInSavepoint(deps, tx, sql`l.customer_id = ${any(ids)}`);
  // A deleted subscription no longer names its customer, so its user is found by the profile that names it.
  const gone = subscriptions.filter(({ after }) => after === null).map(({ id }) => id);
  if (gone.length > 0 && config.profile.subscriptionId !== null)
    await setInSavepoint(deps, tx, hasSubscription(config, gone));
}

/** Sets the ids of one user after the other, so that an error in one row does not affect the others. */
async function setEach(deps: ProfileIdsDeps, tx: Queryable): Promise<number> {
  let changed = 0;
  for (const { user } of await tx.query<{ user: string }>(wrongIds(deps, trusted('true')))) {
    changed += (await setInSavepoint(deps, tx, sql`l.user_id = ${user}`)) ?? 0;
  }
  return changed;
}

/**
 * Returns how many ids were set. Undefined: the app's table raised an error, and none was set. It runs in a savepoint,
 * so that an error of the app's triggers or constraints never holds up the mirror.
 */
async function setInSavepoint(deps: ProfileIdsDeps, tx: Queryable, condition: Sql): Promise<number | undefined> {
  await tx.script('savepoint profiles');
  try {
    const changed = await setAll(deps, tx, condition);
    await tx.script('release savepoint profiles');
    return changed;
  } catch (error) {
    const objection = objectionOf(error);
    if (objection === undefined) throw error;
    await tx.script('rollback to savepoint profiles; release savepoint profiles');
    const { code, facts } = objection;
    deps.log?.warn({ event: 'profile.refused', code, ...facts });
    return undefined;
  }
}

/**
 * Two subscriptions of one customer may be proven at the same time, and neither transaction sees the other. So each
 * locks the link first, and the second one reads again after the first.
 */
async function setAll(deps: ProfileIdsDeps, tx: Queryable, condition: Sql): Promise<number> {
  const { source } = deps;
  await tx.query(sql`
    select 1 from lockstep.links l
    where l.account = ${source.account} and l.livemode = ${source.livemode} and l.customer_id is not null and ${condition}
    order by l.user_id for update`);
  return (await tx.query(setIds(deps, condition))).length;
}

/** Reads from the database's catalog whether the columns may be null, and the type of the user column. */
export async function readBlanks(database: Queryable, { profile }: UsersConfig): Promise<Blanks> {
  const rows = await database.query<{ name: string; required: boolean; type: string }>(sql`
    select attname as name, attnotnull as required, format_type(atttypid, null) as type from pg_attribute where attrelid = to_regclass(${quoted(profile.table)})`);
  const blankOf = (column: string | null): '' | null =>
    rows.some(({ name, required }) => name === column && required) ? '' : null;
  const userType = rows.find(({ name }) => name === profile.userId)?.type;
  return { customer: blankOf(profile.customerId), subscription: blankOf(profile.subscriptionId), userType };
}

/**
 * SQL: whether a profile row belongs to the user that a link names. Links name users by text. A comparison as text
 * could use no index, and every proof of a subscription would read all profiles. So the text is cast to the column's
 * type. A text that cannot be cast matches no row.
 */
function isOf(profileUser: Sql, linkUser: Sql, type: string | undefined): Sql {
  const kind = KINDS[type ?? ''];
  if (kind === undefined) return sql`${profileUser}::text = ${linkUser}`;
  const { looksLike, as } = kind;
  return sql`${profileUser} = case when ${linkUser} ~ ${trusted(`'${looksLike}'`)} then ${linkUser}::${trusted(as)} end`;
}

/** An index of any integer type fits a comparison with bigint. */
const WHOLE = { looksLike: '^(-?[0-9]{1,18}|[1-8][0-9]{18}|9[01][0-9]{17})$', as: 'bigint' };
const KINDS: Readonly<Record<string, { looksLike: string; as: string }>> = {
  bigint: WHOLE,
  integer: WHOLE,
  smallint: WHOLE,
  uuid: { looksLike: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', as: 'uuid' },
  text: { looksLike: '', as: 'text' },
  'character varying': { looksLike: '', as: 'text' },
};

function any(ids: readonly string[]): Sql {
  return sql`any(array(select jsonb_array_elements_text(${json(ids)}::jsonb)))`;
}

function hasSubscription({ profile }: UsersConfig, ids: readonly string[]): Sql {
  if (profile.subscriptionId === null) return trusted('false');
  return sql`exists (select from ${tableName(profile.table)} q
    where q.${name(profile.userId)}::text = l.user_id and q.${name(profile.subscriptionId)} = ${any(ids)})`;
}

/**
 * SQL: the ids that profiles must have, computed only from proven state. These are the customer, while Stripe has it,
 * and the newest of its subscriptions that has not ended. If a row shows a snapshot that is not proven yet, its proven
 * state is on the mark.
 */
const wantedIds = ({ source, mirrorSchema, blanks }: ProfileIdsDeps, condition: Sql): Sql => {
  const newest = sql`
    select s.id from ${name(mirrorSchema, 'subscriptions')} s
    left join lockstep.dirty d on d.account = s.account and d.livemode = s.livemode and d.type = 'subscription' and d.id = s.id
    cross join lateral (select case when s.proven_at is null then d.prior -> 'data' else s.data end as proven) state
    where s.account = l.account and s.livemode = l.livemode and s.customer = l.customer_id and not s.deleted
      and state.proven ->> 'status' not in ('canceled', 'incomplete_expired')
    order by s.created desc, s.id desc limit 1`;
  return sql`
    select l.user_id,
      case when gone then ${blanks.customer}::text else l.customer_id end as customer_id,
      coalesce(case when not gone then (${newest}) end, ${blanks.subscription}::text) as subscription_id
    from lockstep.links l
    left join ${name(mirrorSchema, 'customers')} c on c.account = l.account and c.livemode = l.livemode and c.id = l.customer_id
    cross join lateral (select coalesce(c.deleted, false) as gone) deletion
    where l.account = ${source.account} and l.livemode = ${source.livemode} and l.customer_id is not null and ${condition}`;
};

const setIds = (deps: ProfileIdsDeps, condition: Sql): Sql => {
  const { table, userId, customerId, subscriptionId } = deps.config.profile;
  const subscription = subscriptionId === null ? trusted('') : sql`, ${name(subscriptionId)} = w.subscription_id`;
  return sql`
    update ${tableName(table)} p set ${name(customerId)} = w.customer_id ${subscription}
    from (${wantedIds(deps, condition)}) w
    where ${isOf(sql`p.${name(userId)}`, trusted('w.user_id'), deps.blanks.userType)} and (${areWrong(deps.config)})
    returning p.${name(userId)}`;
};

async function countNaming({ config: { profile } }: ProfileIdsDeps, database: Queryable, id: string): Promise<number> {
  const rows = await database.query(
    sql`select 1 from ${tableName(profile.table)} p where p.${name(profile.customerId)} = ${id}`,
  );
  return rows.length;
}

const blankIds = ({ config: { profile }, blanks }: ProfileIdsDeps, customerId: string): Sql => {
  const { table, userId, subscriptionId } = profile;
  const subscription =
    subscriptionId === null ? trusted('') : sql`, ${name(subscriptionId)} = ${blanks.subscription}::text`;
  return sql`
    update ${tableName(table)} p set ${name(profile.customerId)} = ${blanks.customer}::text ${subscription}
    where p.${name(profile.customerId)} = ${customerId} returning p.${name(userId)}`;
};

const wrongIds = (deps: ProfileIdsDeps, condition: Sql): Sql => sql`
  select w.user_id as user from ${tableName(deps.config.profile.table)} p, (${wantedIds(deps, condition)}) w
  where ${isOf(sql`p.${name(deps.config.profile.userId)}`, trusted('w.user_id'), deps.blanks.userType)} and (${areWrong(deps.config)})`;

const areWrong = ({ profile: { customerId, subscriptionId } }: UsersConfig): Sql => sql`
  p.${name(customerId)} is distinct from w.customer_id
  ${subscriptionId === null ? trusted('') : sql`or p.${name(subscriptionId)} is distinct from w.subscription_id`}`;

const adoptProfiles = (source: Source, { profile }: UsersConfig): Sql => sql`
  insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id, linked_at)
  select ${source.account}, ${source.livemode}::boolean, p.${name(profile.userId)}::text, gen_random_uuid()::text, ${json({})}::jsonb, now(),
    p.${name(profile.customerId)}, now()
  from ${tableName(profile.table)} p
  where nullif(p.${name(profile.customerId)}, '') is not null
    and not exists (select from lockstep.sources s
      join lockstep.links l on l.account = s.account and l.livemode = s.livemode and l.customer_id = p.${name(profile.customerId)}
      where not (s.account = ${source.account} and s.livemode = ${source.livemode}::boolean))
  on conflict do nothing`;

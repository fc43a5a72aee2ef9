import * as v from 'valibot';
import { LockstepError } from '../kernel/error.js';
import type { Queryable } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import { name, sql, trusted, type Sql } from '../store/sql.js';

const Identifier = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/** Where the app keeps its users, and where they keep their Stripe ids. Every part has a default. */
export const UsersOptions = v.strictObject({
  /** `table` or `schema.table`. Default `users`. */
  table: v.optional(Identifier, 'users'),
  /** Its key column, of any type. Default `id`. */
  id: v.optional(Identifier, 'id'),
  /** The column that `{ username }` is looked up in. Default `username`. */
  username: v.optional(Identifier, 'username'),
  /** The column with the e-mail address; null: there is none. Default `email`. */
  email: v.optional(v.nullable(Identifier), 'email'),
  /** An SQL expression over the users table that gives the full name. Default: `first_name` and `last_name`, as of Django. */
  name: v.optional(v.string(), "trim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))"),
  /** Where the Stripe ids are kept: a table with a row for each user. Every part has a default. */
  profile: v.optional(
    v.strictObject({
      /** `table` or `schema.table`. Default `user_profiles`. */
      table: v.optional(Identifier, 'user_profiles'),
      /** Its column with the user's key. Default `user_id`. */
      userId: v.optional(Identifier, 'user_id'),
      /** The customer's id is written here while Stripe has the customer. Default `stripe_customer_id`. */
      customerId: v.optional(Identifier, 'stripe_customer_id'),
      /**
       * The id of the newest subscription that has not ended is written here; null: there is no such column. Default
       * `stripe_subscription_id`.
       */
      subscriptionId: v.optional(v.nullable(Identifier), 'stripe_subscription_id'),
    }),
    {},
  ),
});
export type UsersConfig = v.InferOutput<typeof UsersOptions>;

/** A row of the app's users table, as the option `users` reads it. */
export interface User {
  /** The key as text, whatever type it has there. */
  id: string;
  /** As the table has it; upper and lower case may differ between two users. */
  username: string;
  /** The full name; empty where there is none. */
  name: string;
  /** null where there is none. */
  email: string | null;
}

export interface Profile {
  customerId: string | null;
  subscriptionId: string | null;
}

/** The app's own tables. Read by configuration; only the two id columns are ever written. */
export interface Users {
  readonly config: UsersConfig;
  byId(id: string): Promise<User | undefined>;
  /** Without regard to case. An exact match goes before others. */
  byUsername(username: string): Promise<User | undefined>;
  profile(userId: string): Promise<Profile | undefined>;
  all(limit: number): Promise<User[]>;
}

export function createUsers(database: Queryable, config: UsersConfig): Users {
  const table = tableName(config.table);
  const columns = sql`u.${name(config.id)}::text as id, u.${name(config.username)}::text as username,
    (${trusted(config.name)})::text as name, ${config.email === null ? trusted('null') : sql`u.${name(config.email)}::text`} as email`;
  const { profile } = config;
  return {
    config,
    async byId(id) {
      // The first comparison has the column's own type, so that its index serves; the second takes '7' for 7 but not '007'.
      const [user] = await unlessUnlike(
        database.query<User>(sql`
          select ${columns} from ${table} u where u.${name(config.id)} = ${id} and u.${name(config.id)}::text = ${id}`),
      );
      return user;
    },
    async byUsername(username) {
      const column = sql`u.${name(config.username)}`;
      const [user] = await unlessUnlike(
        database.query<User>(sql`
          select ${columns} from ${table} u where lower(${column}) = lower(${username}) order by ${column} = ${username} desc limit 1`),
      );
      return user;
    },
    async profile(userId) {
      const subscription =
        profile.subscriptionId === null ? trusted('null') : sql`nullif(p.${name(profile.subscriptionId)}, '')`;
      const [row] = await database.query<Profile>(sql`
        select nullif(p.${name(profile.customerId)}, '') as "customerId", ${subscription} as "subscriptionId"
        from ${tableName(profile.table)} p where p.${name(profile.userId)} = ${userId}`);
      return row;
    },
    all: (limit) =>
      database.query<User>(sql`select ${columns} from ${table} u order by u.${name(config.id)} limit ${limit}`),
  };
}

/** No rows where the value is none of the column's type: 'robert' is no number, so nobody has it. */
async function unlessUnlike<Row>(rows: Promise<Row[]>): Promise<Row[]> {
  try {
    return await rows;
  } catch (error) {
    if (failureOf(error) === 'data') return [];
    throw error;
  }
}

/** `users` or `app.users` as a quoted name. */
export function tableName(table: string): Sql {
  return name(...table.split('.'));
}

/** Whether the configured tables and columns are there; the first that is not, in words. */
export async function missingPart(database: Queryable, config: UsersConfig): Promise<string | undefined> {
  const { profile } = config;
  const wanted: [string, string | null][] = [
    [config.table, config.id],
    [config.table, config.username],
    [config.table, config.email],
    [profile.table, profile.userId],
    [profile.table, profile.customerId],
    [profile.table, profile.subscriptionId],
  ];
  for (const [table, column] of wanted) {
    if (column === null) continue;
    const rows = await database.query(sql`
      select from pg_attribute where attrelid = to_regclass(${quoted(table)}) and attname = ${column} and not attisdropped`);
    if (rows.length === 0) return `${table}.${column}`;
  }
  return undefined;
}

export function quoted(table: string): string {
  return tableName(table).text;
}

export function userNotFound(who: string): LockstepError {
  return new LockstepError('user_not_found', `there is no user ${JSON.stringify(who)}`, {
    hint: 'check the name; upper and lower case do not matter',
  });
}

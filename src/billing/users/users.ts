/*
 * The app's users and their customers at Stripe. In reading order:
 * - users: the users table and its options
 * - fit-users: checks that the app's tables fit the options; app-tables: the errors that those tables raise
 * - customers: one customer per user; links: which user has which customer; create-customer: creates one at Stripe
 * - relink: after a restore, links users again to customers that were created after the backup
 * - save-on-profile: writes a new customer's id on the profile
 * - profiles: writes the two ids on the profile
 * - changes: what the app or the Dashboard changed about a user
 */

import * as v from 'valibot';
import { LockstepError } from '../../kernel/error.js';
import type { Queryable } from '../../store/database.js';
import { name, sql, trusted, type Sql } from '../../store/sql.js';
import { onAppTables, sqlstateOf } from './app-tables.js';

const Identifier = v.pipe(v.string(), v.minLength(1), v.maxLength(63));
/** A part of a table's name: quoted as in SQL, or unquoted, without a dot and without a quote at the start. */
const PART = /"(?:[^"]|"")+"|[^".][^.]*/.source;
const TableName = v.pipe(
  v.string(),
  v.check(
    (text) => new RegExp(`^(?:${PART})(?:\\.(?:${PART}))?$`).test(text),
    'must be table or schema.table; put double quotes around a part that contains a dot',
  ),
);

/** Where the app keeps its users, and where they keep their Stripe ids. Every part has a default. */
export const UsersOptions = v.strictObject({
  /** The table, as `table` or `schema.table`. Default `users`. */
  table: v.optional(TableName, 'users'),
  /** Its key column, of any type. Default `id`. */
  id: v.optional(Identifier, 'id'),
  /** The column that `{ username }` is looked up in. Default `username`. */
  username: v.optional(Identifier, 'username'),
  /** The column with the email address; null: there is none. Default `email`. */
  email: v.optional(v.nullable(Identifier), 'email'),
  /**
   * An SQL expression for the full name. The alias of the users table is `u`. Default: `first_name` and `last_name`, as
   * in Django; else a column `name` or `full_name`; else no name.
   */
  name: v.optional(v.string()),
  /** Where the Stripe ids are kept: a table with a row for each user. Every part has a default. */
  profile: v.optional(
    v.strictObject({
      /** `table` or `schema.table`. Default `user_profiles`. */
      table: v.optional(TableName, 'user_profiles'),
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
/** The options with the expression for the name, which `fitUsers` finds if the option does not have it. */
export type UsersConfig = v.InferOutput<typeof UsersOptions> & { name: string };

/** A row of the app's users table, as the option `users` reads it. */
export interface User {
  /** The key as text, whatever the column's type is. */
  id: string;
  /** As in the table. The usernames of two users may differ only in upper and lower case. */
  username: string;
  /** The full name; empty if there is none. */
  name: string;
  /** null if there is none. */
  email: string | null;
}

/** Identifies a user of the app, by the id or the username in the users table. A row of that table works too. */
export type UserRef = { id: string | number | bigint } | { username: string };

export interface Profile {
  customerId: string | null;
  subscriptionId: string | null;
}

/** The app's own tables, read as the option says. Lockstep only ever writes the two id columns of the profile. */
export interface Users {
  readonly config: UsersConfig;
  /**
   * Finds a user. A row that was found before is returned unchanged, so that one call does not look a user up twice.
   * @throws user_not_found, request_invalid it has neither an id nor a username
   */
  find(ref: UserRef): Promise<User>;
  /** Finds a user by any spelling of the id that the database considers equal. Returns the table's own spelling. */
  byId(id: string): Promise<User | undefined>;
  /** Whether the database considers this id or username equal to the user's. */
  isSame(user: User, as: { id: string } | { username: string }): Promise<boolean>;
  /** An id in the database's spelling, even if its row is gone. */
  canonicalId(id: string): Promise<string>;
  /** Finds a user by the username, ignoring case. An exact match is preferred. */
  byUsername(username: string): Promise<User | undefined>;
  profile(userId: string): Promise<Profile | undefined>;
  all(limit: number): Promise<User[]>;
}

export function createUsers(database: Queryable, config: UsersConfig): Users {
  return new AppUsers(database, config);
}

class AppUsers implements Users {
  readonly config: UsersConfig;
  readonly #database: Queryable;
  readonly #returned = new WeakSet<object>();

  constructor(database: Queryable, config: UsersConfig) {
    this.#database = database;
    this.config = config;
  }

  async find(ref: UserRef): Promise<User> {
    if (this.#returned.has(ref)) return ref as User;
    const user = await lookUp(this, ref);
    if (user === undefined) throw userNotFound('id' in ref ? String(ref.id) : ref.username);
    return user;
  }

  // Compared in the column's own type. So its index is used, and '007' finds user 7 instead of getting another
  // customer.
  byId(id: string): Promise<User | undefined> {
    return this.#read(sql`${selectUsers(this.config)} where u.${name(this.config.id)} = ${id} limit 1`);
  }

  byUsername(username: string): Promise<User | undefined> {
    const column = sql`u.${name(this.config.username)}`;
    return this.#read(sql`
      ${selectUsers(this.config)} where lower(${column}) = lower(${username}) order by ${column} = ${username} desc limit 1`);
  }

  async isSame(user: User, as: { id: string } | { username: string }): Promise<boolean> {
    const { table, id, username } = this.config;
    const is = 'id' in as ? sql`u.${name(id)} = ${as.id}` : sql`u.${name(username)} = ${as.username}`;
    const rows = await unlessUnlike(
      this.#database.query(sql`select 1 from ${tableName(table)} u where u.${name(id)} = ${user.id} and ${is} limit 1`),
    );
    return rows.length > 0;
  }

  async canonicalId(id: string): Promise<string> {
    const user = await this.byId(id);
    if (user !== undefined) return user.id;
    const type = await typeOfId(this.#database, this.config);
    if (type === undefined) return id;
    const [row] = await unlessUnlike(
      this.#database.query<{ id: string }>(sql`select ${id}::${trusted(type)}::text as id`),
    );
    return row?.id ?? id;
  }

  async profile(userId: string): Promise<Profile | undefined> {
    const { table, userId: user, customerId, subscriptionId } = this.config.profile;
    const subscription = subscriptionId === null ? trusted('null') : sql`nullif(p.${name(subscriptionId)}, '')`;
    const [row] = await unlessUnlike(
      this.#database.query<Profile>(sql`
        select nullif(p.${name(customerId)}, '') as "customerId", ${subscription} as "subscriptionId"
        from ${tableName(table)} p where p.${name(user)} = ${userId}`),
    );
    return row;
  }

  all(limit: number): Promise<User[]> {
    const statement = sql`${selectUsers(this.config)} order by u.${name(this.config.id)} limit ${limit}`;
    return onAppTables(this.#database.query<User>(statement));
  }

  async #read(statement: Sql): Promise<User | undefined> {
    const [user] = await unlessUnlike(this.#database.query<User>(statement));
    if (user !== undefined) this.#returned.add(user);
    return user;
  }
}

function selectUsers({ table, id, username, name: fullName, email }: UsersConfig): Sql {
  return sql`
    select u.${name(id)}::text as id, u.${name(username)}::text as username, (${trusted(fullName)})::text as name,
      ${email === null ? trusted('null') : sql`u.${name(email)}::text`} as email
    from ${tableName(table)} u`;
}

async function typeOfId(database: Queryable, { table, id }: UsersConfig): Promise<string | undefined> {
  const [column] = await database.query<{ type: string }>(sql`
    select format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass(${quoted(table)}) and attname = ${id}`);
  return column?.type;
}

async function lookUp(users: Users, ref: UserRef): Promise<User | undefined> {
  if ('id' in ref && ['string', 'number', 'bigint'].includes(typeof ref.id)) return users.byId(String(ref.id));
  if ('username' in ref && typeof ref.username === 'string') return users.byUsername(ref.username);
  throw new LockstepError('request_invalid', 'No user given', { hint: 'pass { id } or { username }' });
}

/** SQLSTATEs of a text that is not a value of the column's type, such as 'robert' for a number. No user has that id. */
const UNLIKE: ReadonlySet<string | undefined> = new Set(['22P02', '22003', '22007', '22008', '22021', '22P05']);

async function unlessUnlike<Row>(rows: Promise<Row[]>): Promise<Row[]> {
  try {
    return await rows;
  } catch (error) {
    if (UNLIKE.has(sqlstateOf(error))) return [];
    return onAppTables(Promise.reject(error as Error));
  }
}

/** `users`, `app.users` or `app."my.users"` as a quoted name. */
export function tableName(table: string): Sql {
  const parts = table.match(new RegExp(PART, 'g')) ?? [table];
  return name(...parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)));
}

export function quoted(table: string): string {
  return tableName(table).text;
}

export function userNotFound(who: string): LockstepError {
  return new LockstepError('user_not_found', `No user ${JSON.stringify(who)}`, {
    hint: 'check the name; upper and lower case do not matter',
  });
}

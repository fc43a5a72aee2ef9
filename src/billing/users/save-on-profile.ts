import type { Queryable } from '../../store/database.js';
import { name, sql } from '../../store/sql.js';
import { readBlanks } from './profiles.js';
import { tableName, type User, type Users } from './users.js';

/** Writes a new customer's id on the profile of its user. A profile table of its own gets the row if there is none. */
export async function saveOnProfile({ config }: Users, tx: Queryable, user: User, id: string): Promise<void> {
  const { table, userId, customerId, subscriptionId } = config.profile;
  const updated = await tx.query(sql`
    update ${tableName(table)} set ${name(customerId)} = ${id} where ${name(userId)} = ${user.id} returning 1`);
  if (updated.length > 0 || table === config.table) return;
  const { subscription } = await readBlanks(tx, config);
  // A column that must not be null often has no default. It gets the value that stands for "none" in that column.
  const blank = subscriptionId === null || subscription === null ? undefined : { subscriptionId, subscription };
  await tx.query(
    blank === undefined
      ? sql`insert into ${tableName(table)} (${name(userId)}, ${name(customerId)}) values (${user.id}, ${id})`
      : sql`insert into ${tableName(table)} (${name(userId)}, ${name(customerId)}, ${name(blank.subscriptionId)})
          values (${user.id}, ${id}, ${blank.subscription})`,
  );
}

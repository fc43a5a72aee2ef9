import {
  belongingTypes,
  CUSTOMER,
  decidingIds,
  mayBelong,
  survivingTypes,
  type BelongingType,
  type NamingField,
} from '../../catalog/belonging.js';
import { keyText, type ObjectKey, type Source } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Queryable } from '../../store/database.js';
import { name, sql, trusted, type Sql } from '../../store/sql.js';
import { objectsInInbox } from './inbox-bodies.js';
import { idsOf } from './places.js';

/** An object that belongs to the customer. */
export interface BelongingObject {
  type: string;
  id: string;
}

export interface FindOptions {
  database: Queryable;
  mirror: Mirror;
  source: Source;
  customer: string;
  /** Called with what was found, before what belongs to it is looked for. */
  onFound: (objects: readonly BelongingObject[]) => Promise<void>;
}

/**
 * Finds the customer and all that belongs to it: what names the customer, what names such an object and no customer, and so
 * on, in the mirror and in the stored events. Each step takes what the step before found, until nothing is new.
 */
export async function findObjects(options: FindOptions): Promise<BelongingObject[]> {
  const { database, source, customer, onFound } = options;
  const found = new Map<string, BelongingObject>();
  const add = async (objects: readonly BelongingObject[]): Promise<BelongingObject[]> => {
    const news = objects.filter((object) => !found.has(textOf(object)));
    for (const object of news) found.set(textOf(object), object);
    if (news.length > 0) await onFound(news);
    return news;
  };
  let pending = await add([{ type: CUSTOMER, id: customer }, ...(await stubsOf(database, source, customer))]);
  while (pending.length > 0) {
    const ids = pending.map(({ id }) => id);
    const heard = await add(await ofNobodyElse(options, await objectsInInbox(database, { ...source, customer, ids })));
    let front = [...pending, ...heard];
    pending = [];
    while (front.length > 0) {
      front = await add(await objectsNaming(options, front));
      pending.push(...front);
    }
  }
  return [...found.values()];
}

/** What an earlier run left behind that did not come to its end. */
function stubsOf(database: Queryable, { account, livemode }: Source, customer: string): Promise<BelongingObject[]> {
  return database.query<BelongingObject>(sql`
    select type, id from lockstep.erased t
    where t.account = ${account} and t.livemode = ${livemode} and t.customer_id = ${customer}`);
}

/** An event may be older than the object's move to another customer, so the row is asked. */
async function ofNobodyElse(
  { database, mirror, source, customer }: FindOptions,
  objects: readonly BelongingObject[],
): Promise<BelongingObject[]> {
  const known = objects.filter(({ type }) => mayBelong(type));
  const keyOf = ({ type, id }: BelongingObject): ObjectKey => ({ ...source, type, id });
  const rows = await mirror.read(database, known.map(keyOf));
  return known.filter((object) => {
    const data = rows.get(keyText(keyOf(object)))?.data;
    const customers = data === undefined ? [] : decidingIds(object.type, null, data).filter((id) => /^cus_/.test(id));
    return customers.length === 0 || customers.includes(customer);
  });
}

/** Rows that name the customer, or one of the objects in front. */
async function objectsNaming(options: FindOptions, front: readonly BelongingObject[]): Promise<BelongingObject[]> {
  const { database } = options;
  const ids = front.map(({ id }) => id);
  const found: BelongingObject[] = [];
  for (const entry of belongingTypes) {
    for (const statement of [naming(options, entry, ids), ...survivors(options, entry, ids)]) {
      const rows = await database.query<{ id: string }>(statement);
      found.push(...rows.map(({ id }) => ({ type: entry.type, id })));
    }
  }
  return found;
}

const value = ({ column, path }: NamingField): Sql =>
  column === null ? trusted(`(t.data #>> '{${path.split('.').join(',')}}')`) : sql`t.${name(column)}`;

function naming({ mirror, source, customer }: FindOptions, entry: BelongingType, ids: readonly string[]): Sql {
  const { table, customers, others } = entry;
  const owner = customers.map(value).reduce<Sql>((all, one) => sql`coalesce(${all}, ${one})`, trusted('null::text'));
  const named = others.reduce<Sql>(
    (any, field) => sql`${any} or ${value(field)} in ${idsOf({ ids })}`,
    trusted('false'),
  );
  return sql`
    select t.id from ${name(mirror.schema, table)} t
    where t.account = ${source.account} and t.livemode = ${source.livemode}
      and (${owner} = ${customer} or (${owner} is null and (${named})))`;
}

/** Rows of a type that outlives its customer, if one of the objects in front names them. */
function survivors({ mirror, source }: FindOptions, entry: BelongingType, ids: readonly string[]): Sql[] {
  if (!survivingTypes.has(entry.type)) return [];
  const owner = entry.customers
    .map(value)
    .reduce<Sql>((all, one) => sql`coalesce(${all}, ${one})`, trusted('null::text'));
  return belongingTypes.flatMap(({ table, others }) =>
    others
      .filter(({ column, types }) => column !== null && types.includes(entry.type))
      .map(
        ({ column }) => sql`
          select t.id from ${name(mirror.schema, entry.table)} t
          where t.account = ${source.account} and t.livemode = ${source.livemode} and ${owner} is null and t.id in (
            select f.${name(column as string)} from ${name(mirror.schema, table)} f
            where f.account = ${source.account} and f.livemode = ${source.livemode} and f.id in ${idsOf({ ids })})`,
      ),
  );
}

function textOf({ type, id }: BelongingObject): string {
  return `${type} ${id}`;
}

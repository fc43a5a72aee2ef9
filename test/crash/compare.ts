import { isDeepStrictEqual } from 'node:util';
import type { Json, TrueObject, Truth } from './truth.js';

/** Runs one SQL statement on the database of the mirror. */
export type Query = (text: string) => Promise<Json[]>;

export interface Comparison {
  /** What was compared: objects and their children at Stripe, tombstones, events acknowledged. */
  objects: number;
  children: number;
  tombstones: number;
  events: number;
  /** Where the mirror is not what Stripe has. */
  differences: string[];
  /** Acknowledged events that are not in the inbox. */
  lost: string[];
}

export interface Expected {
  truth: Truth;
  /** Ids of the events that were answered 2xx, and of all that were ever sent. */
  acknowledged: ReadonlySet<string>;
  sent: ReadonlySet<string>;
}

interface Place {
  table: string;
  /** The list inside the object, and the table of its members. */
  list?: string;
  children?: string;
}

/** Where the mirror keeps what: written down here a second time, since nothing of Lockstep's own code is used. */
const places: Readonly<Record<TrueObject['type'], Place>> = {
  customer: { table: 'customers' },
  subscription: { table: 'subscriptions', list: 'items', children: 'subscription_items' },
  invoice: { table: 'invoices', list: 'lines', children: 'invoice_line_items' },
  coupon: { table: 'coupons' },
};

/**
 * Compares a database at rest with what the fake Stripe has: every object equal with all its children, nothing more,
 * every deleted one a tombstone, everything proven, nothing marked; and no acknowledged event missing from the inbox.
 */
export async function compare({ truth, acknowledged, sent }: Expected, query: Query): Promise<Comparison> {
  const differences: string[] = [];
  let children = 0;
  for (const [type, place] of Object.entries(places)) {
    const objects = truth.objects.filter((object) => object.type === type);
    differences.push(...compareObjects(truth, objects, place, await rowsOf(query, place.table)));
    if (place.children === undefined) continue;
    const members = objects.flatMap((object) =>
      object.gone ? [] : object.children.map((member) => ({ owner: object.id, member })),
    );
    children += members.length;
    differences.push(...compareChildren(truth, members, place.children, await rowsOf(query, place.children)));
  }
  differences.push(...(await otherTables(query)), ...(await marks(query)));
  const inbox = new Set((await query('select id from lockstep.inbox')).map(({ id }) => String(id)));
  differences.push(...[...inbox].filter((id) => !sent.has(id)).map((id) => `inbox ${id}: was never sent`));
  return {
    objects: truth.objects.filter(({ gone }) => !gone).length,
    tombstones: truth.objects.filter(({ gone }) => gone).length,
    children,
    events: acknowledged.size,
    differences,
    lost: [...acknowledged].filter((id) => !inbox.has(id)),
  };
}

interface Row {
  account: string;
  livemode: boolean;
  owner: string | null;
  id: string;
  data: Json;
  deleted: boolean;
  proven: boolean;
}

async function rowsOf(query: Query, table: string): Promise<Row[]> {
  const owner = Object.values(places).some(({ children }) => children === table) ? 'owner' : 'null as owner';
  const columns = `account, livemode, ${owner}, id, data, deleted, proven_at is not null as proven`;
  return (await query(`select ${columns} from stripe.${table}`)) as unknown as Row[];
}

function compareObjects(
  truth: Truth,
  objects: readonly TrueObject[],
  { table, list }: Place,
  rows: readonly Row[],
): string[] {
  const byId = new Map(objects.map((object) => [object.id, object]));
  const seen = new Set(rows.map(({ id }) => id));
  const missing = objects.filter(({ id }) => !seen.has(id)).map(({ id }) => `${table} ${id}: missing`);
  const faults = rows.flatMap((row) => {
    const object = byId.get(row.id);
    if (object === undefined) return [`${table} ${row.id}: extra`];
    const fault =
      placeFault(truth, row) ??
      proofFault(row) ??
      (object.gone ? tombstoneFault(row, object.object) : liveFault(row, object, list));
    return fault === undefined ? [] : [`${table} ${row.id}: ${fault}`];
  });
  return [...missing, ...faults];
}

interface Member {
  owner: string;
  member: Json;
}

function compareChildren(truth: Truth, members: readonly Member[], table: string, rows: readonly Row[]): string[] {
  const nameOf = (owner: unknown, id: unknown): string => `${String(owner)}/${String(id)}`;
  const byName = new Map(members.map((one) => [nameOf(one.owner, one.member['id']), one.member]));
  const seen = new Set(rows.map(({ owner, id }) => nameOf(owner, id)));
  const missing = [...byName.keys()].filter((name) => !seen.has(name)).map((name) => `${table} ${name}: missing`);
  const faults = rows.flatMap((row) => {
    const name = nameOf(row.owner, row.id);
    const member = byName.get(name);
    if (member === undefined && !row.deleted) return [`${table} ${name}: extra`];
    const fault =
      placeFault(truth, row) ??
      proofFault(row) ??
      (member === undefined ? tombstoneFault(row, { object: row.data['object'] }) : contentFault(row, member));
    return fault === undefined ? [] : [`${table} ${name}: ${fault}`];
  });
  return [...missing, ...faults];
}

function placeFault({ account }: Truth, row: Row): string | undefined {
  return row.account !== account || row.livemode ? 'of another account or mode' : undefined;
}

function proofFault(row: Row): string | undefined {
  return row.proven ? undefined : 'not proven';
}

function tombstoneFault({ id, data, deleted }: Row, { object }: Json): string | undefined {
  if (!deleted) return 'not a tombstone';
  return isDeepStrictEqual(data, { id, object, deleted: true })
    ? undefined
    : 'a tombstone that holds more than its stub';
}

function contentFault({ data, deleted }: Row, object: Json): string | undefined {
  if (deleted) return 'a tombstone of what Stripe still has';
  return isDeepStrictEqual(data, withoutSecrets(object)) ? undefined : 'different';
}

function liveFault(row: Row, { object, children }: TrueObject, list: string | undefined): string | undefined {
  if (list === undefined) return contentFault(row, object);
  const { [list]: inside, ...rest } = row.data as Json & Record<string, Json | undefined>;
  const complete = inside?.['has_more'] === false && isDeepStrictEqual(inside['data'], children);
  return contentFault({ ...row, data: rest }, object) ?? (complete ? undefined : `its ${list} are not complete`);
}

/** Secrets are never kept. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'client_secret');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** Tables of types that this Stripe has nothing of. */
async function otherTables(query: Query): Promise<string[]> {
  const known = Object.values(places).flatMap(({ table, children }) => [
    table,
    ...(children === undefined ? [] : [children]),
  ]);
  const tables = (
    await query(
      "select table_name as name from information_schema.tables where table_schema = 'stripe' and table_type = 'BASE TABLE'",
    )
  )
    .map(({ name }) => String(name))
    .filter((name) => !known.includes(name));
  if (tables.length === 0) return ['no other tables: not the mirror that is looked for'];
  const counts = await query(
    tables
      .map((table) => `select '${table}' as name, count(*)::int as rows from stripe."${table}"`)
      .join(' union all '),
  );
  return counts.filter(({ rows }) => rows !== 0).map(({ name, rows }) => `${String(name)}: ${String(rows)} extra rows`);
}

async function marks(query: Query): Promise<string[]> {
  const rows = await query('select type, id, reason from lockstep.dirty');
  return rows.map(({ type, id, reason }) => `${String(type)} ${String(id)}: still marked (${String(reason)})`);
}

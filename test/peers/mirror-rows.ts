import pg from 'pg';
import type { MirrorChild, MirrorRow } from './compare.js';
import { kinds, type Kind } from './object.js';

/** Where an engine keeps what, in SQL: the select's `object` is jsonb with Stripe's field names. */
export interface Layout {
  /** jsonb of a row, and whether the row is marked as deleted; `t` is the table. */
  object: string;
  deleted: Partial<Record<Kind, string>>;
  /** The child tables, with the column or expression that names the owner. */
  children: Partial<Record<Kind, { table: string; owner: string; deleted: string }>>;
}

const tables: Readonly<Record<Kind, string>> = {
  customer: 'customers',
  product: 'products',
  price: 'prices',
  subscription: 'subscriptions',
  invoice: 'invoices',
};

/** Everything that stands in the five tables of schema `stripe`, and in the child tables. */
export async function readMirror(databaseUrl: string, layout: Layout): Promise<MirrorRow[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const rows: MirrorRow[] = [];
    for (const kind of kinds) {
      const children = await readChildren(client, layout.children[kind], layout.object);
      const { rows: found } = await client.query<{ id: string; deleted: boolean; object: Record<string, unknown> }>(
        `select t.id, ${layout.deleted[kind] ?? 'false'} as deleted, ${layout.object} as object from stripe."${tables[kind]}" t`,
      );
      for (const row of found) rows.push({ kind, ...row, children: children && (children.get(row.id) ?? []) });
    }
    return rows;
  } finally {
    await client.end();
  }
}

async function readChildren(
  client: pg.Client,
  child: Layout['children'][Kind],
  object: string,
): Promise<Map<string, MirrorChild[]> | null> {
  if (child === undefined) return null;
  const { rows } = await client.query<{ owner: string; object: MirrorChild }>(
    `select ${child.owner} as owner, ${object} as object from stripe."${child.table}" t where not ${child.deleted}`,
  );
  const byOwner = new Map<string, MirrorChild[]>();
  for (const row of rows) byOwner.set(row.owner, [...(byOwner.get(row.owner) ?? []), row.object]);
  return byOwner;
}

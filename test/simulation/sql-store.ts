import { createState } from '../../src/engine/state.js';
import type { Database } from '../../src/store/database.js';
import { sql, trusted } from '../../src/store/sql.js';
import type { FoundRow } from './check/facts.js';
import type { SimulatedStore } from './world.js';

const tables = {
  ...{ customer: 'customers', product: 'products', coupon: 'coupons', subscription: 'subscriptions' },
  ...{ invoice: 'invoices', subscription_item: 'subscription_items', line_item: 'invoice_line_items' },
};
const owned = new Set(['subscription_item', 'line_item']);

/** The real SQL on a migrated database, emptied first: one database serves many seeds. */
export async function openSqlStore(database: Database): Promise<SimulatedStore> {
  for (const table of ['dirty', 'inbox', 'sources', 'cursors', 'sweeps', 'backfills'])
    await database.query(trusted(`delete from lockstep.${table}`));
  for (const table of Object.values(tables)) await database.query(trusted(`delete from stripe.${table}`));
  return {
    state: createState(database, 'stripe'),
    rows: async () => {
      const rows: FoundRow[] = [];
      for (const [type, table] of Object.entries(tables)) {
        const owner = owned.has(type) ? trusted('owner') : trusted('null::text as owner');
        rows.push(
          ...(await database.query<FoundRow>(sql`
            select ${type}::text as type, id, ${owner}, data, deleted, proven_at is not null as proven
            from ${trusted(`stripe.${table}`)}`)),
        );
      }
      return rows;
    },
    events: async () => (await database.query<{ id: string }>(sql`select id from lockstep.inbox`)).map(({ id }) => id),
    marks: async () => (await database.query<{ id: string }>(sql`select id from lockstep.dirty`)).map(({ id }) => id),
  };
}

import { createState } from '../../src/engine/state.js';
import type { Database } from '../../src/store/database.js';
import { sql, trusted } from '../../src/store/sql.js';
import type { FoundRow } from './check/facts.js';
import type { ChangeCall } from './check/hooks.js';
import type { SimulatedStore } from './world.js';

const tables = {
  ...{
    customer: 'customers',
    product: 'products',
    coupon: 'coupons',
    discount: 'discounts',
    subscription: 'subscriptions',
  },
  ...{ invoice: 'invoices', subscription_item: 'subscription_items', line_item: 'invoice_line_items' },
};
const owned = new Set(['subscription_item', 'line_item']);

/** The real SQL on a migrated database, emptied first: one database serves many seeds. */
export async function openSqlStore(database: Database): Promise<SimulatedStore> {
  for (const table of [
    'dirty',
    'inbox',
    'sources',
    'cursors',
    'sweeps',
    'drift',
    'backfills',
    'hook_deliveries',
    'hooks',
  ])
    await database.query(trusted(`delete from lockstep.${table}`));
  for (const table of Object.values(tables)) await database.query(trusted(`delete from stripe.${table}`));
  await database.script(
    'create table if not exists public.calls (number bigserial, call jsonb); truncate public.calls',
  );
  return {
    state: createState(database, 'stripe'),
    rows: async () => {
      const rows: FoundRow[] = [];
      for (const [type, table] of Object.entries(tables)) {
        const owner = owned.has(type) ? trusted('owner') : trusted('null::text as owner');
        rows.push(
          ...(await database.query<FoundRow>(sql`
            select account, ${type}::text as type, id, ${owner}, data, deleted, proven_at is not null as proven
            from ${trusted(`stripe.${table}`)}`)),
        );
      }
      return rows;
    },
    events: async () => (await database.query<{ id: string }>(sql`select id from lockstep.inbox`)).map(({ id }) => id),
    deliveries: () =>
      database.query<{ account: string; id: string; hook: string }>(
        sql`select account, id, hook from lockstep.hook_deliveries`,
      ),
    call: async (tx, call) =>
      void (await tx.query('insert into public.calls (call) values ($1::jsonb)', [JSON.stringify(call)])),
    calls: async () =>
      (await database.query<{ call: ChangeCall }>(sql`select call from public.calls order by number`)).map(
        ({ call }) => call,
      ),
    marks: async () => (await database.query<{ id: string }>(sql`select id from lockstep.dirty`)).map(({ id }) => id),
  };
}

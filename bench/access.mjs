// How long "is this user subscribed?" takes, from the mirror, beside a million subscriptions.
//
//   npm run build && DATABASE_URL=postgres://… npm run bench:access [-- 1000000 --calls 20000]
//
// Fills an empty database with that many users, each with a customer, a subscription and its item, as rows of the
// size that Stripe's objects have; one in four subscriptions has ended. Then asks for random users: first one call
// after the other, then eight at once. Prints the machine, versions, percentiles, and the plan of the query.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { API_VERSION } from '../dist/src/catalog/generated/api-version.js';
import { accessOf } from '../dist/src/billing/access/access.js';
import { migrateDatabase } from '../dist/src/engine/database.js';
import { silent } from '../dist/src/kernel/log.js';
import { openPostgres } from '../dist/src/store/postgres/postgres.js';
import { sql } from '../dist/src/store/sql.js';
import { machineOf, printMachine } from './support/machine.mjs';
import { numberOf, optionsOrExit } from './support/options.mjs';
import { percentile } from './support/samples.mjs';

const { count, calls } = optionsOrExit(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { calls: { type: 'string', default: '20000' } },
  });
  return {
    count: numberOf('subscriptions', positionals[0] ?? '1000000', 1),
    calls: numberOf('calls', values.calls, 1),
  };
});
const url = process.env['DATABASE_URL'];
if (!url) throw new Error('set DATABASE_URL to an empty database of a PostgreSQL');
const source = { account: 'acct_bench', livemode: false };

const admin = new pg.Client({ connectionString: url });
await admin.connect();
printMachine(await machineOf(admin));
await admin.end();

const database = openPostgres({ url, log: silent });
await migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: url });
await fill();

// Nothing here asks Stripe.
const options = { database, gateway: undefined, chance: undefined, source, pastDueKeepsAccess: true };
console.log(`rows      ${count} subscriptions and as many items, in API version ${API_VERSION}`);

const asks = {
  'isSubscribed()': (user) => user.isSubscribed(),
  'isSubscribed({ product })': (user, n) => user.isSubscribed({ product: `prod_${n % 20}` }),
  'isSubscribed({ price })': (user, n) => user.isSubscribed({ price: `price_${n % 20}` }),
  'isSubscribed({ group })': (user) => user.isSubscribed({ group: 'default' }),
  'subscription()': (user) => user.subscription(),
};
for (const [name, ask] of Object.entries(asks))
  for (const atOnce of [1, 8]) {
    await measure(ask, atOnce, Math.min(2_000, calls)); // to warm up
    const took = await measure(ask, atOnce, calls);
    const at = (share) => percentile(took, share).toFixed(3);
    console.log(
      `${name.padEnd(26)} ${atOnce} at once   ms: p50 ${at(0.5)}   p90 ${at(0.9)}   p99 ${at(0.99)}   ` +
        `p99.9 ${at(0.999)}   max ${took.at(-1).toFixed(1)}`,
    );
  }
console.log('\nisSubscribed({ product }):');
/** @type {{ 'QUERY PLAN': string }[]} */
const plan = await database.query({
  text: `explain (analyze, costs off, timing off) select exists (select from lockstep.user_subscription_items
    where account = $1 and livemode = $2 and user_id = $3 and access and product_id = $4) as found`,
  values: ['acct_bench', false, '1', 'prod_1'],
});
for (const row of plan) console.log(`  ${row['QUERY PLAN']}`);
await database.close();

async function measure(ask, atOnce, times) {
  const took = [];
  const caller = async () => {
    while (took.length < times) {
      const n = 1 + Math.floor(Math.random() * count);
      const began = performance.now();
      await ask(accessOf({ id: String(n) }, options), n);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return took.sort((a, b) => a - b);
}

async function fill() {
  const filler = JSON.stringify({
    object: 'subscription',
    collection_method: 'charge_automatically',
    currency: 'usd',
    cancel_at_period_end: false,
    metadata: { team: 'blue' },
    automatic_tax: { enabled: false, disabled_reason: null, liability: null },
    billing_mode: { type: 'flexible', flexible: { proration_discounts: 'included' } },
    payment_settings: { payment_method_options: null, save_default_payment_method: 'on_subscription' },
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    description: 'x'.repeat(900),
  });
  const began = performance.now();
  await database.query(sql`
    insert into stripe.products (account, livemode, id, data, as_of)
    select 'acct_bench', false, 'prod_' || n,
      jsonb_build_object('id', 'prod_' || n, 'object', 'product', 'metadata', '{}'::jsonb), now()
    from generate_series(0, 19) n on conflict do nothing`);
  for (let from = 1; from <= count; from += 50_000) {
    const to = Math.min(count, from + 49_999);
    await database.query(sql`
      insert into lockstep.links
        (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id, linked_at)
      select 'acct_bench', false, n::text, n::text, '{}', now(), 'cus_' || n, now()
      from generate_series(${from}::int, ${to}::int) n on conflict do nothing`);
    await database.query(sql`
      insert into stripe.subscriptions (account, livemode, id, data, proven_at, as_of)
      select 'acct_bench', false, 'sub_' || n,
        ${filler}::jsonb || jsonb_build_object('id', 'sub_' || n, 'customer', 'cus_' || n,
          'status', case when n % 4 = 0 then 'canceled' else 'active' end, 'created', 1790000000 + n), now(), now()
      from generate_series(${from}::int, ${to}::int) n on conflict do nothing`);
    await database.query(sql`
      insert into stripe.subscription_items (account, livemode, owner, id, data, proven_at, as_of)
      select 'acct_bench', false, 'sub_' || n, 'si_' || n,
        jsonb_build_object('id', 'si_' || n, 'object', 'subscription_item', 'subscription', 'sub_' || n,
          'quantity', 1, 'created', 1790000000 + n, 'current_period_end', 1800000000, 'metadata', '{}'::jsonb,
          'price', jsonb_build_object('id', 'price_' || n % 20, 'object', 'price', 'product', 'prod_' || n % 20,
            'unit_amount', 900)),
        now(), now()
      from generate_series(${from}::int, ${to}::int) n on conflict do nothing`);
  }
  const outside = new pg.Client({ connectionString: url }); // no transaction may hold a vacuum
  await outside.connect();
  for (const table of ['lockstep.links', 'stripe.products', 'stripe.subscriptions', 'stripe.subscription_items'])
    await outside.query(`vacuum analyze ${table}`);
  await outside.end();
  console.log(`filled    in ${Math.round((performance.now() - began) / 1_000)} s`);
}

// @ts-check
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SECRET } from '../load/events.mjs';
import { endChild, HOME, messageOf, ownChild, PATH } from './child.mjs';
import { tables } from './tables.mjs';

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const ACCOUNT = 'acct_bench';

/** Subscription items that are present already, in the layout of each peer. */
const items = {
  supabase: `
    insert into stripe.subscription_items
      (id, object, created, metadata, quantity, price, subscription, tax_rates, current_period_end,
       current_period_start)
    select 'si_present' || n, 'subscription_item', ($1::jsonb ->> 'created')::int, $1::jsonb -> 'metadata',
      ($1::jsonb ->> 'quantity')::int, $1::jsonb -> 'price' ->> 'id', 'sub_present' || n, $1::jsonb -> 'tax_rates',
      ($1::jsonb ->> 'current_period_end')::int, ($1::jsonb ->> 'current_period_start')::int
    from generate_series($2::int, $3::int) n`,
  stripe: `
    with account as (
      insert into stripe.accounts (_raw_data) values ('{"id": "${ACCOUNT}", "object": "account"}')
      on conflict do nothing
    )
    insert into stripe.subscription_items (_raw_data, _account_id)
    select $1::jsonb || jsonb_build_object('id', 'si_present' || n, 'subscription', 'sub_present' || n), '${ACCOUNT}'
    from generate_series($2::int, $3::int) n`,
};

/**
 * A peer behind the HTTP host of test/peers, in the way its documentation sets it up. It is installed at its first use,
 * outside of the project's own dependencies.
 * @param {'supabase' | 'stripe'} which
 * @returns {Promise<import('./receiver.mjs').Receiver>}
 */
export async function peer(which) {
  const { runnerImport } = await import('vite'); // takes a while, and most small runs have no peer
  /** @type {{ module: typeof import('../../test/peers/install.js') }} */
  const { module: installer } = await runnerImport(path('../../test/peers/install.ts'));
  /** @type {{ module: typeof import('../../test/peers/peer.js') }} */
  const { module: peers } = await runnerImport(path('../../test/peers/peer.ts'));
  const { package: name, version } = peers.peerPackages[which];
  const { folder } = await installer.install(name, version);
  const open = (/** @type {string | undefined} */ databaseUrl, stripePort = 0) =>
    host({
      folder,
      package: name,
      databaseUrl,
      stripePort,
      options: { backfillRelatedEntities: false }, // the faster setting: it reads nothing from Stripe
      secret: SECRET,
      account: ACCOUNT,
      specification: path('../../test/peers/peer-tables.json'),
    });
  return {
    name: `${name} ${version}`,
    rateMax: 8_000,
    tables,
    items: items[which],
    async migrate(databaseUrl) {
      const { order, end } = await open(databaseUrl);
      await order('migrate');
      await end();
    },
    async start({ databaseUrl, stripe }) {
      const { pid, order, end } = await open(databaseUrl, Number(new URL(stripe.url).port));
      return { pid, url: `http://127.0.0.1:${await order('start')}/webhooks`, stop: end };
    },
  };
}

/** @param {Record<string, unknown>} facts */
async function host(facts) {
  const child = ownChild(
    fork(path('../../test/peers/peer-host.mjs'), {
      env: { PATH, HOME, PEER: JSON.stringify(facts) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  );
  let errors = '';
  // One of them prints a line for each event that it has already.
  child.stderr?.on('data', (/** @type {Buffer} */ chunk) => (errors = (errors + chunk.toString()).slice(-5_000)));
  child.once('exit', (code) => void (code === null || code === 0 || console.error(errors)));
  await messageOf(child);
  return {
    pid: /** @type {number} */ (child.pid),
    order: async (/** @type {string} */ order) => {
      child.send({ number: 1, order });
      return /** @type {number | undefined} */ ((await messageOf(child)).value);
    },
    end: () => endChild(child, 'SIGKILL'), // it may be in a loop that never ends
  };
}

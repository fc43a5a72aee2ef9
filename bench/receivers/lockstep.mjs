// @ts-check
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECRET } from '../load/events.mjs';
import { endChild, HOME, messageOf, ownChild, PATH, printed } from './child.mjs';
import { tables } from './tables.mjs';

/** @typedef {import('./receiver.mjs').Receiver} Receiver */

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const EMBEDDED = fileURLToPath(new URL('embedded-server.mjs', import.meta.url));
const SWEEPS_OFF = { sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0 };
/** Requests a second to Stripe: more than there will be. */
const NO_LIMIT = 10_000;

/** The account that the Stripe of the bench has. */
const KEYED = `account = 'acct_bench' and not livemode`;

const ITEMS = `
  insert into stripe.subscription_items (account, livemode, owner, id, data, proven_at, as_of)
  select 'acct_bench', false, 'sub_present' || n, 'si_present' || n,
    $1::jsonb || jsonb_build_object('id', 'si_present' || n, 'subscription', 'sub_present' || n), now(), now()
  from generate_series($2::int, $3::int) n`;

/**
 * `lockstep serve` as built, with its own limits of test mode: it proves at most 20 objects a second.
 * @param {{ rate?: number }} [options] requests a second to Stripe
 * @returns {Receiver}
 */
export function lockstep({ rate } = {}) {
  return {
    name: 'Lockstep',
    rateMax: 15_000,
    tables,
    keyed: KEYED,
    items: ITEMS,
    async migrate(databaseUrl) {
      const env = { PATH, HOME, DATABASE_URL: databaseUrl };
      const child = ownChild(
        spawn(process.execPath, [CLI, 'migrate'], { env, stdio: ['ignore', 'ignore', 'inherit'] }),
      );
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`lockstep migrate ended with ${code}`);
    },
    start: ({ databaseUrl = '', stripe }) => serve({ databaseUrl, stripe, rate }),
  };
}

/**
 * The same without a limit, until every object is proven.
 * @returns {Receiver}
 */
export function lockstepProving() {
  return { ...lockstep({ rate: NO_LIMIT }), name: 'Lockstep, until all is proven', proves: true };
}

/**
 * Lockstep on the embedded database, in a process that also answers what rows it has.
 * @returns {Receiver}
 */
export function lockstepEmbedded({ rate = 20 } = {}) {
  return {
    name: 'Lockstep on PGlite',
    rateMax: 8_000,
    tables,
    keyed: KEYED,
    embedded: true,
    migrate: async () => {},
    async start({ stripe }) {
      const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
      const options = {
        stripeKey: stripe.key,
        stripeApiBase: stripe.url,
        webhookSecret: SECRET,
        directory,
        ratePerEndpoint: rate,
        rateTotal: rate,
        ...SWEEPS_OFF,
      };
      const child = ownChild(fork(EMBEDDED, { env: { PATH, HOME, OPTIONS: JSON.stringify(options) } }));
      const { url } = await messageOf(child);
      return {
        pid: /** @type {number} */ (child.pid),
        url: `${url}/stripe-webhooks`,
        async query(text, values = []) {
          child.send({ text, values });
          return (await messageOf(child)).rows;
        },
        async stop() {
          await endChild(child, 'SIGTERM');
          rmSync(directory, { recursive: true, force: true });
        },
      };
    },
  };
}

/**
 * @param {{ databaseUrl: string, stripe: { url: string, key: string }, rate: number | undefined }} options
 * @returns {Promise<import('./receiver.mjs').Running>}
 */
async function serve({ databaseUrl, stripe, rate }) {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify(SWEEPS_OFF));
  const rates = rate === undefined ? [] : ['--rate', String(rate), '--rate-per-endpoint', String(rate)];
  const args = [CLI, 'serve', '--port', '0', '--config', config, ...rates];
  const child = ownChild(
    spawn(process.execPath, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        DATABASE_URL: databaseUrl,
        STRIPE_API_BASE: stripe.url,
        STRIPE_SECRET_KEY: stripe.key,
        STRIPE_WEBHOOK_SECRET: SECRET,
        LOCKSTEP_TOKEN: 'a-token-for-the-bench',
      },
    }),
  );
  const url = await printed(child, /"url":"(http:[^"]+)"/);
  return {
    pid: /** @type {number} */ (child.pid),
    url: `${url}/stripe-webhooks`,
    async stop() {
      await endChild(child, 'SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

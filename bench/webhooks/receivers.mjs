// @ts-check
// Everything that takes webhooks here: Lockstep, its peers, and two floors. Each start is a process of its own.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { SECRET } from './events.mjs';

/**
 * @typedef {{ pid: number, url: string, stop: () => Promise<void> }} Running
 * @typedef {{
 *   name: string,
 *   migrate: (databaseUrl: string) => Promise<void>,
 *   start: (at: { databaseUrl: string | undefined, stripePort: number }) => Promise<Running>,
 *   rows: Record<string, string> | undefined,
 * }} Receiver `rows`: the table of each type, to count what is shown.
 */

const path = (/** @type {string} */ relative) => fileURLToPath(new URL(relative, import.meta.url));
const { PATH = '', HOME = '' } = process.env;
const CLI = path('../../dist/cli/main.js');
const tables = {
  customer: 'stripe.customers',
  product: 'stripe.products',
  price: 'stripe.prices',
  subscription: 'stripe.subscriptions',
  invoice: 'stripe.invoices',
};

/**
 * `lockstep serve` as built.
 * @param {{ rate?: number }} [options] requests a second to Stripe; default: Lockstep's own, of test mode
 * @returns {Receiver}
 */
export function lockstep({ rate } = {}) {
  return {
    name: 'Lockstep',
    rows: tables,
    async migrate(databaseUrl) {
      const child = spawn(process.execPath, [CLI, 'migrate'], { env: { PATH, HOME, DATABASE_URL: databaseUrl } });
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`lockstep migrate ended with ${code}`);
    },
    async start({ databaseUrl, stripePort }) {
      const directory = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
      const config = join(directory, 'config.json');
      writeFileSync(config, JSON.stringify({ sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0 }));
      const rates = rate === undefined ? [] : ['--rate', String(rate), '--rate-per-endpoint', String(rate)];
      const args = [CLI, 'serve', '--port', '0', '--config', config, '--directory', join(directory, 'l'), ...rates];
      const child = spawn(process.execPath, args, {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH,
          HOME,
          STRIPE_API_BASE: `http://127.0.0.1:${stripePort}`,
          STRIPE_SECRET_KEY: 'sk_test_bench',
          STRIPE_WEBHOOK_SECRET: SECRET,
          LOCKSTEP_TOKEN: 'a-token-for-the-bench',
          ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        },
      });
      const url = await said(child, /"url":"(http:[^"]+)"/);
      return {
        pid: /** @type {number} */ (child.pid),
        url: `${url}/stripe-webhooks`,
        async stop() {
          await ended(child, 'SIGTERM');
          rmSync(directory, { recursive: true, force: true });
        },
      };
    },
  };
}

/**
 * A peer behind the HTTP host of test/peers, in the way its documentation sets it up. It is installed at its first use, outside
 * of the project's own dependencies.
 * @param {'supabase' | 'stripe'} which
 * @returns {Promise<Receiver>}
 */
export async function peer(which) {
  /** @type {{ module: typeof import('../../test/peers/install.js') }} */
  const { module: installer } = await runnerImport(path('../../test/peers/install.ts'));
  /** @type {{ module: typeof import('../../test/peers/peer.js') }} */
  const { module: peers } = await runnerImport(path('../../test/peers/peer.ts'));
  const { package: name, version } = peers.peerPackages[which];
  const { folder } = await installer.install(name, version);
  const open = async (/** @type {string | undefined} */ databaseUrl, stripePort = 0) => {
    const facts = {
      folder,
      package: name,
      databaseUrl,
      stripePort,
      options: { backfillRelatedEntities: false }, // the faster setting: it reads nothing from Stripe
      secret: SECRET,
      account: 'acct_bench',
      specification: path('../../test/peers/peer-tables.json'),
    };
    const child = fork(path('../../test/peers/peer-host.mjs'), {
      env: { PATH, HOME, PEER: JSON.stringify(facts) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return child;
  };
  const order = async (/** @type {import('node:child_process').ChildProcess} */ child, /** @type {string} */ what) => {
    child.send({ number: 1, order: what });
    const [{ value, error }] = await once(child, 'message');
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return {
    name: `${name} ${version}`,
    rows: tables,
    async migrate(databaseUrl) {
      const child = await open(databaseUrl);
      await order(child, 'migrate');
      await ended(child, 'SIGKILL');
    },
    async start({ databaseUrl, stripePort }) {
      const child = await open(databaseUrl, stripePort);
      const port = await order(child, 'start');
      return {
        pid: /** @type {number} */ (child.pid),
        url: `http://127.0.0.1:${port}/webhooks`,
        stop: () => ended(child, 'SIGKILL'),
      };
    },
  };
}

/**
 * @param {'signature' | 'durable insert'} what
 * @returns {Receiver}
 */
export function floor(what) {
  return {
    name: `floor: ${what}`,
    rows: undefined,
    migrate: async () => {},
    async start({ databaseUrl }) {
      const env = what === 'signature' ? {} : { DATABASE_URL: databaseUrl };
      const child = fork(path('floor.mjs'), { env: { PATH, HOME, ...env } });
      const [{ port }] = await once(child, 'message');
      return {
        pid: /** @type {number} */ (child.pid),
        url: `http://127.0.0.1:${port}/`,
        stop: () => ended(child, 'SIGKILL'),
      };
    },
  };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function ended(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/**
 * What it prints, as soon as it prints it.
 * @param {import('node:child_process').ChildProcess} child
 * @param {RegExp} pattern
 * @returns {Promise<string>}
 */
function said(child, pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (/** @type {Buffer} */ chunk) => {
      if (text.length > 20_000) return;
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(/** @type {string} */ (match[1]));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready:\n${text}`)));
  });
}

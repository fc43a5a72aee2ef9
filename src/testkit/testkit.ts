/**
 * `lockstep/testing`, for the tests of an app: an emulator, a database in memory and Lockstep in one call.
 *
 * - `index` is what the package exports; `testkit` starts the three, puts users into the database, and ends them.
 */
import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import { startEmulator, type Emulator } from '../../emulator/src/index.js';
import { refuseUnknown } from '../engine/config.js';
import { startEngine, type Engine } from '../engine/engine.js';
import type { Hooks } from '../hooks/hook.js';
import { createHooks } from '../hooks/registry.js';
import { listen } from '../http/listen.js';
import { systemClock } from '../kernel/clock.js';
import { silent } from '../kernel/log.js';
import { createLazily } from '../app/lazy.js';
import type { Lockstep } from '../app/lockstep.js';
import { OPTION_NAMES, resolveSettings, type LockstepOptions } from '../app/settings.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import { emptyCluster } from '../store/pglite/cluster.js';
import { openInMemory } from '../store/pglite/pglite.js';

/** A row of the table `users`, and of `user_profiles` beside it. */
export interface TestUser {
  /** By which the app's test names the user: `{ username: 'ada' }`. */
  username: string;
  /** Default: empty. */
  firstName?: string;
  /** Default: empty. */
  lastName?: string;
  /** Default: none. */
  email?: string;
}

/** What a test says. Lockstep's own options are as elsewhere, but for sweeps and catching up, which run when asked for. */
export interface TestOptions extends Omit<
  LockstepOptions,
  'databaseUrl' | 'directory' | 'stripeKey' | 'stripeApiBase' | 'webhookSecret'
> {
  /** Rows of the tables `users` and `user_profiles`, which the embedded database brings along. Default: none. */
  insertUsers?: readonly TestUser[];
  /** SQL statements that run before anything else: the app's own tables. Default: none. */
  sql?: string;
  /** Registers the app's hooks: `hooks: (lockstep) => lockstep.onChange('subscription', …)`. Default: none. */
  hooks?: (hooks: Hooks) => void;
}

/** A local Stripe, an embedded PostgreSQL and Lockstep between them, all in this process's memory. */
export interface TestLockstep {
  /** As `createLockstep` returns it; started, and receiving every change over HTTP. */
  readonly lockstep: Lockstep;
  /** The local Stripe: its address, its keys, its clock, its faults. */
  readonly emulator: Emulator;
  /** The official client, with the emulator's secret key. */
  readonly stripe: Stripe;
  /** What deliveries are signed with: for endpoints of the app's own, `emulator.createWebhookEndpoint`. */
  readonly webhookSecret: string;
  /**
   * Resolves when everything that Stripe has said so far is in the mirror and proven, also what a fault withheld, and the
   * hooks for it have run. A hook that failed is tried again later, and not waited for.
   * @throws stripe_unreachable
   */
  settled(): Promise<void>;
  /** Moves Stripe's clock on by that many milliseconds, lets everything happen that falls due, and waits until it is settled. */
  advance(ms: number): Promise<void>;
  /** Ends all of it; nothing is kept. A second call does nothing more. */
  stop(): Promise<void>;
}

/**
 * Everything an app needs to test its billing, offline: `const { lockstep, stripe, settled } = await startTestLockstep()`.
 * Deliveries are real: signed, over HTTP, to an own port on 127.0.0.1. Sweeps run only when asked for.
 * @throws option_unknown, option_invalid
 */
export async function startTestLockstep(options: TestOptions = {}): Promise<TestLockstep> {
  refuseUnknown(options, ['insertUsers', 'sql', 'hooks', ...OPTION_NAMES]);
  const { insertUsers: users = [], sql: script, hooks: register, ...more } = options;
  const hooks = createHooks();
  register?.(hooks);
  const webhookSecret = `whsec_${randomBytes(24).toString('hex')}`;
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(stops));
  try {
    const emulator = await startEmulator({ retryDelaysMs: [50, 200, 1_000] });
    stops.push(() => emulator.stop());
    const settings = resolveSettings({
      ...quiet,
      ...more,
      ...{ stripeKey: emulator.secretKey, stripeApiBase: emulator.url, webhookSecret },
    });
    const database = await openInMemory(await emptyCluster());
    stops.push(() => database.close());
    if (script !== undefined) await database.script(script);
    const engine = await startEngine(settings.config(), { clock: systemClock, log: settings.log, database, hooks });
    stops.push(() => engine.stop());
    await engine.poll(); // from here on every event is read
    await insert(database, users);
    const lockstep = createLazily(settings, hooks, { open: async () => engine, close: stop });
    const service = await listen({ fetch: (request) => deliver(lockstep, request), host: '127.0.0.1', port: 0 });
    stops.push(() => service.close());
    emulator.createWebhookEndpoint({ url: `${service.url}/stripe-webhooks`, secret: webhookSecret });
    const settled = () => settle(engine);
    return {
      ...{ lockstep, emulator, webhookSecret, settled, stop: () => lockstep.stop() },
      stripe: new Stripe(emulator.secretKey, emulator.sdk),
      async advance(ms) {
        for (let left = ms; left > 0; left -= STEP_MS) {
          emulator.clock.advance(Math.min(left, STEP_MS));
          await settled();
        }
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Less than the 30 days that Stripe lists events for. */
const STEP_MS = 10 * 24 * 60 * 60_000;

/** The emulator has no limits to respect, and a test decides what happens when. */
const quiet: LockstepOptions = {
  log: silent,
  ...{ ratePerEndpoint: 5_000, rateTotal: 5_000 },
  ...{ sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0 },
};

// Whatever base path the app's own handler has.
const deliver = (lockstep: Lockstep, request: Request): Promise<Response> => lockstep.fetch(request, { basePath: '/' });

/** Everything said so far is in Stripe's list of events, delivered or not. */
async function settle(engine: Engine): Promise<void> {
  await engine.poll();
  await engine.drain();
}

async function insert(database: Database, users: readonly TestUser[]): Promise<void> {
  for (const { username, firstName = '', lastName = '', email = null } of users) {
    await database.query(sql`
      with u as (insert into public.users (username, first_name, last_name, email)
        values (${username}, ${firstName}, ${lastName}, ${email}) returning id)
      insert into public.user_profiles (user_id) select id from u`);
  }
}

async function stopAll(stops: (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops.reverse()) await stop();
}

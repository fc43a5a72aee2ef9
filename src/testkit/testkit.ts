/**
 * `lockstep/testing`, for the tests of an app: an emulator, a database in memory and Lockstep in one call.
 *
 * - `index` is what the package exports. `testkit` starts the three, inserts users, and stops everything at the end.
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

/** A row of the table `users`, with its row of `user_profiles`. */
export interface TestUser {
  /** The test refers to the user by it: `{ username: 'ada' }`. */
  username: string;
  /** Default: empty. */
  firstName?: string;
  /** Default: empty. */
  lastName?: string;
  /** Default: none. */
  email?: string;
}

/** The options of a test. Lockstep's own options are included, without those for sweeps and polling. */
export interface TestOptions extends Omit<
  LockstepOptions,
  'databaseUrl' | 'directory' | 'stripeKey' | 'stripeApiBase' | 'webhookSecret'
> {
  /** Rows of `users` and `user_profiles`, two tables that the embedded database creates. Default: none. */
  insertUsers?: readonly TestUser[];
  /** SQL statements that run first, such as those that create the app's own tables. Default: none. */
  sql?: string;
  /** Registers the app's hooks: `hooks: (lockstep) => lockstep.onChange('subscription', …)`. Default: none. */
  hooks?: (hooks: Hooks) => void;
}

/** A local Stripe, an embedded PostgreSQL, and Lockstep between them, all in the memory of this process. */
export interface TestLockstep {
  /** What `createLockstep` returns. It is started and receives every change as a webhook over HTTP. */
  readonly lockstep: Lockstep;
  /** The local Stripe: its URL, keys, clock, and faults. */
  readonly emulator: Emulator;
  /** Stripe's own client, with the emulator's secret key. */
  readonly stripe: Stripe;
  /** The signing secret of the deliveries. Use it to add the app's own endpoints (`emulator.createWebhookEndpoint`). */
  readonly webhookSecret: string;
  /**
   * Resolves when every change at Stripe so far is in the mirror and proven, and its hooks have run. That includes
   * changes whose webhooks a fault withheld. It does not wait for a hook that failed and is tried again later.
   * @throws stripe_unreachable
   */
  settled(): Promise<void>;
  /**
   * Advances Stripe's clock by that many milliseconds. Everything that falls due happens. Then it waits like `settled`.
   */
  advance(ms: number): Promise<void>;
  /** Stops everything and keeps nothing. A second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts everything that an app needs to test its billing offline:
 * `const { lockstep, stripe, settled } = await startTestLockstep()`. Deliveries are real: they are signed and sent over
 * HTTP to a port on 127.0.0.1. Sweeps run only when the test calls for one.
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

/**
 * Nothing runs on a schedule, because the test decides what happens when. No rate limits, because the emulator has
 * none.
 */
const quiet: LockstepOptions = {
  log: silent,
  ...{ ratePerEndpoint: 5_000, rateTotal: 5_000 },
  ...{ sweepEveryMs: 0, sweepRecentEveryMs: 0, catchUpEveryMs: 0 },
};

// This works for every base path that the app's own handler has.
const deliver = (lockstep: Lockstep, request: Request): Promise<Response> => lockstep.fetch(request, { basePath: '/' });

/** Polls, because Stripe's list of events has every change so far, delivered or not. Then waits for the proofs. */
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

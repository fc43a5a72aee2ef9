import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { silent } from '../../src/kernel/log.js';
import { createLockstep, type Lockstep, type LockstepOptions } from '../../src/app/index.js';
import { embeddedUsers } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { signed } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { WEBHOOK_SECRET } from '../support/world.js';

/** A local Stripe, and databases with the app's tables and two users in them. */
export interface Stage {
  emulator: Emulator;
  stripe: Stripe;
  /** Options for a Lockstep on a new database. */
  options(more?: LockstepOptions): Promise<LockstepOptions>;
  /** Made with them; stopped at the end. */
  lockstep(more?: LockstepOptions): Promise<Lockstep>;
  /** A delivery of the event, as Stripe would send it. */
  delivery(event: object, path?: string): Request;
  stop(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url)); // Stripe.js's stand-in, where it is built
  const emulator = await startEmulator({ port: 0, webDir });
  const started: Lockstep[] = [];
  const options: Stage['options'] = async (more = {}) => ({
    databaseUrl: await databaseOfApp(),
    stripeKey: emulator.secretKey,
    stripeApiBase: emulator.url,
    webhookSecret: WEBHOOK_SECRET,
    ratePerEndpoint: 5_000,
    rateTotal: 5_000,
    sweepEveryMs: 0,
    sweepRecentEveryMs: 0,
    catchUpEveryMs: 0,
    log: silent,
    ...more,
  });
  return {
    ...{ emulator, options },
    stripe: new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' }),
    async lockstep(more) {
      const lockstep = createLockstep(await options(more));
      started.push(lockstep);
      return lockstep;
    },
    delivery(event, path = '/stripe-webhooks') {
      const { body, signature } = signed(JSON.stringify(event));
      return new Request(`http://app.test${path}`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      });
    },
    async stop() {
      await Promise.all(started.map((lockstep) => lockstep.stop()));
      await emulator.stop();
    },
  };
}

async function databaseOfApp(): Promise<string> {
  const { url } = await createDatabase({ template: MIGRATED });
  const database = openPostgres({ url, log: silent });
  await database.script(embeddedUsers());
  await database.script(`
    insert into users (username, first_name, last_name, email) values
      ('ada', 'Ada', 'Lovelace', 'ada@example.com'), ('grace', 'Grace', 'Hopper', 'grace@example.com');
    insert into user_profiles (user_id) select id from users`);
  await database.close();
  return url;
}

/** The answer's status and, where it is an error, its code. */
export async function told(response: Response): Promise<{ status: number; code?: string; hint?: string }> {
  const body = (await response.json()) as { error?: { code: string; hint?: string } };
  return { status: response.status, ...body.error };
}

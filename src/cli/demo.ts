import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { resolveConfig, type Config, type ServiceOptions } from '../engine/config.js';
import { startEngine, type Engine } from '../engine/engine.js';
import { createApp } from '../http/app.js';
import { identifyService } from '../http/caller.js';
import { createDemoRoutes } from '../http/demo/routes.js';
import { guarded } from '../http/demo/guard.js';
import { createSideBySide, type SideBySide } from '../http/demo/side-by-side.js';
import { listen } from '../http/listen.js';
import { createPages } from '../http/pages.js';
import { createSampleRoutes } from '../http/sample/routes.js';
import { createSessions } from '../http/session.js';
import { systemClock } from '../kernel/clock.js';
import { openDoor } from '../kernel/door.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import { livemodeOf } from '../stripe/key.js';
import { followEmulator } from './follow-emulator.js';
import { openLog } from '../app/log.js';
import { seedStripe, seedUsers } from './seed.js';
import { tokenFrom, writeServiceFile } from './token.js';
import { untilStopped } from './until-stopped.js';
import { webDir } from './web-dir.js';

export interface DemoCommand {
  port: number;
  emulatorPort: number;
  /** Host names that its addresses answer to besides loopback ones. */
  allowHosts: readonly string[];
  directory: string;
  /** From the environment: a test key of Stripe takes the emulator's place. */
  options: Partial<ServiceOptions>;
}

interface DemoSecrets {
  webhookSecret: string;
  sessionSecret: string;
}

const SWEEP_S = 20;
// The page sweeps, so that it can show what was found.
const pageSweeps = {
  sweepTypes: ['customer', 'product', 'price', 'subscription'],
  sweepEveryMs: 0,
  sweepRecentEveryMs: 0,
};

/** Everything on one machine: a local Stripe (or Stripe's test mode), the service on the embedded database, the pages. */
export async function demo(command: DemoCommand): Promise<void> {
  const { directory, options } = command;
  if (options.stripeKey !== undefined && livemodeOf(options.stripeKey)) {
    throw new LockstepError('stripe_key_invalid', 'STRIPE_SECRET_KEY is a live key, and the demo refuses live data', {
      hint: 'use a test key (sk_test_…), or unset STRIPE_SECRET_KEY to use the local emulator',
    });
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = openLog({ level: 'info', file: join(directory, 'demo.log') });
  const stops: (() => Promise<void> | void)[] = [];
  try {
    await start(command, log, stops);
  } catch (error) {
    for (const stop of stops.reverse()) await stop();
    throw error;
  }
  await untilStopped(stops);
  console.log('\n  Stopped. The data is kept.');
}

async function start(
  { port, emulatorPort, allowHosts, directory, options }: DemoCommand,
  log: Log,
  stops: (() => Promise<void> | void)[],
): Promise<void> {
  openDoor(allowHosts); // reports a wrong name before anything starts
  const secrets = readSecrets(directory);
  const emulator =
    options.stripeKey === undefined ? await openEmulator({ directory, port: emulatorPort, allowHosts, log }) : null;
  if (emulator !== null) stops.push(() => emulator.stop());
  const config = resolveConfig(
    emulator === null ? realStripe(options, directory) : localStripe(emulator, secrets, directory),
  );
  if (emulator === null) console.log(usesTestMode);
  console.log(`  ✓ database      embedded PostgreSQL (PGlite) in ${join(directory, 'db')}`);
  const engine = await startEngine(config, { clock: systemClock, log });
  stops.push(() => engine.stop());
  await seedUsers(engine);

  const sideBySide = openSideBySide(engine, emulator, log);
  const token = tokenFrom(undefined);
  const service = await listen({
    fetch: guarded(openDoor(allowHosts), composeApp({ engine, emulator, sideBySide, config, secrets, token, log })),
    host: '127.0.0.1',
    port,
  });
  stops.push(() => service.close());
  if (emulator !== null) {
    // Known by its secret: the port may have changed since the last start.
    emulator.keepWebhookEndpoint({ url: `${service.url}/stripe-webhooks`, secret: secrets.webhookSecret });
    stops.push(followEmulator(emulator.url, sideBySide));
    await seedOnce(directory, engine);
    await engine.operations.backfill({}); // balance transactions, for example, have no events
  }
  sideBySide.start();
  stops.push(() => sideBySide.stop());
  stops.push(writeServiceFile(directory, { url: service.url, token }));
  console.log(welcome(service.url, emulator, directory));
}

const usesTestMode = [
  "  STRIPE_SECRET_KEY is set, so the demo uses Stripe's test mode instead of the local emulator.",
  '  To stay local, unset it: env -u STRIPE_SECRET_KEY npm start',
].join('\n');

function openEmulator({
  directory,
  ...options
}: {
  directory: string;
  port: number;
  allowHosts: readonly string[];
  log: Log;
}): Promise<Emulator> {
  return startEmulator({ ...options, webDir, dataFile: join(directory, 'emulator.json') });
}

function localStripe(emulator: Emulator, { webhookSecret }: DemoSecrets, directory: string): ServiceOptions {
  return {
    directory,
    stripeKey: emulator.secretKey,
    publishableKey: emulator.publishableKey,
    stripeApiBase: emulator.url,
    webhookSecret,
    // The emulator has no limits to respect.
    ratePerEndpoint: 500,
    rateTotal: 1_000,
    ...pageSweeps,
    catchUpEveryMs: 0, // nor does anything else heal what the page shows as lost
  };
}

function realStripe(options: Partial<ServiceOptions>, directory: string): ServiceOptions {
  const { stripeKey, publishableKey, stripeApiBase } = options;
  const base = stripeApiBase === undefined ? {} : { stripeApiBase };
  if (publishableKey === undefined) {
    throw new LockstepError('option_invalid', "STRIPE_SECRET_KEY is set, so the demo would use Stripe's test mode", {
      hint: 'set STRIPE_PUBLISHABLE_KEY too (pk_test_…), or unset STRIPE_SECRET_KEY to use the local emulator',
    });
  }
  return { directory, ...base, stripeKey, publishableKey, feed: 'poll', ...pageSweeps };
}

function openSideBySide(engine: Engine, emulator: Emulator | null, log: Log): SideBySide {
  return createSideBySide({
    engine,
    clock: systemClock,
    log,
    emulatorUrl: emulator?.url ?? null,
    everySeconds: emulator === null ? 300 : SWEEP_S,
    fault:
      emulator === null
        ? null
        : {
            get: async () => emulator.faults.get().lose_every === 2,
            set: async (on) => void emulator.faults.set({ lose_every: on ? 2 : 0 }),
          },
  });
}

interface AppParts {
  engine: Engine;
  emulator: Emulator | null;
  sideBySide: SideBySide;
  config: Config;
  secrets: DemoSecrets;
  token: string;
  log: Log;
}

function composeApp({
  engine,
  emulator,
  sideBySide,
  config,
  secrets,
  token,
  log,
}: AppParts): (request: Request) => Response | Promise<Response> {
  const sessions = createSessions(secrets.sessionSecret, systemClock);
  const app = createApp({ engine, identify: [identifyService(token), sessions.identify], log });
  app.route('/', createDemoRoutes(sideBySide));
  app.route(
    '/',
    createSampleRoutes({
      ...{ engine, sessions },
      mode: emulator === null ? 'stripe' : 'emulator',
      publishableKey: config.publishableKey ?? null,
      stripeJsUrl: emulator === null ? 'https://js.stripe.com/v3/' : `${emulator.url}/v3/`,
    }),
  );
  const connect =
    emulator === null
      ? ['https://js.stripe.com', 'https://api.stripe.com', 'https://hooks.stripe.com']
      : [emulator.url];
  app.route('/', createPages({ webDir, pages: { '/': 'demo', '/demo': 'demo', '/sample': 'sample' }, connect }));
  return (request) => app.fetch(request);
}

/** Once for this directory, and to its end: a start that was interrupted in the middle is made up for. */
async function seedOnce(directory: string, engine: Engine): Promise<void> {
  const done = join(directory, 'seeded');
  if (existsSync(done)) return;
  await seedStripe(engine);
  writeFileSync(done, '');
}

function readSecrets(directory: string): DemoSecrets {
  const path = join(directory, 'demo.json');
  if (existsSync(path)) return parseSecretsFile(path);
  const secrets = {
    webhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
    sessionSecret: randomBytes(32).toString('hex'),
  };
  writeFileSync(path, `${JSON.stringify(secrets)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return secrets;
}

function parseSecretsFile(path: string): DemoSecrets {
  try {
    const secrets = JSON.parse(readFileSync(path, 'utf8')) as Partial<DemoSecrets>;
    if (typeof secrets.webhookSecret === 'string' && typeof secrets.sessionSecret === 'string')
      return secrets as DemoSecrets;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new LockstepError('path_unusable', `${path} does not hold the demo's secrets`, {
    hint: `delete ${path}; the next start creates new ones`,
  });
}

function welcome(url: string, emulator: Emulator | null, directory: string): string {
  const stripe =
    emulator === null
      ? '  ✓ stripe        test mode, read by polling'
      : `  ✓ emulator      a local Stripe, dashboard    ${emulator.url}`;
  const end = emulator === null ? '' : '  Everything runs on this machine. ';
  return [
    stripe,
    `  ✓ lockstep      webhooks, API                ${url}`,
    `  ✓ sample app    sign in as ada or grace      ${url}/sample`,
    `  ✓ side by side  Stripe | your database       ${url}/demo`,
    `${end === '' ? '  ' : end}Ctrl-C stops it and keeps the data. Delete ${directory} to start over.`,
  ].join('\n');
}

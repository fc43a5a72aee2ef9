/*
 * Everything that only `lockstep demo` needs. Files in reading order:
 * - `demo.ts`: starts everything
 * - `service-options.ts`, `secrets.ts`, `seed.ts`: what it starts with
 * - `app.ts`, `guard.ts`, `pages.ts`: what it serves
 * - `side-by-side/`, `sample/`: the two pages' servers; `state.ts` and `answers.ts` type their JSON for `web` too
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { resolveConfig, type ServiceOptions } from '../engine/config.js';
import { startEngine, type Engine } from '../engine/engine.js';
import { listen } from '../http/listen.js';
import type { Clock } from '../kernel/clock.js';
import { openDoor } from '../kernel/door.js';
import type { Log } from '../kernel/log.js';
import { createDemoApp } from './app.js';
import { followEmulator } from './follow-emulator.js';
import { guarded } from './guard.js';
import { readSecrets } from './secrets.js';
import { seedStripe, seedUsers } from './seed.js';
import { optionsForEmulator, optionsForTestMode, refuseLiveKey } from './service-options.js';
import { createSideBySide, type SideBySide } from './side-by-side/side-by-side.js';

export interface DemoOptions {
  port: number;
  emulatorPort: number;
  /** Host names that it answers in addition to loopback ones. */
  allowHosts: readonly string[];
  directory: string;
  /** With a Stripe test key, the demo uses Stripe's test mode instead of the emulator. */
  options: Partial<ServiceOptions>;
  /** The service's own token. */
  token: string;
  /** The built pages, `dist/web`. */
  webDir: string;
}

export interface DemoDeps {
  clock: Clock;
  openLog(file: string): Log;
  /** Called when the options are valid and Stripe's side runs, before the database opens. */
  onOpening(): void;
}

export interface RunningDemo {
  url: string;
  /** null: Stripe's test mode. */
  emulatorUrl: string | null;
  stop(): Promise<void>;
}

type Stops = (() => Promise<void> | void)[];

const SWEEP_S = 20;
const SWEEP_TEST_MODE_S = 300;

/**
 * Starts everything on this machine: a local Stripe (or Stripe's test mode), the service on the embedded database, and
 * the pages.
 * @throws LockstepError `stripe_key_invalid`, `option_invalid`, `path_unusable`, and what the service and the emulator
 *   throw when they start
 */
export async function startDemo(options: DemoOptions, deps: DemoDeps): Promise<RunningDemo> {
  refuseLiveKey(options.options);
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const log = deps.openLog(join(options.directory, 'demo.log'));
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return { ...(await start(options, { ...deps, log }, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Tools = DemoDeps & { log: Log };

/** Starts each part and adds a function that stops it to `stops`. */
async function start(options: DemoOptions, tools: Tools, stops: Stops): Promise<Omit<RunningDemo, 'stop'>> {
  const { directory, allowHosts } = options;
  const door = openDoor(allowHosts); // reports a wrong name before anything starts
  const secrets = readSecrets(directory);
  const emulator = options.options.stripeKey === undefined ? await openEmulator(options, tools.log) : null;
  if (emulator !== null) stops.push(() => emulator.stop());
  const config = resolveConfig(
    emulator === null
      ? optionsForTestMode(options.options, directory)
      : optionsForEmulator(emulator, secrets.webhookSecret, directory),
  );
  tools.onOpening();
  const engine = await startEngine(config, { clock: tools.clock, log: tools.log });
  stops.push(() => engine.stop());
  await seedUsers(engine);
  const sideBySide = openSideBySide(engine, emulator, tools);
  const app = createDemoApp({
    engine,
    emulator,
    sideBySide,
    config,
    sessionSecret: secrets.sessionSecret,
    token: options.token,
    webDir: options.webDir,
    clock: tools.clock,
    log: tools.log,
  });
  const service = await listen({ fetch: guarded(door, app), host: '127.0.0.1', port: options.port });
  stops.push(() => service.close());
  stops.push(() => engine.changes.watch.stop()); // its streams never end by themselves
  if (emulator !== null) {
    // The endpoint is found by its secret, because the port may have changed since the last start.
    emulator.keepWebhookEndpoint({ url: `${service.url}/stripe-webhooks`, secret: secrets.webhookSecret });
    stops.push(followEmulator(emulator.url, sideBySide));
    await seedOnce(directory, engine, emulator);
    await engine.operations.backfill({}); // balance transactions, for example, have no events
  }
  sideBySide.start();
  stops.push(() => sideBySide.stop());
  return { url: service.url, emulatorUrl: emulator?.url ?? null };
}

function openEmulator({ directory, emulatorPort, allowHosts, webDir }: DemoOptions, log: Log): Promise<Emulator> {
  return startEmulator({ port: emulatorPort, allowHosts, webDir, log, dataFile: join(directory, 'emulator.json') });
}

function openSideBySide(engine: Engine, emulator: Emulator | null, { clock, log }: Tools): SideBySide {
  return createSideBySide({
    engine,
    clock,
    log,
    emulatorUrl: emulator?.url ?? null,
    everySeconds: emulator === null ? SWEEP_TEST_MODE_S : SWEEP_S,
    fault:
      emulator === null
        ? null
        : {
            get: async () => emulator.faults.get().lose_every === 2,
            set: async (on) => void emulator.faults.set({ lose_every: on ? 2 : 0 }),
          },
  });
}

/** Seeds this directory's Stripe once. After an interrupted start, it seeds the rest. */
async function seedOnce(directory: string, engine: Engine, emulator: Emulator): Promise<void> {
  const done = join(directory, 'seeded');
  if (existsSync(done)) return;
  await seedStripe(engine);
  await emulator.flush(); // before the note, so that a killed process never loses seeded data that the note promises
  writeFileSync(done, '');
}

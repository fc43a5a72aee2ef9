import { startEngine, type Engine } from '../engine/engine.js';
import { createHooks, type HookRegistry } from '../hooks/registry.js';
import { systemClock } from '../kernel/clock.js';
import { createLazily } from './lazy.js';
import { createAlarmWatch } from '../operate/alarms/alarm-watch.js';
import type { Lockstep } from './lockstep.js';
import { resolveSettings, type LockstepOptions, type Settings } from './settings.js';
import { acquire, release } from './shared-engine.js';

/**
 * Creates Lockstep inside an app: `createLockstep({ databaseUrl, stripeKey, webhookSecret })`. Options are checked at
 * once. Everything else begins at the first use, or with `start()`. Within a process, calls with equal options share
 * one engine. A call with other options for the same database replaces the engine. A missing secret is reported only
 * when it is needed, because apps are often built on a machine that has no secrets.
 * @throws option_unknown with "did you mean", option_invalid, stripe_key_invalid, webhook_secret_invalid
 */
export function createLockstep(options: LockstepOptions): Lockstep {
  const settings = resolveSettings(options);
  const hooks = createHooks();
  const holder = {};
  return createLazily(settings, hooks, {
    open: () => openShared(holder, settings, hooks),
    close: () => release(holder),
  });
}

function openShared(holder: object, { config, background, log }: Settings, hooks: HookRegistry): Promise<Engine> {
  const resolved = config();
  const roles = { prove: background ? true : 'on demand', sweep: background, feed: background } as const;
  const start = () => startEngine(resolved, { clock: systemClock, log, roles, hooks, companion: createAlarmWatch });
  return acquire(holder, { config: resolved, started: { background, hooks: hooks.taken() }, start });
}

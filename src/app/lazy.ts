import type { Engine } from '../engine/engine.js';
import type { Hooks } from '../hooks/hook.js';
import { billingOf } from '../http/billing-of.js';
import { failureResponse } from '../http/failure.js';
import { LockstepError } from '../kernel/error.js';
import { lazyBilling } from './lazy-billing.js';
import type { Lockstep } from './lockstep.js';
import { planFreely } from '../store/session-settings.js';
import { mountApp } from './mount.js';
import type { Settings } from './settings.js';

/** Opens and closes the engine behind a `Lockstep`. */
export interface EngineDoor {
  /** Opens the engine. Called once, and again if it failed. */
  open: () => Promise<Engine>;
  close: () => Promise<void>;
}

const RUN_MS = 50_000;

/** The public calls. The first one opens the engine. */
export function createLazily(settings: Settings, hooks: Hooks, { open, close }: EngineDoor): Lockstep {
  let stopping: Promise<void> | undefined;
  let opened: Promise<Engine> | undefined;
  let mounted: ReturnType<typeof mountApp> | undefined;

  const engine = async (): Promise<Engine> => {
    if (stopping !== undefined) throw new LockstepError('stopped', 'This Lockstep was stopped');
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };

  return {
    onChange: (type, run, options) => hooks.onChange(type, run, options),
    after: (type, run, options) => hooks.after(type, run, options),
    onEvent: (type, run, options) => hooks.onEvent(type, run, options),
    async fetch(request, { basePath = settings.basePath, identify, bodyRead, waitUntil } = {}) {
      try {
        const running = await engine();
        mounted ??= mountApp(running, settings);
        const byApp = identify ?? (() => settings.identify(request));
        const response = await mounted(request, { basePath: basePath.replace(/\/$/, ''), identify: byApp, bodyRead });
        if (!settings.background) waitUntil?.(running.drain().catch(() => {})); // what is not proven then stays marked
        return response;
      } catch (error) {
        return failureResponse(error, settings.log);
      }
    },
    start: async () => void (await engine()),
    stop: () => (stopping ??= close()),
    async run({ forMs = RUN_MS } = {}) {
      const running = await engine();
      await running.catchUp({ forMs });
      return running.status();
    },
    status: async () => (await engine()).status(),
    verify: async (request) => (await engine()).operations.verify(request),
    backfill: async (request = {}) => (await engine()).operations.backfill(request),
    query: async (text, values = []) =>
      (await engine()).database.within('app').transaction(async (tx) => {
        await tx.script(planFreely);
        return tx.query({ text, values });
      }),
    ...lazyBilling(async () => billingOf(await engine())),
  };
}

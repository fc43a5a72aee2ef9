import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { Deliveries } from './deliveries.js';
import type { Hook } from './hook.js';
import { HookKeeper } from './in-transaction.js';
import type { Registrations } from './registrations.js';
import type { RunDeps } from './run.js';
import { Outbox, type OutboxConfig } from './outbox.js';

export interface HookRuntimeDeps {
  database: Database;
  mirror: Mirror;
  hookRegistrations: Registrations;
  deliveries: Deliveries;
  /** The hooks of this process. If there are none, it only queues runs for the hooks of other processes. */
  hooks: readonly Hook[];
  clock: Clock;
  log: Log;
  /** Called after each run. */
  onRun?: RunDeps['onRun'];
}

/** Runs the hooks of this process. */
export interface HookRuntime {
  readonly keeper: HookKeeper;
  /** Starts to run queued runs. Does nothing if the process has no hooks. */
  start(): void;
  wake(): void;
  /** Resolves when the runs that are due now have ended, with whether any succeeded. */
  drain(): Promise<boolean>;
  /**
   * Waits a few seconds for running hooks. One that does not end in time runs again later. A second call does nothing.
   */
  stop(): Promise<void>;
}

/** Registers the hooks in the database. @throws option_invalid a name belongs to another hook */
export async function openHookRuntime(deps: HookRuntimeDeps, config: OutboxConfig): Promise<HookRuntime> {
  const { database, mirror, hookRegistrations: registrations, deliveries, hooks, clock, log, onRun } = deps;
  const stopping = new AbortController();
  const common = { registrations, deliveries, clock, log, onRun, stopping: stopping.signal };
  const outbox = hooks.length === 0 ? undefined : new Outbox({ database, mirror, hooks, ...common }, config);
  if (hooks.length > 0) await registrations.register(hooks, clock.now());
  return {
    keeper: new HookKeeper({ hooks: new Map(hooks.map((hook) => [hook.name, hook])), ...common }),
    start: () => outbox?.start(),
    wake: () => outbox?.wake(),
    drain: async () => (await outbox?.drain()) ?? false,
    async stop() {
      stopping.abort();
      await outbox?.stopped();
    },
  };
}

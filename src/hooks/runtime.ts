import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { Deliveries } from './deliveries.js';
import type { Hook } from './hook.js';
import { HookKeeper } from './in-transaction.js';
import type { Registrations } from './registrations.js';
import { Outbox, type OutboxConfig } from './outbox.js';

export interface HookRuntimeDeps {
  database: Database;
  mirror: Mirror;
  knownHooks: Registrations;
  deliveries: Deliveries;
  /** Those of this process; none: it only keeps what the hooks of others are to be run for. */
  hooks: readonly Hook[];
  clock: Clock;
  log: Log;
}

/** The hooks of this process at work. */
export interface HookRuntime {
  readonly keeper: HookKeeper;
  /** Runs what is kept, from now on. Nothing where the process has no hooks. */
  start(): void;
  wake(): void;
  /** Runs what is due now and resolves when that has ended; whether any of it ended well. */
  drain(): Promise<boolean>;
  /** Lets the runs under way end, for some seconds. What did not end is run again. A second call does nothing more. */
  stop(): Promise<void>;
}

/** Makes the hooks known to the database. @throws option_invalid a name stands for another hook */
export async function openHookRuntime(deps: HookRuntimeDeps, config: OutboxConfig): Promise<HookRuntime> {
  const { database, mirror, knownHooks: registrations, deliveries, hooks, clock, log } = deps;
  const stopping = new AbortController();
  const common = { registrations, deliveries, clock, log, stopping: stopping.signal };
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

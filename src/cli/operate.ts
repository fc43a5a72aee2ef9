import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig, type ServiceOptions } from '../engine/config.js';
import { startEngine } from '../engine/engine.js';
import type { Operations } from '../engine/operations.js';
import { systemClock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { openLog } from '../lockstep/log.js';
import { remoteOperations } from './remote.js';
import { readServiceFile } from './service-file.js';

export interface Operate {
  options: ServiceOptions;
  logLevel: string;
  /** Whether what is marked has to be proven meanwhile. */
  prove: boolean;
}

/**
 * Does something with the operations: those of the service that runs on this directory's embedded database, or, where
 * none runs or the database is a PostgreSQL, in this process. Ctrl-C ends it; what was done stays done.
 */
export async function operate<T>(
  asked: Operate,
  work: (operations: Operations, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const { operations, close } = await openOperations(asked, interrupt.signal);
  try {
    return await work(operations, interrupt.signal);
  } finally {
    await close();
  }
}

interface Opened {
  operations: Operations;
  close: () => Promise<void>;
}

/** How long a command waits for a service that is starting, or for another command to end. */
const WAIT_MS = 10_000;
const WAIT_STEP_MS = 200;

/** Who has the embedded database may be about to say where it is to be asked: that is waited for. */
async function openOperations(asked: Operate, signal: AbortSignal): Promise<Opened> {
  const { options } = asked;
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const running =
      options.databaseUrl === undefined ? await readServiceFile(options.directory ?? '.lockstep') : undefined;
    if (running !== undefined) return { operations: remoteOperations(running), close: () => Promise.resolve() };
    try {
      return await openHere(asked);
    } catch (error) {
      const isLocked = error instanceof LockstepError && error.code === 'database_locked';
      if (!isLocked || signal.aborted || performance.now() > until) throw error;
    }
    await sleep(WAIT_STEP_MS);
  }
}

async function openHere({ options, logLevel, prove }: Operate): Promise<Opened> {
  // Nothing is received here, so no webhook secret is needed.
  const config = resolveConfig({ ...options, feed: 'poll' });
  const log = openLog({ level: logLevel });
  const engine = await startEngine(config, { clock: systemClock, log, roles: { prove, sweep: false, feed: false } });
  return { operations: engine.operations, close: () => engine.stop() };
}

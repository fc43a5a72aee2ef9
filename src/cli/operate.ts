import { resolveConfig, type ServiceOptions } from '../engine/config.js';
import { startEngine } from '../engine/engine.js';
import type { Operations } from '../engine/operations.js';
import { systemClock } from '../kernel/clock.js';
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
  { options, logLevel, prove }: Operate,
  work: (operations: Operations, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const running = options.databaseUrl === undefined ? readServiceFile(options.directory ?? '.lockstep') : undefined;
  if (running !== undefined) return work(remoteOperations(running), interrupt.signal);
  // Nothing is received here, so no webhook secret is needed.
  const config = resolveConfig({ ...options, feed: 'poll' });
  const log = openLog({ level: logLevel });
  const engine = await startEngine(config, { clock: systemClock, log, roles: { prove, sweep: false, feed: false } });
  try {
    return await work(engine.operations, interrupt.signal);
  } finally {
    await engine.stop();
  }
}

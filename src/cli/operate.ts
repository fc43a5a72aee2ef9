import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig, resolveOptions, type ServiceOptions } from '../engine/config.js';
import { migrateDatabase, openDatabase } from '../engine/database.js';
import { openOfflineOperations, type OfflineOperations } from '../engine/dead-operations.js';
import { startEngine } from '../engine/engine.js';
import type { Operations } from '../engine/operations.js';
import { systemClock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { openLog } from '../app/log.js';
import { createConsoleTokens, type ConsoleTokenAdmin } from '../operate/console/tokens.js';
import { createReports, type Reports } from '../operate/reports.js';
import { remoteConsoleTokens, remoteOperations, remoteReports } from './remote.js';
import { readServiceFile } from './service-file.js';
import type { ServiceFile } from './token.js';

export interface Operate {
  options: ServiceOptions;
  logLevel: string;
  /** Whether marked objects must be read from Stripe while the work runs. */
  prove: boolean;
}

/** What a command that works on the database alone is told. */
export type OperateOffline = Omit<Operate, 'prove'>;

/**
 * Does something with the operations: those of the service that runs on this directory's embedded database, or, where
 * none runs or the database is a PostgreSQL, in this process. Ctrl-C ends it; what was done stays done.
 */
export function operate<T>(
  asked: Operate,
  work: (operations: Operations, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return doWith(asked, { here: openHere, through: remoteOperations }, work);
}

/** The same with what needs the database alone: neither a key nor Stripe. */
export function operateOffline<T>(
  asked: OperateOffline,
  work: (operations: OfflineOperations) => Promise<T>,
): Promise<T> {
  return doWith(asked, { here: openOffline, through: (service): OfflineOperations => remoteOperations(service) }, work);
}

/** The same with reports, which change nothing: an embedded database that is not there is not made either. */
export function withReports<T>(asked: OperateOffline, work: (reports: Reports) => Promise<T>): Promise<T> {
  return doWith(asked, { here: openReports, through: remoteReports }, work);
}

/** The same with the tokens of the console. */
export function withConsoleTokens<T>(
  asked: OperateOffline,
  work: (tokens: ConsoleTokenAdmin) => Promise<T>,
): Promise<T> {
  return doWith(asked, { here: openConsoleTokens, through: remoteConsoleTokens }, work);
}

interface Opened<Some> {
  operations: Some;
  close: () => Promise<void>;
}

/** The two ways to get something done. */
interface Ways<Asked, Some> {
  here: (asked: Asked) => Promise<Opened<Some>>;
  through: (service: ServiceFile) => Some;
}

async function doWith<T, Some, Asked extends OperateOffline>(
  asked: Asked,
  ways: Ways<Asked, Some>,
  work: (operations: Some, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const { operations, close } = await openOperations(asked, ways, interrupt.signal);
  try {
    return await work(operations, interrupt.signal);
  } finally {
    await close();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** How long a command waits for a service that is starting, or for another command to end. */
const WAIT_MS = 10_000;
const WAIT_STEP_MS = 200;

/** Who has the embedded database may be about to say where it is to be asked: that is waited for. */
async function openOperations<Some, Asked extends OperateOffline>(
  asked: Asked,
  { here, through }: Ways<Asked, Some>,
  signal: AbortSignal,
): Promise<Opened<Some>> {
  const { options } = asked;
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const running =
      options.databaseUrl === undefined ? await readServiceFile(options.directory ?? '.lockstep') : undefined;
    if (running !== undefined) return { operations: through(running), close: () => Promise.resolve() };
    try {
      return await here(asked);
    } catch (error) {
      const isLocked = error instanceof LockstepError && error.code === 'database_locked';
      if (!isLocked || signal.aborted || performance.now() > until) throw error;
    }
    await sleep(WAIT_STEP_MS);
  }
}

async function openHere({ options, logLevel, prove }: Operate): Promise<Opened<Operations>> {
  // Nothing is received here, so no webhook secret is needed.
  const config = resolveConfig({ ...options, feed: 'poll' });
  const log = openLog({ level: logLevel });
  const engine = await startEngine(config, { clock: systemClock, log, roles: { prove, sweep: false, feed: false } });
  return { operations: engine.operations, close: () => engine.stop() };
}

async function openOffline({ options, logLevel }: OperateOffline): Promise<Opened<OfflineOperations>> {
  const { close, ...operations } = await openOfflineOperations(resolveOptions(options), {
    clock: systemClock,
    log: openLog({ level: logLevel }),
  });
  return { operations, close };
}

async function openReports({ options, logLevel }: OperateOffline): Promise<Opened<Reports>> {
  const config = resolveOptions(options);
  const { databaseUrl, directory } = config;
  if (databaseUrl === undefined && !existsSync(join(directory, 'db'))) {
    throw new LockstepError('schema_missing', `There is no database in ${directory} yet`, {
      hint: 'start lockstep serve, or set DATABASE_URL or --directory to the database that you mean',
    });
  }
  const database = await openDatabase(config, openLog({ level: logLevel }));
  return { operations: createReports({ database, config, clock: systemClock }), close: () => database.close() };
}

async function openConsoleTokens({ options, logLevel }: OperateOffline): Promise<Opened<ConsoleTokenAdmin>> {
  const config = resolveOptions(options);
  const database = await openDatabase(config, openLog({ level: logLevel }));
  try {
    await migrateDatabase(database, config);
  } catch (error) {
    await database.close();
    throw error;
  }
  return { operations: createConsoleTokens(database, systemClock), close: () => database.close() };
}

import { createHookLetters } from '../hooks/hook-letters.js';
import { createDeadLetters } from '../inbox/dead-letters.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { Options } from './config.js';
import { migrateDatabase, openDatabase } from './database.js';
import { createHoldOperations } from './holds.js';
import type { Operations } from './operations.js';
import type * as v from 'valibot';

export interface DeadParts {
  database: Database;
  clock: Clock;
  /** Whose letters. */
  sources: () => Promise<readonly Source[]>;
  /** There are marks to prove now. */
  wake: () => void;
}

/** Lists, shows and retries what kept failing. Asks Stripe nothing. */
export function createDeadOperations({ database, clock, sources, wake }: DeadParts): Operations['dead'] {
  const letters = createDeadLetters(database);
  const hookLetters = createHookLetters(database);
  return {
    list: async (filter) => letters.list(await sources(), filter),
    show: async (filter) => letters.show(await sources(), filter),
    async retry(filter) {
      const retried = await letters.retry(await sources(), filter, clock.now());
      wake();
      return retried;
    },
    hooks: async (filter) => hookLetters.list(await sources(), filter),
    retryHooks: async (filter) => hookLetters.retry(await sources(), filter, clock.now()),
  };
}

/** What needs the database alone. */
export type OfflineOperations = Pick<Operations, 'dead' | 'holds'>;

/**
 * The operations for a command of its own: of every account that the database mirrors. It needs no key, and works while Stripe
 * cannot be reached, which is when it is wanted most.
 */
export async function openOfflineOperations(
  config: Pick<v.InferOutput<typeof Options>, 'databaseUrl' | 'directory' | 'mirrorSchema'>,
  { clock, log }: { clock: Clock; log: Log },
): Promise<OfflineOperations & { close: () => Promise<void> }> {
  const database = await openDatabase(config, log);
  try {
    await migrateDatabase(database, config);
  } catch (error) {
    await database.close();
    throw error;
  }
  const sources = (): Promise<Source[]> =>
    database.query<Source>(sql`select account, livemode from lockstep.sources order by bound_at, account`);
  const wake = (): void => {}; // the service's own loop looks often enough
  return {
    dead: createDeadOperations({ database, clock, sources, wake }),
    // The processes look every few seconds.
    holds: createHoldOperations({ database, clock, onChange: () => Promise.resolve() }),
    close: () => database.close(),
  };
}

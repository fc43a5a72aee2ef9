import pg from 'pg';
import { LockstepError } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { lookUpByKey, parseBigint, type Database, type Queryable } from '../database.js';
import { failureOf } from '../failure.js';
import type { Sql } from '../sql.js';
import { connectionFailure } from './connection-failure.js';

export interface PostgresOptions {
  /** `postgres://…`, as in `DATABASE_URL`. */
  url: string;
  /** Connections at most. Default 10. */
  connectionsMax?: number;
  /** Named prepared statements. Default true; set false behind a pooler that cannot carry them. */
  prepare?: boolean;
  /** How long a connection may take. Default 5 s. */
  connectMs?: number;
  log: Log;
}

const INT8 = 20;

/** PostgreSQL 14 or later over node-postgres. Does not connect before the first statement. */
export function openPostgres({
  url,
  connectionsMax = 10,
  prepare = true,
  connectMs = 5_000,
  log,
}: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    application_name: 'lockstep',
    types: { getTypeParser: parserOf },
    // Waited for, though its type does not say so. Without named statements no plan is kept, and a setting would reach
    // whoever the pooler gives the session to.
    ...(prepare ? { onConnect: (client): unknown => client.query(lookUpByKey) } : {}),
  });
  // An idle connection that drops emits here; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ event: 'database.connection_lost', reason: error.message }));
  const names = new Map<string, string>();
  let closing: Promise<void> | undefined;

  const nameOf = (text: string): string => {
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = `lockstep_${names.size + 1}`));
    return name;
  };

  const on = (client: Pick<pg.PoolClient, 'query'>): Queryable => ({
    async query<Row>(statement: Sql): Promise<Row[]> {
      const { text } = statement;
      const config: pg.QueryConfig = { text, values: statement.values as unknown[] };
      if (prepare) config.name = nameOf(text);
      const { rows } = await client.query<Row & pg.QueryResultRow>(config);
      return rows;
    },
    async script(text) {
      await client.query(text);
    },
  });

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (cause) {
      throw unreachable(cause);
    }
  };

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    try {
      return await work(client);
    } catch (error) {
      if (['away', 'session'].includes(failureOf(error))) {
        broken ??= error as Error;
        throw unreachable(error);
      }
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };

  return {
    capabilities: { concurrent: true },
    query: (statement) => withClient((client) => on(client).query(statement)),
    script: (text) => withClient((client) => on(client).script(text)),
    transaction: (work) =>
      withClient(async (client) => {
        await client.query('begin');
        try {
          const result = await work(on(client));
          await client.query('commit');
          return result;
        } catch (error) {
          await client.query('rollback').catch(() => {});
          throw error;
        }
      }),
    close: () => (closing ??= pool.end()),
  };
}

function parserOf(oid: number, format?: 'text' | 'binary'): (value: never) => unknown {
  if (oid === INT8 && format !== 'binary') return parseBigint;
  return pg.types.getTypeParser(oid, format) as (value: never) => unknown;
}

function unreachable(cause: unknown): LockstepError {
  if (cause instanceof LockstepError) return cause;
  const { message, hint } = connectionFailure(cause);
  return new LockstepError('database_unreachable', message, { hint, cause });
}

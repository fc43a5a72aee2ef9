import { createHash } from 'node:crypto';
import type pg from 'pg';
import { LockstepError } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import type { Database, Queryable } from '../database.js';
import { beginning, settling } from '../session-settings.js';
import type { Sql } from '../sql.js';
import { GRACE_MS, limits, ROUND_TRIP_MS, type TimeLimits, type Work } from '../work.js';
import { ConnectionPool } from './sessions.js';
import type { Session } from './session.js';

export interface PostgresOptions {
  /** `postgres://…`, as in `DATABASE_URL`. */
  url: string;
  /** Connections at most. One of them is for events alone, so that nothing else holds them up. Default 10. */
  connectionsMax?: number;
  /**
   * Whether statements are prepared under names. Default: where a connection leads to one server process. Through a pooler it
   * does not, and one client would meet another's names there.
   */
  prepare?: boolean | undefined;
  /** How long a connection may take. Default 5 s. */
  connectMs?: number;
  log: Log;
}

/** A connection that was heard so recently is taken for alive; another is asked before anything depends on it. */
const RECENT_MS = 1_000;
const EVENTS_CONNECT_MS = 3_000;
/** Each of the connections that stand may turn out dead. */
const TRIES = 10;

/**
 * PostgreSQL 14 or later over node-postgres, directly or behind a transaction pooler. Does not connect before the first
 * statement. Every statement runs in a transaction that sets what our code takes for granted, and its time limits.
 */
export function openPostgres({ url, connectionsMax = 10, prepare, connectMs = 5_000, log }: PostgresOptions): Database {
  const onSilence = (since: number): void => {
    log.warn({ event: 'database.silent', forMs: Math.round(performance.now() - since) });
    for (const sessions of pools) sessions.distrust(since);
  };
  const onReadOnly = (): void => {
    for (const sessions of pools) sessions.dropIdle();
  };
  const pool = (max: number, withinMs: number): ConnectionPool =>
    new ConnectionPool({ url, max, connectMs: withinMs, log, onSilence, onReadOnly });
  const common = pool(Math.max(1, connectionsMax - 1), connectMs);
  // An attempt that began while the database was away must not keep it away for long.
  const forEvents = connectionsMax > 1 ? pool(1, Math.min(connectMs, EVENTS_CONNECT_MS)) : common;
  const pools = new Set([common, forEvents]);
  let closing: Promise<unknown> | undefined;

  const names = new Map<string, string>();

  const portFor = (work: Work): Database => {
    const sessions = work === 'accept' ? forEvents : common;
    const parts = { sessions, isOwn: sessions !== common, limits: limits[work], connectMs, prepare, names };
    return {
      ...createPort(parts),
      capabilities: { concurrent: true },
      within: portFor,
      close: async () => void (await (closing ??= Promise.all([...pools].map((sessions) => sessions.close())))),
    };
  };
  return portFor('request');
}

interface Parts {
  sessions: ConnectionPool;
  /** Whether these sessions do this kind of work and no other. */
  isOwn: boolean;
  limits: TimeLimits;
  connectMs: number;
  prepare: boolean | undefined;
  /** Of the statements that were prepared, by their text. */
  names: Map<string, string>;
}

function createPort(parts: Parts): Pick<Database, 'query' | 'script' | 'transaction' | 'outside'> {
  const { sessions, limits } = parts;

  /** One statement in a transaction of its own: one round trip, where the connection was heard recently. */
  const alone = async (send: (session: Session) => Promise<pg.QueryResult>): Promise<pg.QueryResult> => {
    const time = timeFor(limits);
    const { session, isBegun } = await ready(parts, time, 'may begin with its statement');
    return sessions.use(session, async () => {
      const isBare = !isBegun && session.isSettled;
      const results = await session.exchange<pg.QueryResult[]>(time.left(limits.statementMs + GRACE_MS), () =>
        isBare ? [send(session)] : [...(isBegun ? [] : [begin(session, limits)]), send(session), commit(session)],
      );
      return results.at(isBare ? -1 : -2) as pg.QueryResult;
    });
  };

  return {
    async query<Row>(statement: Sql): Promise<Row[]> {
      const { rows } = await alone((session) => run(session, statement, parts));
      return rows as Row[];
    },
    script: async (text) => void (await alone((session) => session.client.query(text))),
    async outside(statement) {
      const time = timeFor(limits);
      const session = await sessions.take(time.left(parts.connectMs));
      const limitMs = limits.statementMs + GRACE_MS;
      await sessions.use(session, () => session.exchange(limitMs, () => [session.client.query(statement)]));
    },
    async transaction(work) {
      const time = timeFor(limits);
      const { session } = await ready(parts, time, 'begins first');
      return sessions.use(session, async () => {
        try {
          const result = await work(within(session, time, parts));
          await session.exchange(time.left(limits.statementMs + GRACE_MS), () => [commit(session)]);
          return result;
        } catch (error) {
          await rollback(session);
          throw error;
        }
      });
    },
  };
}

/** The port to a transaction that has begun. */
function within(session: Session, time: Time, parts: Parts): Queryable {
  let patientMs: number | undefined;
  const limit = (): number => time.left((patientMs ?? parts.limits.statementMs) + GRACE_MS);
  return {
    async query<Row>(statement: Sql): Promise<Row[]> {
      const [{ rows }] = await session.exchange<[pg.QueryResult]>(limit(), () => [run(session, statement, parts)]);
      return rows as Row[];
    },
    script: async (text) => void (await session.exchange(limit(), () => [session.client.query(text)])),
    patience: (statementMs) => void (patientMs = statementMs),
  };
}

/**
 * A connection on which a transaction has begun, or can begin together with its first statement. Nothing has happened before, so a
 * connection that turns out dead costs no more than another try on another one.
 */
async function ready(
  { sessions, isOwn, limits, connectMs }: Parts,
  time: Time,
  how: 'begins first' | 'may begin with its statement',
): Promise<{ session: Session; isBegun: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await sessions.take(time.left(connectMs));
    const isNew = session.traits === undefined;
    const isRecent = !isNew && performance.now() - session.heardAt < RECENT_MS;
    if (how === 'may begin with its statement' && isRecent) return { session, isBegun: false };
    try {
      const { isDirect } = await session.learn(time.left(connectMs));
      // Behind a pooler the answer waits until one of its server connections is free.
      const limitMs = isDirect ? ROUND_TRIP_MS : limits.statementMs + GRACE_MS;
      if (isOwn && isDirect && !session.isSettled) {
        await session.exchange(time.left(limitMs), () => [settle(session, limits)]);
        session.isSettled = true;
      }
      await session.exchange(time.left(limitMs), () => [begin(session, limits)]);
      return { session, isBegun: true };
    } catch (error) {
      const known = sessions.fail(session, error);
      const isAway = known instanceof LockstepError && known.code === 'database_unreachable';
      // A new connection that breaks says that the database is away; one that is only slow, or short of time, may do better.
      if (!isAway || (isNew && session.broken !== undefined) || attempt === TRIES || time.isOver()) throw known;
    }
  }
}

function begin({ client, traits }: Session, limits: TimeLimits): Promise<pg.QueryResult> {
  return client.query(beginning(limits, traits?.newer ?? []));
}

function settle({ client, traits }: Session, limits: TimeLimits): Promise<pg.QueryResult> {
  return client.query(settling(limits, traits?.newer ?? []));
}

async function commit({ client }: Session): Promise<pg.QueryResult> {
  const result = await client.query('commit');
  // PostgreSQL takes a commit after a failed statement for a rollback, and says so only here.
  if (result.command === 'COMMIT') return result;
  throw Object.assign(new Error('a statement of this transaction had failed before its commit'), { code: '25P02' });
}

async function rollback(session: Session): Promise<void> {
  if (session.broken !== undefined) return;
  await session
    .exchange(ROUND_TRIP_MS, () => [session.client.query('rollback')])
    .catch((error: unknown) => (session.broken ??= error as Error));
}

function run({ client, traits }: Session, { text, values }: Sql, { prepare, names }: Parts): Promise<pg.QueryResult> {
  const config = { text, values: values as unknown[] };
  return client.query((prepare ?? traits?.isDirect) ? { ...config, name: nameOf(text, names) } : config);
}

/** Of the text itself: where names do meet after all, they stand for the same statement. */
function nameOf(text: string, names: Map<string, string>): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `lockstep_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
    names.set(text, name);
  }
  return name;
}

/** What is left of the time that all of some work may take. */
interface Time {
  /** This many milliseconds, or those that are left if they are fewer. */
  left(ms: number): number;
  isOver(): boolean;
}

function timeFor({ totalMs = Infinity }: TimeLimits): Time {
  const until = performance.now() + totalMs;
  return {
    left: (ms) => Math.max(1, Math.min(ms, until - performance.now())),
    isOver: () => performance.now() >= until,
  };
}

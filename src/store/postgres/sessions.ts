import pg from 'pg';
import type { Log } from '../../kernel/log.js';
import { parseBigint } from '../database.js';
import { failureOf, stateOf } from '../failure.js';
import { withoutEndpoint } from './database-url.js';
import { silentFor, unreachable } from './unreachable.js';
import { Session } from './session.js';

export interface ConnectionPoolOptions {
  url: string;
  max: number;
  connectMs: number;
  log: Log;
  /** Called when one of these connections has gone silent. */
  onSilence: (since: number) => void;
  /** Called when the server of one of these connections is read-only. */
  onReadOnly: () => void;
}

/** How long an orderly end may take. After that, the sockets are closed. */
const CLOSE_MS = 2_000;
/** The pool's own error is more exact than ours, so it gets this head start. */
const SAID_FIRST_MS = 50;
/** After how long the system checks that the other side of an idle connection is still there. */
const KEEP_ALIVE_MS = 10_000;

/** A pool of connections. Does not connect before the first use. */
export class ConnectionPool {
  readonly #pool: pg.Pool;
  readonly #sessions = new Map<pg.PoolClient, Session>();
  readonly #options: ConnectionPoolOptions;
  #closing: Promise<void> | undefined;

  constructor(options: ConnectionPoolOptions) {
    const { url, max, connectMs, log } = options;
    this.#options = options;
    this.#pool = new pg.Pool({
      connectionString: withoutEndpoint(url),
      max,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'lockstep',
      // `begin` is sent together with the first statement, in one round trip.
      pipeline: true,
      types: { getTypeParser: parserOf },
    });
    // A lost idle connection emits this event. Without a listener, it would end the process.
    this.#pool.on('error', (error) => log.warn({ event: 'database.connection_lost', reason: error.message }));
    // Listens at once, and not only when the caller gets the connection: the server may end it in the same packet.
    this.#pool.on('connect', (client) => this.#sessionOf(client));
    this.#pool.on('remove', (client) => this.#sessions.delete(client));
  }

  /** Takes a connection for one caller, within the given time. @throws database_unreachable */
  async take(withinMs: number): Promise<Session> {
    const until = performance.now() + withinMs;
    for (;;) {
      const session = this.#sessionOf(await this.#connect(withinMs, until - performance.now()));
      session.isTaken = true;
      if (session.broken === undefined) return session;
      this.giveBack(session); // it broke while it was idle
    }
  }

  giveBack(session: Session): void {
    session.isTaken = false;
    session.client.release(session.broken);
  }

  /** Runs work on a taken connection, and gives it back. @throws database_unreachable, or the statement's error */
  async use<T>(session: Session, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#judge(session, error);
    } finally {
      this.giveBack(session);
    }
  }

  /** Gives back a connection that failed before it was used. Returns the error for the caller. */
  fail(session: Session, error: unknown): unknown {
    const judged = this.#judge(session, error);
    this.giveBack(session);
    return judged;
  }

  /** Drops the idle connections, because they may lead to the same server as a failed one. */
  dropIdle(): void {
    for (const session of this.#sessions.values()) session.drop();
  }

  /** Call it when a connection has been silent since then. */
  distrust(since: number): void {
    for (const session of this.#sessions.values()) session.distrust(since);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const timer = setTimeout(() => {
      for (const session of this.#sessions.values()) session.destroy();
    }, CLOSE_MS);
    await this.#pool.end();
    clearTimeout(timer);
  }

  async #connect(withinMs: number, leftMs: number): Promise<pg.PoolClient> {
    // The driver throws at once for a URL that it cannot use, for example if a certificate's file is missing.
    const connecting = Promise.resolve().then(() => this.#pool.connect());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(silentFor(withinMs)), leftMs + SAID_FIRST_MS);
    });
    try {
      return await Promise.race([connecting, late]);
    } catch (error) {
      connecting.then((client) => client.release()).catch(() => {}); // a connection that came too late
      throw unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Turns an error into the one for the caller. If it means that the connection is broken, it is not used again. */
  #judge(session: Session, error: unknown): unknown {
    const failure = failureOf(error);
    const state = stateOf(error);
    if (failure !== 'away' && failure !== 'session') return error;
    // The server answered. Only this statement took too long, or waited too long for a lock.
    if (state === undefined || !/^55|^57014$/.test(state)) session.broken ??= error as Error;
    if (state === READ_ONLY) this.#options.onReadOnly();
    return unreachable(error);
  }

  #sessionOf(client: pg.PoolClient): Session {
    let session = this.#sessions.get(client);
    if (session === undefined) {
      session = new Session(client, this.#options.onSilence);
      this.#sessions.set(client, session);
    }
    return session;
  }
}

const INT8 = 20;
const READ_ONLY = '25006';

function parserOf(oid: number, format?: 'text' | 'binary'): (value: never) => unknown {
  if (oid === INT8 && format !== 'binary') return parseBigint;
  return pg.types.getTypeParser(oid, format) as (value: never) => unknown;
}

import type { Socket } from 'node:net';
import type pg from 'pg';
import { newerSettings, type NewerSetting } from '../session-settings.js';
import { silentFor, unreachable } from './unreachable.js';

/** What is found out about a connection before its first use. */
interface Traits {
  /** Nobody else's statements reach the same server process, so statements may be prepared under names. */
  isDirect: boolean;
  newer: readonly NewerSetting[];
}

interface Waiting {
  since: number;
  limitMs: number;
  endIn: (ms: number) => void;
}

const HURRY_MS = 1_000;

/** One connection, which may go silent: a caller waits for it only for a limited time. */
export class Session {
  /** Why it is of no use any more. */
  broken: Error | undefined;
  traits: Traits | undefined;
  /** Whether each statement alone is a transaction of our kind (`settling`). */
  isSettled = false;
  /** Whether somebody has it to themselves now. */
  isTaken = false;
  /** When the server was last heard. */
  heardAt = performance.now();
  #waiting: Waiting | undefined;

  constructor(
    readonly client: pg.PoolClient,
    /** This connection has been silent since then: so may be others. */
    private readonly onSilence: (since: number) => void,
  ) {
    client.on('error', (error) => (this.broken ??= error));
  }

  /**
   * Sends statements, all at once, and waits for all of the answers.
   * @throws the first statement's own error; database_unreachable they did not come within the limit
   */
  async exchange<Results extends unknown[]>(
    limitMs: number,
    send: () => { [Index in keyof Results]: Promise<Results[Index]> },
  ): Promise<Results> {
    const since = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      const waiting: Waiting = {
        ...{ since, limitMs },
        endIn: (ms) => {
          clearTimeout(timer);
          timer = setTimeout(() => {
            this.broken = silentFor(Math.round(performance.now() - since));
            reject(this.broken);
            this.destroy();
            this.onSilence(since);
          }, ms);
        },
      };
      waiting.endIn(limitMs);
      this.#waiting = waiting;
    });
    try {
      const answers = await Promise.race([Promise.allSettled<unknown>(send()), silence]);
      this.heardAt = performance.now();
      for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      return answers.map((answer) => (answer as PromiseFulfilledResult<unknown>).value) as Results;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /**
   * Another connection has been silent since then. Unless this one was heard since, it is not trusted: where nobody
   * waits for it, it ends now; else it has a second to answer, or a tenth of its limit where that is more.
   */
  distrust(since: number): void {
    if (this.heardAt > since) return;
    if (this.#waiting !== undefined) {
      const left = this.#waiting.since + this.#waiting.limitMs - performance.now();
      this.#waiting.endIn(Math.min(left, Math.max(HURRY_MS, this.#waiting.limitMs / 10)));
    } else {
      this.drop();
    }
  }

  /** Ends it, unless somebody has it. */
  drop(): void {
    if (this.isTaken) return;
    this.broken = new Error('another connection to the database has failed');
    this.destroy();
  }

  /** Lets go of the socket at once: a silent server would never confirm an orderly end. */
  destroy(): void {
    const { connection } = this.client as unknown as { connection: { stream: Socket } };
    connection.stream.destroy();
  }

  /** Asks once what this connection is. */
  async learn(limitMs: number): Promise<Traits> {
    if (this.traits !== undefined) return this.traits;
    const names = Object.keys(newerSettings) as NewerSetting[];
    const columns = names.map((name) => `current_setting('${name}', true) is not null as ${name}`).join(', ');
    type Row = { pid: number } & Record<NewerSetting, boolean>;
    const text = `select pg_backend_pid() as pid, ${columns}`;
    const [
      {
        rows: [row],
      },
    ] = await this.exchange<[pg.QueryResult<Row>]>(limitMs, () => [this.client.query<Row>(text)]);
    if (row === undefined) throw unreachable(new Error('the database gave no answer'));
    // A pooler makes up the process id that it greets with, since the process is another one from transaction to transaction.
    const { processID } = this.client as unknown as { processID: number | null };
    this.traits = { isDirect: row.pid === processID, newer: names.filter((name) => row[name]) };
    return this.traits;
  }
}

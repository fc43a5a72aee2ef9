import cluster, { type Worker as Child } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../../engine/config.js';
import { LockstepError } from '../../../kernel/error.js';
import type { Log } from '../../../kernel/log.js';
import { untilStopped } from '../../terminal/until-stopped.js';

/** What a worker says when it answers requests. */
export interface WorkerReady {
  url: string;
  account: string;
  livemode: boolean;
}

export interface WorkersOptions {
  /** How many processes share the port. */
  count: number;
  /** The token that all of them accept. */
  token: string;
  log: Log;
  /** Once, when all of them answer. Returns what undoes it at the end. */
  onReady: (ready: WorkerReady) => () => void;
}

/** A worker that lives shorter than this is started again after a pause, which doubles each time. */
const SHORT_LIFE_MS = 10_000;
const PAUSE_MS = 500;
const PAUSE_MAX_MS = 30_000;

/** The number of this process among the workers, from 1. undefined: it is not one of them. */
export function workerNumber(): number | undefined {
  return cluster.isWorker ? Number(process.env['LOCKSTEP_WORKER']) : undefined;
}

/** The port that a worker listens on: of any free port, the one that the first worker got. */
export function workerPort(port: number): number {
  return Number(process.env['LOCKSTEP_WORKER_PORT'] ?? port);
}

/** Tells the process that started this worker that it answers requests. */
export function tellReady(ready: WorkerReady): void {
  if (cluster.isWorker) process.send?.(ready);
}

/** Lets a worker end that has stopped: its channel to the process that started it would keep it alive. */
export function letEnd(): void {
  if (cluster.isWorker) process.channel?.unref();
}

/** @throws option_invalid the database is the embedded one */
export function refuseEmbedded(flag: '--workers' | '--roles', { databaseUrl }: Config): void {
  if (databaseUrl !== undefined) return;
  throw new LockstepError('option_invalid', `${flag} needs PostgreSQL: the embedded database belongs to one process`, {
    hint: `set DATABASE_URL, or leave out ${flag}`,
  });
}

/**
 * Starts the workers and keeps them running until this process is asked to stop. The first is started alone: if it ends
 * before it answers, the settings are wrong. It has said so, and its exit code is returned; otherwise 0 is.
 */
export async function keepWorkers({ count, token, log, onReady }: WorkersOptions): Promise<number> {
  // Each worker accepts connections by itself. A connection that is handed over would hang if its worker is killed.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const group = new Group(token, log);
  let undo = (): void => {};
  // Registered before anything is started: a signal may come at any time.
  const stopped = untilStopped([() => undo(), () => group.stop()]).then(() => 0);
  const started = group.start(count).then((answer) => {
    if (group.isStopping) return stopped; // it was asked to in the middle of the start
    if (typeof answer === 'number') return answer;
    undo = onReady(answer);
    return stopped;
  });
  return Promise.race([started, stopped]);
}

class Group {
  readonly #token: string;
  readonly #log: Log;
  readonly #running = new Map<number, Child>();
  readonly #stopping = new AbortController();
  /** Known from the first answer on. */
  #port: { LOCKSTEP_WORKER_PORT?: string } = {};

  constructor(token: string, log: Log) {
    this.#token = token;
    this.#log = log;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Resolves when all workers answer, or with the exit code of the first if that ends before. */
  async start(count: number): Promise<WorkerReady | number> {
    const first = this.#fork(1);
    const answer = await firstAnswer(first);
    if (typeof answer === 'number' || this.isStopping) return answer;
    this.#port = { LOCKSTEP_WORKER_PORT: new URL(answer.url).port };
    void this.#keep(1, first);
    const others = Array.from({ length: count - 1 }, (_, index) => index + 2).map((worker) => {
      const child = this.#fork(worker);
      void this.#keep(worker, child);
      return firstAnswer(child);
    });
    await Promise.all(others);
    return answer;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#running.values()].map(end));
  }

  #fork(worker: number): Child {
    const child = cluster.fork({ LOCKSTEP_WORKER: String(worker), LOCKSTEP_TOKEN: this.#token, ...this.#port });
    this.#running.set(worker, child);
    child.once('exit', () => this.#running.delete(worker));
    return child;
  }

  /** Starts the worker again whenever it ends. */
  async #keep(worker: number, child: Child): Promise<void> {
    const { signal } = this.#stopping;
    let pauseMs = PAUSE_MS;
    for (let current = child; ; current = this.#fork(worker)) {
      const startedAt = performance.now();
      const [code, killedBy] = (await once(current, 'exit')) as [number | null, string | null];
      if (signal.aborted) return;
      const isShort = performance.now() - startedAt < SHORT_LIFE_MS;
      pauseMs = isShort ? Math.min(PAUSE_MAX_MS, pauseMs * 2) : PAUSE_MS;
      this.#log.error({ event: 'worker.ended', worker, code, signal: killedBy, startsAgainInMs: pauseMs });
      await pause(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  }
}

/** Resolves with what the worker says when it answers requests, or with the exit code of one that ends before. */
async function firstAnswer(child: Child): Promise<WorkerReady | number> {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', (code: number | null) => resolve(code ?? 1));
  });
}

async function end(child: Child): Promise<void> {
  const ended = once(child, 'exit');
  child.process.kill('SIGTERM');
  await ended;
}

import { eventually } from '../support/eventually.js';
import { runCommand, type Running } from '../support/command.js';

export interface ServiceOptions {
  cwd: string;
  /** Flags besides those that all services get. Default: none. */
  flags?: readonly string[];
  env: Record<string, string>;
}

/** One `serve`, killed and started again. */
export interface Service {
  /** While it is ready. */
  readonly url: string | undefined;
  /** Begins to start it. */
  start: () => void;
  /** Resolves when it is ready; fails when it ends by itself time after time. */
  ready(): Promise<void>;
  /** kill -9, also in the middle of its start. */
  kill(): Promise<void>;
  /** SIGTERM; fails where that does not end it well. */
  stop(): Promise<void>;
  /** Every end that nobody asked for, with the last of what it said. It is started again after it. */
  readonly deaths: readonly string[];
}

const DEATHS_MAX = 5;
const READY_WITHIN_MS = 120_000;
const arguments_ = ['serve', '--port', '0', '--rate', '5000', '--rate-per-endpoint', '5000', '--log-level', 'info'];

export function createService({ cwd, env, flags = [] }: ServiceOptions): Service {
  const deaths: string[] = [];
  let running: Running | undefined;
  let url: string | undefined;

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | NodeJS.Signals | undefined> => {
    const ending = running;
    running = undefined;
    url = undefined;
    return ending?.end(signal);
  };

  const start = (): void => {
    const started = runCommand([...arguments_, ...flags], { cwd, env });
    running = started;
    const said = started.says(/"url":"(http:[^"]+)"/).then(([, address]) => {
      if (running === started) url = address;
    });
    said.catch(() => {}); // it ended before: because it was killed, or it is told below
    void started.ended.then((how) => {
      if (running !== started) return;
      running = undefined;
      url = undefined;
      deaths.push(`ended by itself with ${how}:\n${started.output().slice(-2_000)}`);
      if (deaths.length < DEATHS_MAX) start(); // the run goes on, to tell everything it finds
    });
  };

  return {
    deaths,
    get url() {
      return url;
    },
    start,
    async ready() {
      await eventually(
        async () => url !== undefined || deaths.length >= DEATHS_MAX,
        'a service is ready',
        READY_WITHIN_MS,
      );
      if (url === undefined) throw new Error(`a service does not stay alive: ${deaths.join('\n')}`);
    },
    async kill() {
      await end('SIGKILL');
    },
    async stop() {
      const how = await end('SIGTERM');
      if (how !== 0) throw new Error(`a service did not stop well: ${how}`);
    },
  };
}

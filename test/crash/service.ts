import { runCommand, type Running } from '../support/command.js';

export interface ServiceOptions {
  cwd: string;
  env: Record<string, string>;
}

/** One `serve`, killed and started again. */
export interface Service {
  /** While it is ready. */
  readonly url: string | undefined;
  /** Begins to start it. */
  startAgain(): void;
  /** Resolves when it is ready; fails when it ends before that, unless it was killed. */
  ready(): Promise<void>;
  /** kill -9, also in the middle of its start. */
  kill(): Promise<void>;
  /** SIGTERM; fails where that does not end it well. */
  stop(): Promise<void>;
  /** Every end that nobody asked for, with the last of what it said. */
  readonly deaths: readonly string[];
}

const arguments_ = ['serve', '--port', '0', '--rate', '5000', '--rate-per-endpoint', '5000', '--log-level', 'info'];

export function createService({ cwd, env }: ServiceOptions): Service {
  const deaths: string[] = [];
  let running: Running | undefined;
  let url: string | undefined;
  let starting = Promise.resolve();

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | NodeJS.Signals | undefined> => {
    const ending = running;
    running = undefined;
    url = undefined;
    return ending?.end(signal);
  };

  const start = async (): Promise<void> => {
    const started = runCommand(arguments_, { cwd, env });
    running = started;
    void started.ended.then((how) => {
      if (running !== started) return;
      running = undefined;
      url = undefined;
      deaths.push(`ended by itself with ${how}:\n${started.output().slice(-2_000)}`);
    });
    try {
      const [, said = ''] = await started.says(/"url":"(http:[^"]+)"/);
      if (running === started) url = said;
    } catch (error) {
      if (running === started || deaths.length > 0) throw error;
    }
  };

  return {
    deaths,
    get url() {
      return url;
    },
    startAgain() {
      starting = start();
      starting.catch(() => {}); // told by ready(), and by deaths
    },
    ready: () => starting,
    async kill() {
      await end('SIGKILL');
    },
    async stop() {
      const how = await end('SIGTERM');
      if (how !== 0) throw new Error(`a service did not stop well: ${how}`);
    },
  };
}

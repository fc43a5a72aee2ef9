import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripeCliBinary } from '../support/stripe-cli.js';

/** A command of the official command line that goes on until it is stopped. */
export interface RunningCli {
  /** The first text that fits, as soon as it was said on either stream. Rejects when the command ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export async function runCli(apiBase: string, secretKey: string, args: readonly string[]): Promise<RunningCli> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-stripe-cli-'));
  const child: ChildProcess = spawn(stripeCliBinary(), [...args, '--api-base', apiBase], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: home,
      STRIPE_API_KEY: secretKey,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const waiting = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    said += chunk.toString('utf8');
    for (const look of waiting) look();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'close');
  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(said);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void ended.then(() => reject(new Error(`the command ended before it said ${String(pattern)}:\n${said}`)));
        look();
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

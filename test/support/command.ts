import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The built command as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** Standard output and error so far. */
  output(): string;
  /** Resolves with the first match in the output. Fails when the process ends before. */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpMatchArray>;
  /** Ends it; resolves with its exit code, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface CommandOptions {
  cwd: string;
  /** Besides PATH and HOME, the only variables the process sees. */
  env?: Record<string, string>;
  /** The user and group that it runs as. Default: those of the tests. */
  uid?: number;
  gid?: number;
}

/** Runs `lockstep …` as it was built. */
export function runCommand(args: readonly string[], options: CommandOptions): Running {
  if (!existsSync(main)) throw new Error('the command is not built: npm run build');
  return startProcess([main, ...args], options);
}

/** Runs a script with Node. */
export function startProcess(words: readonly string[], { cwd, env = {}, ...user }: CommandOptions): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, words, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (code as number | null) ?? (signal as NodeJS.Signals));
  let over = false;
  void ended.then(() => (over = true));
  return {
    child,
    ended,
    output: () => text,
    says: (pattern, withinMs = 60_000) =>
      eventually(
        async () => {
          const match = pattern.exec(text);
          if (match !== null) return match;
          if (over) throw new Error(`the command ended without saying ${String(pattern)}:\n${text}`);
          return undefined;
        },
        `${String(pattern)} in the output:\n${text}`,
        withinMs,
      ),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

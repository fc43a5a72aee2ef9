import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

const run = promisify(execFile);

/** Where commands are run as a reader of a guide would run them. */
export interface Shell {
  /** Runs commands to their end; their output. Fails, with the output, where one fails. */
  shell(commands: string): Promise<string>;
  /** Starts a command that goes on. */
  readonly start: (command: string) => Started;
}

export interface Started {
  readonly says: (pattern: RegExp) => Promise<RegExpMatchArray>;
  readonly stop: () => Promise<void>;
}

export interface ShellOptions {
  /** Where the programs are put. */
  bin: string;
  /** Where commands are run. */
  folder: string;
  /** No other variable but these, PATH and HOME is there. */
  env: Record<string, string>;
  /** More commands by name, besides `lockstep`, which is the built one. */
  programs?: Record<string, string>;
}

export function openShell({ bin, folder, env, programs = {} }: ShellOptions): Shell {
  mkdirSync(bin, { recursive: true });
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  for (const [name, program] of Object.entries({ lockstep: `"${process.execPath}" "${main}"`, ...programs })) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  }
  const { PATH = '', HOME = '' } = process.env;
  const all = { PATH: `${bin}${delimiter}${PATH}`, HOME, ...env };
  return {
    async shell(commands) {
      const args = ['--norc', '-euo', 'pipefail', '-c', commands];
      try {
        const { stdout, stderr } = await run('bash', args, { cwd: folder, env: all });
        return stdout + stderr;
      } catch (error) {
        const { stdout = '', message } = error as Error & { stdout?: string };
        throw new Error(`${message}\n${stdout}`, { cause: error });
      }
    },
    start: (command) => start(command, folder, all),
  };
}

function start(command: string, cwd: string, env: NodeJS.ProcessEnv): Started {
  const child = spawn('bash', ['--norc', '-c', `exec ${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    says: (pattern) =>
      eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`${command} ended:\n${said}`);
          return pattern.exec(said) ?? undefined;
        },
        `${String(pattern)} of ${command}`,
        60_000,
      ),
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

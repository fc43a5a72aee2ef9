import { format } from 'node:util';
import { vi } from 'vitest';
import { CommanderError } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { exitCodeOf, reportOf } from '../../src/cli/terminal/report.js';
import type { CommandOptions } from './command.js';

/**
 * Runs `lockstep …` in this process, from the sources, and returns what `runCommand` would show of it. A process for each
 * question takes half a second of processor time to start. Only one runs at a time. Use `runCommand` where the process
 * itself is tested: its start, signals, streams and exit.
 */
export async function commandHere(
  args: readonly string[],
  { cwd, env = {} }: Pick<CommandOptions, 'cwd' | 'env'>,
): Promise<{ code: number; output: string }> {
  const before = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode };
  const { PATH = '', HOME = '' } = process.env;
  let output = '';
  const line = (...words: unknown[]): void => void (output += `${format(...words)}\n`);
  const write = (text: string | Uint8Array): boolean => ((output += String(text)), true);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(line),
    vi.spyOn(console, 'error').mockImplementation(line),
    vi.spyOn(process.stdout, 'write').mockImplementation(write),
    vi.spyOn(process.stderr, 'write').mockImplementation(write),
  ];
  try {
    process.env = { PATH, HOME, ...env };
    process.chdir(cwd);
    process.exitCode = undefined;
    await createProgram().parseAsync(['node', 'lockstep', ...args]);
    return { code: Number(process.exitCode ?? 0), output };
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { code: 0, output };
    line(reportOf(error));
    return { code: exitCodeOf(error), output };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.env = before.env;
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
  }
}

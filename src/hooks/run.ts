import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Hook } from './hook.js';

/** How long a stopping process waits for a hook that ignores its signal. */
export const STOP_MS = 5_000;

/** How a run of a hook ended. */
export type HookOutcome = 'done' | 'failed' | 'timed_out' | 'stopped';

/** What a run needs besides its hook. */
export interface RunDeps {
  clock: Clock;
  stopping: AbortSignal;
  /** Called after each run. */
  onRun?: ((hook: string, outcome: HookOutcome, seconds: number) => void) | undefined;
}

/**
 * Calls a hook and waits for it, at most for its time limit.
 * @throws timed_out, stopped (the hook may still be running, but its run counts as failed), or what the hook throws
 */
export async function run(hook: Hook, given: object, deps: RunDeps): Promise<void> {
  const { clock, onRun } = deps;
  const began = clock.now().getTime();
  const tell = (outcome: HookOutcome): void =>
    onRun?.(hook.name, outcome, Math.max(0, clock.now().getTime() - began) / 1_000);
  try {
    await withinTime(hook, given, deps);
    tell('done');
  } catch (error) {
    const code = error instanceof LockstepError ? error.code : undefined;
    tell(code === 'timed_out' || code === 'stopped' ? code : 'failed');
    throw error;
  }
}

async function withinTime(
  { name, timeoutMs, run: call }: Hook,
  given: object,
  { clock, stopping }: RunDeps,
): Promise<void> {
  const over = new AbortController();
  const ended = new AbortController();
  const limit = async (): Promise<never> => {
    const early = AbortSignal.any([stopping, ended.signal]);
    await clock.sleep(timeoutMs, early);
    over.abort();
    if (stopping.aborted) await clock.sleep(Math.min(STOP_MS, timeoutMs), ended.signal);
    throw stopping.aborted
      ? new LockstepError('stopped', `The process stopped while the hook ${name} ran`)
      : new LockstepError('timed_out', `The hook ${name} ran longer than ${timeoutMs} ms`);
  };
  const limited = limit();
  limited.catch(() => {}); // not unhandled if the hook ended first
  try {
    await Promise.race([
      Promise.resolve((call as (given: object) => unknown)({ ...given, signal: over.signal })),
      limited,
    ]);
  } finally {
    ended.abort('ended');
  }
}

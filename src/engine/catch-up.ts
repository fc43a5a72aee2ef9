import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Core } from './core.js';

/**
 * One round of everything that the loops do. What Stripe does not answer is logged and left to the next round; a database
 * that is away ends this one.
 */
export async function catchUp(
  { maintenance, poll, sweep, interrupted }: Core,
  drain: () => Promise<void>,
  log: Log,
): Promise<void> {
  const steps: readonly [string, () => Promise<unknown>][] = [
    ['maintenance', () => maintenance.run()],
    ['events', () => poll.poll()],
    ['sweeps', () => sweep.due(interrupted)],
  ];
  for (const [step, work] of steps) {
    if (interrupted.aborted) return;
    try {
      await work();
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'database_unreachable') throw error;
      log.warn({ event: 'catch_up.failed', step, reason: messageOf(error) });
    }
  }
  await drain();
  await sweep.followUp();
}

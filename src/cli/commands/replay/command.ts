import type { Command } from 'commander';
import { operation, operationOf, type OperationFlags } from '../../flags.js';
import { examples, exitCodes } from '../../terminal/help.js';

/** Declares `lockstep replay`: its arguments, flags and help. Its code is loaded when it runs. */
export function replayCommand(program: Command): void {
  operation(program, 'replay')
    .description('Re-process events, stored or fetched from Stripe')
    .option('--event <id>', 'Only this event')
    .option('--since <time>', 'Events since this time: 2026-11-01, 2026-11-01T10:00:00Z, 12h, 7d')
    .option('--type <type>', 'Events of this type: customer.updated, customer.*')
    .addHelpText(
      'after',
      examples(['lockstep replay --event evt_1234', 'lockstep replay --since 7d --type "invoice.*"']) +
        exitCodes('0 replayed, 1 failed, 2 invalid usage'),
    )
    .action(async (flags: OperationFlags & { event?: string; since?: string; type?: string }) => {
      const { replay } = await import('./replay.js');
      const { event, since, type } = flags;
      await replay({ ...operationOf(flags), event, since, type });
    });
}
